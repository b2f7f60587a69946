"""TESS, the Toronto Emotional Speech Set: two women speak 200 words in one carrier phrase with seven emotions.

Two speakers: with one of them as test set, the other alone is the training set, and whatever is tuned over speakers
refuses that. Use it as a training set together with other corpora, or as a test set
(`ser evaluate --train ... --test tess`).
"""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed

CITATION = (
    "Pichora-Fuller, M. K., Dupuis, K. (2020). Toronto emotional speech set (TESS). Borealis. doi:10.5683/SP2/E8H2MF"
)

EMOTIONS = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "ps": "surprise",  # pleasant surprise
    "sad": "sadness",
}
SPEAKERS = ("OAF", "YAF")  # the older, 64, and the younger, 26
MISNAMED = {"OA_bite_neutral": "OAF_bite_neutral"}  # as released

# speaker, word, emotion: OAF_back_angry
STEM = re.compile(rf"^(?P<speaker>{'|'.join(SPEAKERS)})_(?P<word>[a-z]+)_(?P<emotion>{'|'.join(EMOTIONS)})$", re.ASCII)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of TESS."""
    match = STEM.match(MISNAMED.get(stem, stem))
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="female",
        emotion=EMOTIONS[match["emotion"]],
        group=None,  # one take of each word and emotion
        transcript=f"Say the word {match['word']}.",
        style="speech",
    )


CORPUS = Corpus(
    name="tess",
    title="TESS: Toronto Emotional Speech Set",
    citation=CITATION,
    licence="CC BY-NC-ND 4.0",
    language="en",
    size="2800 files, 2 speakers, 24.414 kHz",
    how_to_get="download it from https://doi.org/10.5683/SP2/E8H2MF, then ser fetch tess --from FOLDER",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern=f"OAF_back_angry: speaker {' '.join(SPEAKERS)}, word, emotion {' '.join(EMOTIONS)}",
    official=(
        Official(counts=dict.fromkeys(product(SPEAKERS, EMOTIONS.values()), 200), sampling_rate=24_414, durations=None),
    ),
)
