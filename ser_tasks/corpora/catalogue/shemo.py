"""ShEMO, the Sharif Emotional Speech Database: Persian radio plays, 87 speakers, six emotions."""

import re

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Margin, Parsed

CITATION = (
    "Mohamad Nezami, O., Jamshid Lou, P., Karami, M. (2019). ShEMO: a large-scale validated database for Persian "
    "speech emotion detection. Language Resources and Evaluation 53(1), 1-16. doi:10.1007/s10579-018-9427-x"
)

EMOTIONS = {
    "A": "anger",
    "F": "fear",
    "H": "happiness",
    "N": "neutral",
    "S": "sadness",
    "W": "surprise",
}
COUNTS = {"A": 1_059, "F": 38, "H": 201, "N": 1_028, "S": 449, "W": 225}  # unverified one by one; 3000 in all is not

# sex and number of the speaker, emotion, take: F01A05; F is female in front and fear behind
STEM = re.compile(r"^(?P<speaker>[FM]\d\d)(?P<emotion>[AFHNSW])(?P<take>\d{2,3})$", re.ASCII)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of ShEMO."""
    match = STEM.match(stem)
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="female" if match["speaker"][0] == "F" else "male",
        emotion=EMOTIONS[match["emotion"]],
        group=None,
        transcript=None,  # in shemo.json of the release, which is not read
        style="speech",
    )


CORPUS = Corpus(
    name="shemo",
    title="ShEMO: Sharif Emotional Speech Database",
    citation=CITATION,
    licence="free for academic purposes",
    language="fa",
    size="3000 files, 87 speakers, 3 h 25 min",
    how_to_get="see https://github.com/pariajm/sharif-emotional-speech-dataset, then ser fetch shemo --from FOLDER, "
    "the one of male and female",
    sources=(),
    presets=all_and_four(EMOTIONS.values())
    | {"five_classes": all_and_four(set(EMOTIONS.values()) - {"fear"})["five_classes"]},  # 38 of fear are few
    parse=parse,
    pattern=f"F01A05: speaker F or M and two digits, emotion {' '.join(EMOTIONS)}, take",
    layout="female",
    margins=(Margin(("emotion",), {(EMOTIONS[code],): n for code, n in COUNTS.items()}),),
)
