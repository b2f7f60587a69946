"""EMO-DB, the Berlin Database of Emotional Speech: ten German speakers, ten sentences, seven emotions."""

import re
from pathlib import Path

from ser_tasks.corpora.corpus import Corpus, Official, Parsed, Preset, Source

CITATION = (
    "Burkhardt, F., Paeschke, A., Rolfes, M., Sendlmeier, W. F., Weiss, B. (2005). A database of German "
    "emotional speech. Proc. Interspeech 2005, 1517-1520. doi:10.21437/Interspeech.2005-446"
)

# speaker, text, emotion, take: 03a01Fa
STEM = re.compile(r"^(?P<speaker>03|08|09|1[0-6])(?P<text>[ab]\d\d)(?P<emotion>[WLEAFTN])(?P<take>[a-f])$", re.ASCII)

# the letters are initials of the German words: Wut, Langeweile, Ekel, Angst, Freude, Trauer, neutral
EMOTIONS = {
    "W": "anger",
    "L": "boredom",
    "E": "disgust",
    "A": "fear",
    "F": "happiness",
    "T": "sadness",
    "N": "neutral",
}
FEMALE = frozenset({"08", "09", "13", "14", "16"})
SENTENCES = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute Abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}

#          W   L   E   A   F   T   N
COUNTS = {
    "03": (14, 5, 1, 4, 7, 7, 11),
    "08": (12, 10, 0, 6, 11, 9, 10),  # no disgust: average UAR over the classes present
    "09": (13, 4, 8, 1, 4, 4, 9),
    "10": (10, 8, 1, 8, 4, 3, 4),
    "11": (11, 8, 2, 10, 8, 7, 9),
    "12": (12, 5, 2, 6, 2, 4, 4),
    "13": (12, 10, 8, 7, 10, 5, 9),
    "14": (16, 8, 8, 12, 8, 10, 7),
    "15": (13, 9, 5, 8, 6, 4, 11),
    "16": (14, 14, 11, 7, 11, 9, 5),
}


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of EMO-DB.

    >>> fields = parse("03a01Fa")  # speaker 03, sentence a01, Freude, first take
    >>> fields.speaker, fields.gender, fields.emotion, fields.transcript
    ('03', 'male', 'happiness', 'Der Lappen liegt auf dem Eisschrank.')
    """
    match = STEM.match(stem)
    if match is None or match["text"] not in SENTENCES:
        return None
    speaker, text, emotion = match["speaker"], match["text"], EMOTIONS[match["emotion"]]
    return Parsed(
        speaker=speaker,
        gender="female" if speaker in FEMALE else "male",
        emotion=emotion,
        group=f"{speaker}-{text}-{emotion}",  # takes a, b, c ... of one sentence
        transcript=SENTENCES[text],
        style="speech",
    )


CORPUS = Corpus(
    name="emodb",
    title="EMO-DB: Berlin Database of Emotional Speech",
    citation=CITATION,
    licence="free for research; cite the paper",
    language="de",
    size="535 files, 10 speakers, 16 kHz, about 25 min",
    how_to_get="ser fetch emodb, or ser fetch emodb --from FOLDER for a copy you have",
    sources=(
        Source("http://emodb.bilderbar.info/download/download.zip"),  # the site states no size and no checksum
    ),
    presets={
        "seven_classes": Preset("all seven emotions", {name: name for name in EMOTIONS.values()}),
        "four_classes": Preset(
            "anger, happiness, neutral, sadness; boredom, disgust and fear dropped",
            {name: name for name in ("anger", "happiness", "neutral", "sadness")},
        ),
    },
    parse=parse,
    pattern="03a01Fa: speaker 03 08 09 10-16, text a01 a02 a04 a05 a07 b01 b02 b03 b09 b10, "
    "emotion W L E A F T N, take a-f",
    layout="wav",
    official=(
        Official(
            counts={
                (speaker, emotion): count
                for speaker, row in COUNTS.items()
                for emotion, count in zip(EMOTIONS.values(), row, strict=True)
            },
            sampling_rate=16_000,
            durations=(1.23, 8.98),
        ),
    ),
    fingerprints=Path(__file__).parent / "fingerprints" / "emodb.csv",
)
