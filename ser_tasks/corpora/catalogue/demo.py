"""The demo corpus: synthetic speech, made by this project so that a first run needs no download.

It shows that the workflow works; scores on it tell nothing about people.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ser_tasks.corpora.corpus import Corpus, CorpusError, Parsed, Preset, Utterance

EMOTIONS = ("anger", "happiness", "neutral", "sadness")
GENDERS = {"f": "female", "m": "male"}

# speaker, emotion, number: demo-f01-anger-03
STEM = re.compile(rf"^demo-(?P<speaker>[fm]\d{{2,}})-(?P<emotion>{'|'.join(EMOTIONS)})-(?P<number>\d{{2,}})$", re.ASCII)
PATTERN = f"demo-f01-anger-03: speaker f or m and a number, emotion {' '.join(EMOTIONS)}, number"
TRANSCRIPTS = "transcripts-*.csv"  # one file a speaker: utterance, transcript, ratings


def parse(stem: str, spoken: Mapping[str, str] | None = None) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of the demo corpus.

    Args:
        stem: the name
        spoken: its line of the table beside it, if there is one
    """
    match = STEM.match(stem)
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender=GENDERS[match["speaker"][0]],
        emotion=match["emotion"],
        group=None,  # no two utterances are takes of one
        transcript=spoken["transcript"] if spoken else None,
        style="speech",
        valence=_rated(spoken, "valence"),
        activation=_rated(spoken, "activation"),
        dominance=_rated(spoken, "dominance"),
    )


def _rated(spoken: Mapping[str, str] | None, dimension: str) -> float | None:
    return float(spoken[dimension]) if spoken and spoken.get(dimension) else None


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """File names joined with the transcripts and ratings beside them.

    Raises:
        CorpusError: a name outside the grammar, or an utterance without a transcript
    """
    spoken = _spoken(root)
    utterances = []
    for path in audio:
        stem = PurePosixPath(path).stem
        parsed = parse(stem, spoken.get(stem))
        if parsed is None:
            raise CorpusError(
                f"{root / path}: not a file name of demo; expected like {PATTERN}. "
                "Move it out of the folder, or make the corpus again with `dvc repro`."
            )
        if parsed.transcript is None:
            raise CorpusError(
                f"{root / path}: no line of {root / TRANSCRIPTS} has its words. Make the corpus again with `dvc repro`."
            )
        utterances.append(Utterance(stem, path, parsed))
    return utterances


def _spoken(root: Path) -> dict[str, dict[str, str]]:
    """{utterance: its line} of every speaker."""
    spoken = {}
    for path in sorted(root.glob(TRANSCRIPTS)):
        with path.open(encoding="utf-8", newline="") as file:
            spoken.update({row["utterance"]: row for row in csv.DictReader(file)})
    return spoken


CORPUS = Corpus(
    name="demo",
    title="Demo corpus (synthetic speech)",
    citation="This project, ser_tasks/corpora/synthesis: a source-filter synthesiser. Synthetic: no one speaks.",
    licence="MIT",
    language="en",
    size="224 files, 8 synthetic speakers, 16 kHz, about 8 min, unless params.yaml has other values",
    how_to_get="dvc repro, which makes it from the section demo of params.yaml",
    sources=(),
    presets={
        "four_classes": Preset("all four emotions", {name: name for name in EMOTIONS}),
    },
    read=read,
    pattern=PATTERN,
    side_files=(TRANSCRIPTS,),
    kind="synthetic",
)
