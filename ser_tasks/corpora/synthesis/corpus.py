"""The files of the demo corpus: each utterance from its own seed, so that none depends on another."""

import csv
from itertools import product
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.synthesis.prosody import CORRELATES, Speaker, draw_manner, draw_speaker
from ser_tasks.corpora.synthesis.sentences import draw_sentence
from ser_tasks.corpora.synthesis.speech import SAMPLING_RATE, recorded, voiced
from ser_tasks.corpora.synthesis.tracks import control_tracks, timing
from ser_tasks.corpora.synthesis.tract import HOP
from ser_tasks.params import DemoParams

EMOTIONS = tuple(CORRELATES)
VOICE, WORDS, SOUND = range(3)  # streams of chance: what is said stays when how it is said changes


def synthesise_corpus(folder: Path, params: DemoParams) -> None:
    """Write the whole corpus."""
    for speaker in range(params.speakers):
        synthesise_speaker(folder, speaker, params)


def synthesise_speaker(folder: Path, speaker: int, params: DemoParams) -> None:
    """Write one speaker, counted from 0: WAV files (16-bit, mono, 16 kHz), and a table of what is said."""
    spoken = []
    for emotion, index in product(EMOTIONS, range(params.utterances_per_emotion)):
        name = utterance_name(speaker, emotion, index)
        signal, words = synthesise_utterance(speaker, emotion, index, params)
        with atomic_path(folder / f"{name}.wav") as temporary:
            soundfile.write(temporary, signal, SAMPLING_RATE, subtype="PCM_16")
        spoken.append((name, words))
    with (
        atomic_path(folder / f"transcripts-{speaker_name(speaker)}.csv") as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("utterance", "transcript"))
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
