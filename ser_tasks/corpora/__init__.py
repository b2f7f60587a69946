"""The table of corpora: one module each, one line here."""

import difflib
from collections.abc import Mapping

from ser_tasks.corpora import dafex, demo, emodb, iemocap, meld, qia, ravdess
from ser_tasks.corpora.corpus import Corpus, CorpusError

CORPORA: Mapping[str, Corpus] = {
    corpus.name: corpus
    for corpus in (
        demo.CORPUS,
        emodb.CORPUS,
        ravdess.CORPUS,
        iemocap.CORPUS,
        dafex.CORPUS,
        qia.CORPUS,
        meld.CORPUS,
    )
}


def find_corpus(name: str) -> Corpus:
    """The corpus that the command line or params.yaml calls `name`."""
    if name in CORPORA:
        return CORPORA[name]
    near = difflib.get_close_matches(name.lower(), CORPORA, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise CorpusError(
        f"no corpus is called '{name}'. {hint}Known: {', '.join(CORPORA)}. To add one, write its module in "
        "ser_tasks/corpora and name it in ser_tasks/corpora/__init__.py."
    )
