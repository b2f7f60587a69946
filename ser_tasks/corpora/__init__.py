"""The table of corpora: one module each, one line here."""

import difflib
from collections.abc import Mapping

from ser_tasks.corpora.catalogue import (
    aesdd,
    cafe,
    cremad,
    dafex,
    demo,
    emodb,
    emovo,
    enterface,
    esd,
    iemocap,
    jl,
    meld,
    msp_podcast,
    msp_podcast_test2,
    qia,
    ravdess,
    savee,
    shemo,
    subesco,
    tess,
    urdu,
)
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
        cremad.CORPUS,
        tess.CORPUS,
        savee.CORPUS,
        emovo.CORPUS,
        shemo.CORPUS,
        esd.CORPUS,
        jl.CORPUS,
        enterface.CORPUS,
        cafe.CORPUS,
        urdu.CORPUS,
        subesco.CORPUS,
        aesdd.CORPUS,
        msp_podcast.CORPUS,
        msp_podcast_test2.CORPUS,
    )
}


def find_corpus(name: str, corpora: Mapping[str, Corpus] = CORPORA) -> Corpus:
    """The corpus that the command line or params.yaml calls `name`."""
    if name in corpora:
        return corpora[name]
    near = difflib.get_close_matches(name.lower(), corpora, n=1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    raise CorpusError(
        f"no corpus is called '{name}'. {hint}Known: {', '.join(corpora)}. To import one of your own: ser import PATH. "
        "To add one for everybody, write its module in ser_tasks/corpora/catalogue, and its line in "
        "ser_tasks/corpora/__init__.py."
    )
