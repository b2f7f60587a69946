"""The files of the demo corpus: sentences whose words hint at the emotion, each utterance from its own seed."""

import csv
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.synthesis import listeners
from ser_tasks.corpora.synthesis.ratings import CUES, mean_ratings
from ser_tasks.corpora.synthesis.speech import HOP, SAMPLING_RATE, recorded, voiced
from ser_tasks.corpora.synthesis.tracks import CORRELATES, Speaker, control_tracks, draw_manner, draw_speaker, timing
from ser_tasks.params import DemoParams

CARRIER = 0.33  # share of sentences that are the same for every emotion
MISLEADING = 0.06  # share of sentences taken from another emotion

SLOTS: dict[str, tuple[str, ...]] = {
    "thing": ("letter", "book", "key", "box", "bag", "phone"),
    "place": ("kitchen", "garden", "station", "city", "house"),
    "time": ("today", "tonight", "tomorrow", "again", "on monday"),
}
CARRIERS: tuple[str, ...] = (
    "the {thing} is on the table",
    "she put the {thing} in the {place}",
    "he will call us {time}",
    "they are going home {time}",
    "i saw the {thing} {time}",
    "we took the {thing} to the {place}",
    "you can see the {place} from here",
    "it is in the {place} now",
)
LOADED: dict[str, tuple[str, ...]] = {
    "anger": (
        "i hate the {thing}",
        "stop touching the {thing}",
        "how dare you take the {thing}",
        "get out of the {place} now",
        "this is your fault again",
        "you never listen to me",
        "leave the {thing} alone",
    ),
    "happiness": (
        "i love the {thing}",
        "we won the game {time}",
        "what a lovely {thing}",
        "i am so glad you came {time}",
        "the {place} is beautiful {time}",
        "we can dance in the {place} tonight",
        "this is the best day",
    ),
    "neutral": (
        "the meeting is at ten {time}",
        "the train leaves at noon",
        "please read the next page",
        "the form has two parts",
        "the office opens at nine {time}",
        "turn left at the {place}",
        "put the {thing} with the paper",
    ),
    "sadness": (
        "i miss the {place}",
        "she is gone now",
        "i lost the {thing} {time}",
        "nobody came to the {place}",
        "i am so alone {time}",
        "we will never see the {place} again",
        "it hurts to go home",
    ),
}

EMOTIONS = tuple(CORRELATES)
VOICE, WORDS, SOUND, LISTENING = range(4)  # streams of chance: the words stay when the manner of speaking changes
VOTING = 4  # one more stream: votes leave all else as it is


def draw_sentence(emotion: str, rng: np.random.Generator) -> str:
    """A sentence in lower case, spoken with this emotion but not always about it."""
    chance = rng.random()
    if chance < CARRIER:
        templates = CARRIERS
    elif chance < CARRIER + MISLEADING:
        others = [other for other in LOADED if other != emotion]
        templates = LOADED[others[rng.integers(len(others))]]
    else:
        templates = LOADED[emotion]
    fillers = {slot: words[rng.integers(len(words))] for slot, words in SLOTS.items()}
    return templates[rng.integers(len(templates))].format(**fillers)


def synthesise_corpus(folder: Path, params: DemoParams) -> None:
    """Write the whole corpus."""
    for speaker in range(params.speakers):
        synthesise_speaker(folder, speaker, params)


def synthesise_speaker(folder: Path, speaker: int, params: DemoParams) -> None:
    """Write one speaker, counted from 0: WAV files (16-bit, mono, 16 kHz), and a table of the words and ratings."""
    spoken = []
    for emotion, index in product(EMOTIONS, range(params.utterances_per_emotion)):
        name = utterance_name(speaker, emotion, index)
        signal, words = synthesise_utterance(speaker, emotion, index, params)
        with atomic_path(folder / f"{name}.wav") as temporary:
            soundfile.write(temporary, signal, SAMPLING_RATE, subtype="PCM_16")
        spoken.append((name, words, *ratings(speaker, emotion, index, params).values()))
    with (
        atomic_path(folder / f"transcripts-{speaker_name(speaker)}.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("utterance", "transcript", *CUES))
        lines.writerows(spoken)


def synthesise_utterance(speaker: int, emotion: str, index: int, params: DemoParams) -> tuple[NDArray[np.float32], str]:
    """One utterance: the sound, shape (n_samples,), at 16 kHz, full scale [-1, 1]; and its words.

    Args:
        speaker, index: counted from 0
        emotion: one of EMOTIONS
        params: difficulty and seed; the numbers of speakers and utterances change nothing
    """
    who = demo_speaker(speaker, params.seed)
    words = transcript(speaker, emotion, index, params)
    rng = _chance(params.seed, speaker, emotion, index, SOUND)
    manner = draw_manner(emotion, who, params.difficulty, rng)
    timed = timing(words, who.gender, manner, rng)
    tracks = control_tracks(timed, who, manner, frame=HOP / SAMPLING_RATE, rng=rng)
    return recorded(voiced(tracks, who, manner, rng), who, manner, rng), words


def transcript(speaker: int, emotion: str, index: int, params: DemoParams) -> str:
    """The words of one utterance, in lower case, without the sound."""
    return draw_sentence(emotion, _chance(params.seed, speaker, emotion, index, WORDS))


def ratings(speaker: int, emotion: str, index: int, params: DemoParams) -> dict[str, float]:
    """Valence, activation and dominance of one utterance, 1 to 5, as its manner of speaking has them."""
    rng = _chance(params.seed, speaker, emotion, index, SOUND)  # the same manner as that of its sound
    manner = draw_manner(emotion, demo_speaker(speaker, params.seed), params.difficulty, rng)
    return mean_ratings(manner, _chance(params.seed, speaker, emotion, index, LISTENING))


def votes(speaker: int, emotion: str, index: int, params: DemoParams) -> Mapping[str, int]:
    """How many imagined listeners take one utterance for which emotion, as its manner of speaking has them."""
    rng = _chance(params.seed, speaker, emotion, index, SOUND)  # the same manner as that of its sound
    manner = draw_manner(emotion, demo_speaker(speaker, params.seed), params.difficulty, rng)
    return listeners.votes(manner, params.difficulty, _chance(params.seed, speaker, emotion, index, VOTING))


def votes_of_corpus(params: DemoParams) -> dict[str, Mapping[str, int]]:
    """{utterance: emotion: listeners} of the whole corpus."""
    planned = product(range(params.speakers), EMOTIONS, range(params.utterances_per_emotion))
    return {
        utterance_name(speaker, emotion, index): votes(speaker, emotion, index, params)
        for speaker, emotion, index in planned
    }


def demo_speaker(speaker: int, seed: int) -> Speaker:
    """Speaker number `speaker`, counted from 0: women and men take turns."""
    return draw_speaker(_gender(speaker), np.random.default_rng([seed, VOICE, speaker]))


def speaker_name(speaker: int) -> str:
    """f01, m02, f03 ...: counted from 1."""
    return f"{_gender(speaker)[0]}{speaker + 1:02d}"


def utterance_name(speaker: int, emotion: str, index: int) -> str:
    """File name without extension, counted from 1: demo-f01-anger-03."""
    return f"demo-{speaker_name(speaker)}-{emotion}-{index + 1:02d}"


def _gender(speaker: int) -> str:
    return ("female", "male")[speaker % 2]


def _chance(seed: int, speaker: int, emotion: str, index: int, stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, stream, speaker, EMOTIONS.index(emotion), index])
