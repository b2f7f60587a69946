"""ESD, the Emotional Speech Dataset: ten speakers of English and ten of Mandarin, 350 sentences, five emotions.

The number in a name is sentence and emotion: 1-350 neutral, 351-700 angry, and so on. Its parts train, evaluation
and test (first 20 sentences, next 30, the rest) share speakers, and are no split to test on.
"""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed, Preset

CITATION = (
    "Zhou, K., Sisman, B., Liu, R., Li, H. (2022). Emotional voice conversion: theory, databases and ESD. Speech "
    "Communication 137, 1-18. doi:10.1016/j.specom.2021.11.006"
)

EMOTIONS = ("neutral", "anger", "happiness", "sadness", "surprise")  # in the order of their numbers
SENTENCES = 350
SPEAKERS = tuple(f"{number:04d}" for number in range(1, 21))
MALE = {"0004", "0005", "0006", "0008", "0010", "0011", "0012", "0013", "0014", "0020"}
MANDARIN = SPEAKERS[:10]

# speaker, number: 0011_000351
STEM = re.compile(r"^(?P<speaker>00(?:0[1-9]|1\d|20))_(?P<number>00[01]\d{3})$", re.ASCII)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of ESD."""
    match = STEM.match(stem)
    if match is None or not 1 <= int(match["number"]) <= SENTENCES * len(EMOTIONS):
        return None
    speaker, mandarin = match["speaker"], match["speaker"] in MANDARIN
    return Parsed(
        speaker=speaker,
        gender="male" if speaker in MALE else "female",
        emotion=EMOTIONS[(int(match["number"]) - 1) // SENTENCES],
        group=None,  # one take of each sentence and emotion
        transcript=None,  # in a file of each speaker, in four encodings, which is not read
        style="mandarin" if mandarin else "english",
        language="zh" if mandarin else "en",
    )


def _of_one_language(style: str) -> Preset:
    return Preset(f"all five emotions, {style} only", {name: name for name in EMOTIONS}, styles=(style,))


CORPUS = Corpus(
    name="esd",
    title="ESD: Emotional Speech Dataset",
    citation=CITATION,
    licence="for research, on a signed licence",
    language="en, zh",
    size="35000 files, 20 speakers, 16 kHz, 29 h",
    how_to_get="see https://github.com/HLTSingapore/Emotional-Speech-Data, then ser fetch esd --from FOLDER, "
    "the one of the speakers' folders",
    sources=(),
    presets=all_and_four(EMOTIONS)
    | {"english5": _of_one_language("english"), "mandarin5": _of_one_language("mandarin")},
    parse=parse,
    pattern="0011_000351: speaker 0001-0020, number 000001-001750 (350 each of neutral, angry, happy, sad, surprise)",
    layout="00[012][0-9]",
    official=(
        Official(counts=dict.fromkeys(product(SPEAKERS, EMOTIONS), SENTENCES), sampling_rate=16_000, durations=None),
    ),
)
