"""Every corpus by name: the table of corpora, and those that `ser import` added."""

from pipelines import paths
from ser_tasks.corpora import CORPORA as TABLE
from ser_tasks.corpora.imported import KnownCorpora

CORPORA = KnownCorpora(TABLE, paths.IMPORTED)
