"""Four speakers say four sentences in two emotions, each in two takes: what is shared can be counted by hand."""

import pandas as pd

SPEAKERS, SENTENCES, EMOTIONS, TAKES = "abcd", "wxyz", ("anger", "sadness"), "12"


def corpus() -> pd.DataFrame:
    cells = [(s, t, e, k) for s in SPEAKERS for t in SENTENCES for e in EMOTIONS for k in TAKES]
    return pd.DataFrame(
        [
            {
                "utterance_id": f"{speaker}{said}-{emotion}-{take}",
                "speaker": speaker,
                "session": None,
                "emotion": emotion,
                "transcript": f"The {said}.",
                "group": f"{speaker}{said}-{emotion}",
                "sha256": f"{speaker}{said}{emotion}{take}",
            }
            for speaker, said, emotion, take in cells
        ]
    )


def speakers_of(ids) -> set[str]:
    return {name[0] for name in ids}


def sentences_of(ids) -> set[str]:
    return {name[1] for name in ids}
