"""How many turns the release of IEMOCAP has."""

from ser_tasks.corpora.margins import Margin

USUAL = ("neutral", "happiness", "excitement", "sadness", "anger")  # published with happiness and excitement as one

#       neu  hap  exc  sad  ang
BY_SESSION = {
    "1": (384, 135, 143, 194, 229),
    "2": (362, 117, 210, 197, 137),
    "3": (320, 135, 151, 305, 240),
    "4": (258, 65, 238, 143, 327),
    "5": (384, 143, 299, 245, 170),
}
BY_SPEAKER = {
    "1F": 528, "1M": 557, "2F": 481, "2M": 542, "3F": 522, "3M": 629, "4F": 528, "4M": 503, "5F": 590, "5M": 651,
}  # fmt: skip
BY_STYLE = {"improvised": 2943, "scripted": 2588}
OTHERS = {"frustration": 1849, "surprise": 107, "fear": 40, "disgust": 2, "other": 3, "no_agreement": 2507}

MARGINS = (
    Margin(
        ("session", "emotion"),
        {
            (session, emotion): count
            for session, row in BY_SESSION.items()
            for emotion, count in zip(USUAL, row, strict=True)
        },
        frozenset(USUAL),
    ),
    Margin(("speaker",), {(speaker,): count for speaker, count in BY_SPEAKER.items()}, frozenset(USUAL)),
    Margin(("style",), {(style,): count for style, count in BY_STYLE.items()}, frozenset(USUAL)),
    Margin(("emotion",), {(emotion,): count for emotion, count in OTHERS.items()}, frozenset(OTHERS)),
)
