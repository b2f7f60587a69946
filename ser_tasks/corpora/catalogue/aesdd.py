"""AESDD, the Acted Emotional Speech Dynamic Database: Greek actors, twenty utterances, five emotions, no neutral."""

import re

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Parsed

CITATION = (
    "Vryzas, N., Kotsakis, R., Liatsou, A., Dimoulas, C. A., Kalliris, G. (2018). Speech emotion recognition for "
    "performance interaction. Journal of the Audio Engineering Society 66(6), 457-467. doi:10.17743/jaes.2018.0036"
)

EMOTIONS = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "s": "sadness",
}

# emotion, utterance, (speaker), take: a03 (4), f18 (5)b; as released also f10 (01)
STEM = re.compile(
    r"^(?P<emotion>[adfhs])(?P<utterance>0[1-9]|1\d|20) \((?P<speaker>0?[1-9])\)(?P<take>[a-z]?)$", re.ASCII
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of AESDD."""
    match = STEM.match(stem)
    if match is None:
        return None
    speaker, emotion = match["speaker"].lstrip("0"), EMOTIONS[match["emotion"]]
    return Parsed(
        speaker=speaker,
        gender=None,  # three women and two men in its first version, which does not tell which are
        emotion=emotion,
        group=f"{speaker}-{match['utterance']}-{emotion}",  # takes of one utterance
        transcript=None,  # utterance 20 is improvised
        style="speech",
    )


CORPUS = Corpus(
    name="aesdd",
    title="AESDD: Acted Emotional Speech Dynamic Database",
    citation=CITATION,
    licence="free to use; cite the paper (terms of the release unverified)",
    language="el",
    size="about 605 files, 6 actors, 44.1 kHz",  # it grows, so no counts
    how_to_get="see http://m3c.web.auth.gr/research/aesdd-speech-emotion-recognition, then "
    "ser fetch aesdd --from FOLDER",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern="a03 (4): emotion a d f h s, utterance 01-20, (speaker), and a letter where there are several takes",
    layout="happiness",
)
