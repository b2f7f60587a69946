"""SAVEE, Surrey Audio-Visual Expressed Emotion: four men, 15 sentences for each of seven emotions, 30 for neutral."""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed, Utterance
from ser_tasks.corpora.fault import Fault, refuse

CITATION = (
    "Haq, S., Jackson, P. J. B. (2010). Multimodal emotion recognition. In: Wang, W. (ed.), Machine Audition: "
    "Principles, Algorithms and Systems, IGI Global, 398-423. doi:10.4018/978-1-61520-919-4.ch017"
)

EMOTIONS = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "sa": "sadness",
    "su": "surprise",
}
SPEAKERS = ("DC", "JE", "JK", "KL")

# the speaker's folder, then emotion and sentence: DC/sa03.wav; copies in one folder call it DC_sa03.wav
CLIP = re.compile(
    rf"^(?:.*/)?(?P<speaker>{'|'.join(SPEAKERS)})[/_](?P<emotion>{'|'.join(EMOTIONS)})(?P<sentence>[0-3]\d)\.\w+$",
    re.ASCII,
)
PATTERN = (
    f"DC/sa03.wav (or DC_sa03.wav): speaker {' '.join(SPEAKERS)}, emotion {' '.join(EMOTIONS)}, sentence 01-15, "
    "or 01-30 of n"
)


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """Every clip; the folder is the speaker.

    Raises:
        CorpusError: every name that is not in the grammar
    """
    faults, utterances = list[Fault](), list[Utterance]()
    for path in audio:
        match = CLIP.match(path)
        if match is None or not 1 <= int(match["sentence"]) <= _sentences(EMOTIONS[match["emotion"]]):
            faults.append(Fault(path, path, PATTERN))
            continue
        name = f"{match['speaker']}_{match['emotion']}{match['sentence']}"
        parsed = Parsed(
            speaker=match["speaker"],
            gender="male",
            emotion=EMOTIONS[match["emotion"]],
            group=None,
            transcript=None,
            style="speech",
        )
        utterances.append(Utterance(name, path, parsed))
    refuse("savee", root, faults)
    return utterances


def _sentences(emotion: str) -> int:
    return 30 if emotion == "neutral" else 15


CORPUS = Corpus(
    name="savee",
    title="SAVEE: Surrey Audio-Visual Expressed Emotion database",
    citation=CITATION,
    licence="for research, on registration",
    language="en",
    size="480 files, 4 speakers, 44.1 kHz",
    how_to_get="register at http://kahlan.eps.surrey.ac.uk/savee, then ser fetch savee --from AudioData",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    read=read,
    pattern=PATTERN,
    layout="DC",
    official=(
        Official(
            counts={(who, emotion): _sentences(emotion) for who, emotion in product(SPEAKERS, EMOTIONS.values())},
            sampling_rate=44_100,
            durations=None,
        ),
    ),
)
