"""Every corpus by name: the table of corpora, and those that `ser import` added."""

from pipelines import paths
from ser_tasks.corpora import CORPORA as TABLE
from ser_tasks.corpora.imported import KnownCorpora

CORPORA = KnownCorpora(TABLE, paths.IMPORTED)

SYNTHETIC = "demo"  # the corpus that is made here: its votes follow from how it was made


def has_votes(corpus: str) -> bool:
    """Whether the votes of its raters can be read."""
    return corpus == SYNTHETIC or (corpus in CORPORA and CORPORA[corpus].votes is not None)


def no_votes(corpus: str) -> str:
    """The sentence on a corpus whose votes are not known: if it was imported, they may still be kept."""
    again = f" If its table has them: ser import {corpus} --votes keep." if corpus not in TABLE else ""
    return f"the votes of its raters are not known.{again}"


def without_classes(corpus: str, preset: str) -> str | None:
    """The sentence on a corpus of ratings alone, for who wants a model of classes; None: it has classes."""
    if CORPORA[corpus].all_presets[preset].classes:
        return None
    return (
        f"{corpus} has ratings alone. Take a model of valence, activation and dominance, such as ridge: "
        f"ser evaluate {corpus} ridge"
    )
