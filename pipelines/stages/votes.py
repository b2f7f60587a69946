"""Stage `votes`: how many raters gave each utterance of a corpus which label."""

import pyarrow.parquet as pq

from pipelines import paths
from pipelines.known_corpora import CORPORA, SYNTHETIC, has_votes
from pipelines.settings import project_params
from ser_tasks.corpora.synthesis.corpus import votes_of_corpus
from ser_tasks.corpora.votes import vote_table, write_votes
from ser_tasks.errors import UserError


def main(corpus: str) -> None:
    """The stage.

    Raises:
        UserError: a corpus that has no votes
    """
    declared = CORPORA[corpus].votes
    if corpus == SYNTHETIC:
        table = vote_table(votes_of_corpus(project_params().demo))
    elif declared is not None:
        columns = pq.read_table(paths.utterances(corpus), columns=["utterance_id", "votes"])
        table = declared(paths.corpus_root(corpus), columns)
    else:
        having = [name for name in CORPORA if has_votes(name)]
        raise UserError(f"{corpus}: its release has no votes of raters. Name one that has: {', '.join(having)}.")
    write_votes(table, paths.votes(corpus))
