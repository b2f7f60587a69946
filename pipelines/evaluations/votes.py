"""Posteriors of evaluations against the votes of raters, beside what raters reach against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.commands.arguments import PROTOCOLS, check_name
from pipelines.evaluations.plan import check_votes, label_map_of_votes, labelled_corpus
from pipelines.known_corpora import CORPORA
from pipelines.settings import OF_A_CORPUS
from ser_tasks.corpora.labels import Labelled
from ser_tasks.corpora.votes import ClassVotes, class_votes, read_votes
from ser_tasks.errors import UserError
from ser_tasks.evaluation.votes.answers import Answers, of_a_rater, of_other_speakers, of_posteriors, of_the_votes
from ser_tasks.evaluation.votes.comparison import against_nearest
from ser_tasks.evaluation.votes.scoring import VoteScores, score_votes
from ser_tasks.params import Params

VOTES, RATER, PRIOR = "the votes themselves", "rater against others", "always the prior"
ENOUGH = 2  # votes: with one alone, no rater is held against others


@dataclass(frozen=True)
class VoteComparison:
    """Figures by what answers, and what they are of."""

    rows: dict[str, VoteScores]  # the votes themselves, a rater, models by KL, the prior
    p: dict[str, float]  # of no difference in KL from the first model, of each other one
    classes: tuple[str, ...]
    utterances: int
    raters: tuple[int, int]  # votes on an utterance, at least and at most
    entropy: float  # mean of the votes', nats
    left_out: int  # utterances with fewer than ENOUGH votes for these classes
    outside: int  # votes for labels of no class, on the others
    several: int  # raters who gave several labels, on the others


def votes_on(corpus: str, labelled: Labelled, params: Params) -> ClassVotes:
    """Votes on the utterances that take part, by their classes in alphabetical order.

    Raises:
        UserError: no table of votes here; classes by gender; or no vote is of a class
    """
    return class_votes(
        read_votes(paths.votes(corpus)),
        list(labelled.utterances.utterance_id),
        class_of_label=label_map_of_votes(corpus, params),
        classes=sorted(set(labelled.utterances.emotion)),
    )


def compare_votes(corpus: str, models: Sequence[str], protocol: str, params: Params) -> VoteComparison:
    """Every model that is named, or all that have predictions here, on the utterances that two raters voted on.

    Raises:
        UserError: an unknown name; no votes; a model without predictions, or with those of other utterances or classes
    """
    check_name("ser votes: corpus", corpus, [name for name in params.corpus if name in CORPORA], hint=OF_A_CORPUS)
    check_name("ser votes: protocol", protocol, PROTOCOLS, hint="Name one of them.")
    check_votes(corpus)
    if not paths.utterances(corpus).exists():
        raise UserError(
            f"{paths.utterances(corpus)}: no such table. Get the corpus (docs/votes.md), and evaluate it: "
            f"ser evaluate {corpus} svm"
        )
    labelled = labelled_corpus(corpus, params)
    votes, table = votes_on(corpus, labelled, params), labelled.utterances
    place = pd.Series(np.arange(len(table)), index=table.utterance_id)
    classes = tuple(sorted(set(table.emotion)))
    predictions = _predictions(corpus, protocol, models, place.index, classes)
    tested = np.unique(place[next(iter(predictions.values())).utterance_id]) if predictions else np.arange(len(table))
    scored = tested[votes.counts[tested].sum(axis=1) >= ENOUGH]
    if not len(scored):
        raise UserError(
            f"{corpus}: none of the {len(tested)} utterances has {ENOUGH} votes for {', '.join(classes)}. Choose a "
            "preset with more of its labels in params.yaml, or complete the label files of the corpus."
        )
    speakers, counts = table.speaker.to_numpy(str), votes.counts[scored]

    def of_model(own: pd.DataFrame) -> tuple[Answers, NDArray[np.str_]]:
        rows = place[own.utterance_id].to_numpy()
        kept = np.isin(rows, scored)
        answers = of_posteriors(votes.counts[rows[kept]], own[list(classes)].to_numpy(np.float64)[kept])
        return answers, speakers[rows[kept]]

    def of(answers: Answers) -> VoteScores:
        return score_votes(answers, speakers[scored], params.evaluation)

    answered = {name: of_model(own) for name, own in predictions.items()}
    own = {name: score_votes(answers, whose, params.evaluation) for name, (answers, whose) in answered.items()}
    distances = {name: (answers.cross_entropy - answers.entropy, whose) for name, (answers, whose) in answered.items()}
    best = of(of_the_votes(counts))
    raters = counts.sum(axis=1)
    return VoteComparison(
        rows={
            VOTES: best,
            RATER: of(of_a_rater(counts)),
            **dict(sorted(own.items(), key=lambda item: item[1].kl)),
            PRIOR: of(of_posteriors(counts, of_other_speakers(counts, speakers[scored]))),
        },
        p=against_nearest(distances, params.evaluation),
        classes=classes,
        utterances=len(scored),
        raters=(int(raters.min()), int(raters.max())),
        entropy=best.cross_entropy,
        left_out=len(tested) - len(scored),
        outside=int(votes.outside[scored].sum()),
        several=int(votes.several[scored].sum()),
    )


def _predictions(
    corpus: str, protocol: str, models: Sequence[str], utterances: pd.Index, classes: Sequence[str]
) -> dict[str, pd.DataFrame]:
    """Posteriors of each model, of ensembles too, all on the same utterances."""
    files = {
        file.stem: file
        for place in (paths.predictions, paths.ensemble)
        for file in sorted(place(corpus, protocol, "any").parent.glob("*.parquet"))
    }
    for name in models:
        if name not in files:
            raise UserError(
                f"ser votes: no predictions of {name} on {corpus}, {protocol}; there are those of "
                f"{', '.join(files) or 'none'}. Make them: ser evaluate {corpus} {name} --protocol {protocol}"
            )
    found, tested = dict[str, pd.DataFrame](), set[str]()
    for name in models or files:
        found[name] = pd.read_parquet(files[name])
        ids, own = set(found[name].utterance_id), set(found[name].columns) & set(classes)
        tested = tested or ids
        if ids != tested or not ids <= set(utterances) or own != set(classes):
            raise UserError(
                f"{files[name]}: {len(ids)} utterances of {len(own)} of the classes {', '.join(classes)}, which are "
                f"not those that {corpus} has today, or not those of {next(iter(found))}. Evaluate it again: "
                f"ser evaluate {corpus} {name} --protocol {protocol}"
            )
    return found
