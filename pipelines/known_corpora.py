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
