"""JL corpus: four speakers of New Zealand English, five primary and five secondary emotions."""

import re
from itertools import product

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Official, Parsed, Preset

CITATION = (
    "James, J., Tian, L., Watson, C. (2018). An open source emotional speech corpus for human robot interaction "
    "applications. Proc. Interspeech 2018, 2768-2772. doi:10.21437/Interspeech.2018-1349"
)

PRIMARY = {
    "angry": "anger",
    "excited": "excitement",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
}
SECONDARY = {
    "anxious": "anxiety",
    "apologetic": "apology",
    "assertive": "assertiveness",
    "concerned": "concern",
    "encouraging": "encouragement",
}
EMOTIONS = PRIMARY | SECONDARY
SPEAKERS = ("female1", "female2", "male1", "male2")

# speaker, emotion, sentence with its variant, session: female1_angry_10a_1
STEM = re.compile(
    rf"^(?P<speaker>{'|'.join(SPEAKERS)})_(?P<emotion>{'|'.join(EMOTIONS)})_(?P<sentence>[1-9]|1[0-5])[ab]_[12]$",
    re.ASCII,
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of the JL corpus."""
    match = STEM.match(stem)
    if match is None:
        return None
    emotion = EMOTIONS[match["emotion"]]
    return Parsed(
        speaker=match["speaker"],
        gender=match["speaker"][:-1],
        emotion=emotion,
        group=f"{match['speaker']}-{emotion}-{match['sentence']}",  # spoken up to four times: 10a_1 10a_2 10b_1 10b_2
        transcript=None,
        style="speech",
    )


CORPUS = Corpus(
    name="jl",
    title="JL corpus: New Zealand English emotional speech",
    citation=CITATION,
    licence="CC0 1.0",
    language="en",
    size="2400 files, 4 speakers, 44.1 kHz",
    how_to_get="download it from https://www.kaggle.com/tli725/jl-corpus, then ser fetch jl --from FOLDER, "
    "the one called JL(wav+txt)",
    sources=(),
    presets=all_and_four(EMOTIONS.values())
    | {
        "primary5": Preset(
            f"the five primary emotions; {', '.join(SECONDARY.values())} dropped",
            {name: name for name in PRIMARY.values()},
        )
    },
    parse=parse,
    pattern=f"female1_angry_10a_1: speaker {' '.join(SPEAKERS)}, emotion {' '.join(EMOTIONS)}, sentence 1-15 a-b, 1-2",
    official=(  # 15 sentences, a and b, 1 and 2
        Official(counts=dict.fromkeys(product(SPEAKERS, EMOTIONS.values()), 60), sampling_rate=44_100, durations=None),
    ),
)
