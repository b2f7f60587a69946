"""SUBESCO, the SUST Bangla Emotional Speech Corpus: twenty actors, ten sentences, seven emotions, five takes."""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Margin, Parsed

CITATION = (
    "Sultana, S., Rahman, M. S., Selim, M. R., Iqbal, M. Z. (2021). SUST Bangla Emotional Speech Corpus (SUBESCO): an "
    "audio-only emotional speech corpus for Bangla. PLoS ONE 16(4): e0250173. doi:10.1371/journal.pone.0250173"
)

EMOTIONS = {
    "ANGRY": "anger",
    "DISGUST": "disgust",
    "FEAR": "fear",
    "HAPPY": "happiness",
    "NEUTRAL": "neutral",
    "SAD": "sadness",
    "SURPRISE": "surprise",
}
SPEAKERS = tuple(f"{sex}{number:02d}" for sex in "FM" for number in range(1, 11))
MISNAMED = {"F_02_MONIKA_S_2_SURPRISE_3]": "F_02_MONIKA_S_2_SURPRISE_3"}  # as released

# sex and number of the speaker, name, sentence, emotion, take: F_02_MONIKA_S_1_NEUTRAL_5
STEM = re.compile(
    r"^(?P<sex>[FM])_(?P<number>0[1-9]|10)_[A-Z]+_S_(?P<sentence>[1-9]|10)"
    rf"_(?P<emotion>{'|'.join(EMOTIONS)})_(?P<take>[1-5])$",
    re.ASCII,
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of SUBESCO."""
    match = STEM.match(MISNAMED.get(stem, stem))
    if match is None:
        return None
    speaker, emotion = match["sex"] + match["number"], EMOTIONS[match["emotion"]]
    return Parsed(
        speaker=speaker,
        gender="female" if match["sex"] == "F" else "male",
        emotion=emotion,
        group=f"{speaker}-{match['sentence']}-{emotion}",  # takes 1 to 5
        transcript=None,
        style="speech",
    )


CORPUS = Corpus(
    name="subesco",
    title="SUBESCO: SUST Bangla Emotional Speech Corpus",
    citation=CITATION,
    licence="CC BY 4.0",
    language="bn",
    size="7000 files, 20 actors, 7 h 40 min",
    how_to_get="download it from https://zenodo.org/records/4526477, then ser fetch subesco --from FOLDER",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern=f"F_02_MONIKA_S_1_NEUTRAL_5: sex F M, number 01-10, name, S_ and sentence 1-10, {' '.join(EMOTIONS)}, "
    "take 1-5",
    margins=(Margin(("speaker", "emotion"), dict.fromkeys(product(SPEAKERS, EMOTIONS.values()), 50)),),
)
