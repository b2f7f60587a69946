"""Every corpus that this project can name: the table of corpora, and what `ser import` brought."""

from pipelines import paths
from ser_tasks.corpora import CORPORA as TABLE
from ser_tasks.corpora.imported import KnownCorpora

CORPORA = KnownCorpora(TABLE, paths.IMPORTED)
