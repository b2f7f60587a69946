"""Every corpus by name: the table of corpora, and those that `ser import` added."""

from pipelines import paths
from ser_tasks.corpora import CORPORA as TABLE
from ser_tasks.corpora.imported import KnownCorpora

CORPORA = KnownCorpora(TABLE, paths.IMPORTED)

SYNTHETIC = "demo"  # the corpus that is made here: its votes follow from how it was made


def has_votes(corpus: str) -> bool:
    """Whether the votes of its raters can be read."""
    return corpus == SYNTHETIC or (corpus in CORPORA and CORPORA[corpus].votes is not None)
