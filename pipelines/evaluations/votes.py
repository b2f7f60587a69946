"""Posteriors of evaluations against the votes of raters, beside what raters reach against each other."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from pipelines import paths
from pipelines.commands.arguments import PROTOCOLS, check_name
from pipelines.evaluations.plan import check_votes, classes_of_votes, label_map_of_votes, labelled_corpus
from pipelines.known_corpora import CORPORA
from pipelines.settings import OF_A_CORPUS
from ser_tasks.corpora.labels import Labelled
from ser_tasks.corpora.votes import ClassVotes, class_votes, read_votes
from ser_tasks.errors import UserError
from ser_tasks.evaluation.votes.answers import (
    Answers,
    Counts,
    of_a_rater,
    of_other_speakers,
    of_posteriors,
    of_the_votes,
)
from ser_tasks.evaluation.votes.comparison import Speakers, against_nearest
from ser_tasks.evaluation.votes.scoring import VoteScores, score_votes
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import EvaluationParams, Params

VOTES, RATER, PRIOR = "the votes themselves", "rater against others", "always the prior"
Answered: TypeAlias = tuple[Answers, Speakers]
ACROSS = "cross"  # protocol of what was trained on other corpora
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


def counts_of(corpus: str, tested: Collection[str], params: Params) -> pd.DataFrame:
    """Votes on those of the tested utterances that ENOUGH raters voted on, by their ids; a column for each class.

    Raises:
        UserError: as `votes_on`, or none has so many
    """
    labelled = labelled_corpus(corpus, params)
    classes = sorted(set(labelled.utterances.emotion))
    counts = pd.DataFrame(votes_on(corpus, labelled, params).counts, labelled.utterances.utterance_id, classes)
    found = counts[(counts.sum(axis=1) >= ENOUGH) & counts.index.isin(tested)]
    if found.empty:
        raise UserError(_too_few(corpus, len(set(tested)), classes))
    return found


def compare_votes(corpus: str, models: Sequence[str], protocol: str, params: Params) -> VoteComparison:
    """Every model that is named, or all that have predictions here, on the utterances that two raters voted on.

    Raises:
        UserError: an unknown name; no votes; a model without predictions, or with those of other utterances or classes
    """
    _check(corpus, protocol, params)
    labelled = labelled_corpus(corpus, params)
    emotion = labelled.utterances.set_index("utterance_id").emotion
    predictions = _predictions(corpus, protocol, models, emotion)
    classes = tuple(sorted(_classes(next(iter(predictions.values()), None), emotion)))
    table = labelled.utterances[labelled.utterances.emotion.isin(classes)]
    votes = votes_on(corpus, replace(labelled, utterances=table), params)
    place, speakers = pd.Series(np.arange(len(table)), index=table.utterance_id), table.speaker.to_numpy(str)
    tested = np.unique(place[next(iter(predictions.values())).utterance_id]) if predictions else np.arange(len(table))
    scored = tested[votes.counts[tested].sum(axis=1) >= ENOUGH]
    if not len(scored):
        raise UserError(_too_few(corpus, len(tested), classes))

    def answered(own: pd.DataFrame) -> Answered:
        rows = place[own.utterance_id].to_numpy()
        kept = np.isin(rows, scored)
        posteriors = own[list(classes)].to_numpy(np.float64)[kept]
        return of_posteriors(votes.counts[rows[kept]], posteriors), speakers[rows[kept]]

    of_models, counts = {name: answered(own) for name, own in predictions.items()}, votes.counts[scored]
    raters, distances = counts.sum(axis=1), {name: (own.distance, whose) for name, (own, whose) in of_models.items()}
    return VoteComparison(
        rows=_rows(of_models, counts, speakers[scored], params.evaluation),
        p=against_nearest(distances, params.evaluation),
        classes=classes,
        utterances=len(scored),
        raters=(int(raters.min()), int(raters.max())),
        entropy=float(of_the_votes(counts).entropy.mean()),
        left_out=len(tested) - len(scored),
        outside=int(votes.outside[scored].sum()),
        several=int(votes.several[scored].sum()),
    )


def _too_few(corpus: str, tested: int, classes: Sequence[str]) -> str:
    return (
        f"{corpus}: none of the {tested} utterances has {ENOUGH} votes for {', '.join(classes)}. Choose a "
        "preset with more of its labels in params.yaml, or complete the label files of the corpus."
    )


def _check(corpus: str, protocol: str, params: Params) -> None:
    """Raise UserError for a name that is not known, and for a corpus without votes or utterances."""
    check_name("ser votes: corpus", corpus, [name for name in params.corpus if name in CORPORA], hint=OF_A_CORPUS)
    check_name("ser votes: protocol", protocol, (*PROTOCOLS, ACROSS), hint="Name one of them.")
    check_votes(corpus)
    classes_of_votes(corpus, params.corpus[corpus].preset)
    if not paths.utterances(corpus).exists():
        raise UserError(
            f"{paths.utterances(corpus)}: no such table. Get the corpus (docs/votes.md), and evaluate it: "
            f"ser evaluate {corpus} svm (of words alone: tfidf)"
        )


def _command(corpus: str, model: str, protocol: str, file: Path | None) -> str:
    """What computes its predictions anew."""
    if file == paths.ensemble(corpus, protocol, model):
        return f"ser repro ensemble@{model}"
    return "ser cross-corpus" if protocol == ACROSS else f"ser evaluate {corpus} {model} --protocol {protocol}"


def _classes(predictions: pd.DataFrame | None, emotion: "pd.Series[str]") -> set[str]:
    """Those of the corpus; across corpora only those that the models share with it."""
    return set(emotion) if predictions is None else set(emotion) & set(predictions.columns)


def _rows(
    models: Mapping[str, Answered], counts: Counts, speakers: Speakers, params: EvaluationParams
) -> dict[str, VoteScores]:
    """Figures of the models, between those of the votes and of raters, and those of the prior."""
    own = {name: score_votes(answers, whose, params) for name, (answers, whose) in models.items()}
    yardsticks = {
        VOTES: of_the_votes(counts),
        RATER: of_a_rater(counts),
        PRIOR: of_posteriors(counts, of_other_speakers(counts, speakers)),
    }
    scored = {name: score_votes(answers, speakers, params) for name, answers in yardsticks.items()}
    ranked = dict(sorted(own.items(), key=lambda item: item[1].kl))
    return {VOTES: scored[VOTES], RATER: scored[RATER], **ranked, PRIOR: scored[PRIOR]}


def _files(corpus: str, protocol: str, models: Sequence[str]) -> dict[str, Path]:
    """Predictions of these models, or of all that have some, ensembles too."""
    files = {
        file.stem: file
        for place in (paths.predictions, paths.ensemble)
        for file in sorted(place(corpus, protocol, "any").parent.glob("*.parquet"))
    }
    for name in models:
        if name in DIMENSION_MODELS:
            raise UserError(
                f"ser votes: {name} predicts no classes, which is what raters voted on. Name another model."
            )
        if name not in files and name not in MODELS:
            check_name("ser votes: model", name, {*files, *MODELS}, hint="Name one of them.")
        if name not in files:
            raise UserError(
                f"ser votes: no predictions of {name} on {corpus}, {protocol}; there are those of "
                f"{', '.join(files) or 'none'}. Make them: {_command(corpus, name, protocol, None)}"
            )
    return {name: files[name] for name in models or files}


def _predictions(
    corpus: str, protocol: str, models: Sequence[str], emotion: "pd.Series[str]"
) -> dict[str, pd.DataFrame]:
    """Posteriors of each model, all on the same utterances, under the labels of today."""
    found, tested, classes = dict[str, pd.DataFrame](), set[str](), set(emotion)
    for name, file in _files(corpus, protocol, models).items():
        table = found[name] = pd.read_parquet(file)
        ids, own = set(table.utterance_id), _classes(table, emotion)
        again = f"Evaluate it again: {_command(corpus, name, protocol, file)}"
        if not tested:
            tested, classes = ids, own if protocol == ACROSS else classes
        if ids != tested or not ids <= set(emotion.index) or own != classes:
            wanted = ", ".join(sorted(classes))
            raise UserError(
                f"{file}: {len(ids)} utterances of {len(own)} of the classes {wanted}, which are not those that "
                f"{corpus} has today, or not those of {next(iter(found))}. {again}"
            )
        other = table[table.truth.to_numpy() != emotion[table.utterance_id].to_numpy()].utterance_id
        if len(other):
            was = table.set_index("utterance_id").truth.loc[[other.iloc[0]]].iloc[0]
            raise UserError(
                f"{file}: {other.nunique()} utterances have another label than {corpus} has today, the first is "
                f"{other.iloc[0]}: {was}, and now {emotion[other.iloc[0]]}. {again}"
            )
    return found
