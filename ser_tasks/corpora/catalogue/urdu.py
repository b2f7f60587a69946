"""URDU: four emotions from Urdu talk shows."""

import re

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Margin, Parsed

CITATION = (
    "Latif, S., Qayyum, A., Usman, M., Qadir, J. (2018). Cross lingual speech emotion recognition: Urdu vs. Western "
    "languages. Proc. Frontiers of Information Technology, 88-93. doi:10.1109/FIT.2018.00023"
)

EMOTIONS = {"A": "anger", "H": "happiness", "N": "neutral", "S": "sadness"}

# sex and number of the speaker, clip of this speaker, emotion and clip of this emotion: SM1_F10_A010
STEM = re.compile(r"^(?P<speaker>S[FM][1-9]\d?)_F\d+_(?P<emotion>[AHNS])\d+$", re.ASCII)

# of the repository's files, 29 speakers (its README has 38); most have one emotion
COUNTS = {
    "anger": {"SM1": 22, "SM2": 28, "SM3": 2, "SM4": 48},
    "happiness": {
        "SF1": 12, "SF2": 2, "SF3": 2, "SF4": 4, "SF5": 4, "SF6": 14, "SF7": 6, "SF8": 2,
        "SM3": 2, "SM5": 8, "SM6": 10, "SM7": 28, "SM17": 2, "SM18": 2, "SM19": 2,
    },
    "neutral": {"SF9": 4, "SM3": 8, "SM5": 72, "SM20": 10, "SM21": 4, "SM22": 2},
    "sadness": {"SF10": 2, "SF11": 4, "SM6": 4, "SM23": 6, "SM24": 38, "SM25": 40, "SM26": 2, "SM27": 4},
}  # fmt: skip


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of URDU."""
    match = STEM.match(stem)
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="female" if match["speaker"][1] == "F" else "male",
        emotion=EMOTIONS[match["emotion"]],
        group=None,
        transcript=None,
        style="speech",
    )


CORPUS = Corpus(
    name="urdu",
    title="URDU: emotional Urdu speech from talk shows",
    citation=CITATION,
    licence="for research",
    language="ur",
    size="400 files, 29 speakers",
    how_to_get="git clone https://github.com/siddiquelatif/URDU-Dataset, then ser fetch urdu --from URDU-Dataset",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern="SM1_F10_A010: speaker SF or SM and a number, clip, emotion A H N S and a number",
    layout="Angry",
    margins=(
        Margin(
            ("speaker", "emotion"),
            {(speaker, emotion): n for emotion, row in COUNTS.items() for speaker, n in row.items()},
        ),
    ),
    kind="natural",
)
