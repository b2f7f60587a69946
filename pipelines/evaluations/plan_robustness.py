"""What `ser robustness` consists of: an evaluation, its test parts under each condition, and one request a fold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import paths
from pipelines.evaluations.plan import Evaluation, check_tested_once, labelled_corpus, plan_evaluation
from pipelines.evaluations.run_tags import digest_of
from pipelines.settings import feature_params
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import DegradedRequest, FoldRequest
from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.store import DegradedShard, degraded_shards, draw_voices
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.augmentation_copies import CONDITION_MARK as MARK
from ser_tasks.features.feature_table import features_digest
from ser_tasks.features.store import plan_shards
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.params import Params

PROTOCOL = "speaker_independent"


@dataclass(frozen=True)
class Plan:
    """The clean evaluation, and what is degraded in it."""

    evaluation: Evaluation
    conditions: tuple[Condition, ...]
    shards: dict[str, list[DegradedShard]]  # of each condition by name

    def folder(self, condition: Condition) -> Path:
        """Where the features under a condition lie."""
        model = MODELS[self.evaluation.model]
        return paths.degraded(self.evaluation.corpus, model.feature_set, condition.name)


def refuse_deaf(model: str) -> None:
    """Raise UserError for a model of words: what is done to sound does nothing to them; or of votes."""
    if model in ON_VOTES:
        raise UserError(
            f"ser robustness: {model} is trained on the votes of raters, which are not read here. Name another model, "
            f"as {model.removesuffix('_votes')}."
        )
    if reads_words(MODELS[model].feature_set):
        acoustic = [name for name, line in MODELS.items() if not reads_words(line.feature_set)]
        raise UserError(
            f"ser robustness: model {model!r} reads words, which noise and rooms do not change here. Name "
            f"an acoustic model: {', '.join(acoustic)}."
        )


def plan_robustness(corpus: str, model: str, params: Params, conditions: Sequence[Condition]) -> Plan:
    """Folds and seeds as the evaluation has them, and a shard for every few minutes under each condition.

    Args:
        corpus, model: of the evaluation
        params: for this corpus
        conditions: that are tested

    Raises:
        UserError: a condition that cannot be had, as babble where nobody else talks
    """
    evaluation = plan_evaluation(corpus, PROTOCOL, model, params)
    check_tested_once(evaluation.section, corpus=corpus, command="ser robustness")
    utterances = labelled_corpus(corpus, params).utterances
    tested = {name for fold, _ in evaluation.runs for name in fold.test}
    settings, minutes = (MODELS[model].feature_set, feature_params(params)), params.store.shard_minutes
    clips = [clip for shard in plan_shards(utterances, *settings, shard_minutes=minutes) for clip in shard.clips]
    shards = plan_shards(utterances[utterances.utterance_id.isin(tested)], *settings, shard_minutes=minutes)
    voices = {}
    if any(condition.needs_voices for condition in conditions):
        voices = draw_voices(
            list(dict.fromkeys(fold for fold, _ in evaluation.runs)),
            {clip.utterance_id: clip for clip in clips},
            dict(zip(evaluation.labels.utterance_ids, evaluation.labels.speakers, strict=True)),
            talkers=params.robustness.talkers,
            seed=params.robustness.seed,
        )
    return Plan(
        evaluation,
        tuple(conditions),
        {condition.name: degraded_shards(shards, condition, talkers=voices) for condition in conditions},
    )


def with_degraded(plan: Plan) -> Evaluation:
    """The evaluation, its test parts longer by the same utterances under each condition.

    Only when their features are there: the requests name them by their digest.
    """
    evaluation = plan.evaluation
    folders = tuple((condition.name, plan.folder(condition)) for condition in plan.conditions)
    digest = digest_of({name: features_digest(folder) for name, folder in folders})
    requests = tuple(_request(request, folders, digest) for request in evaluation.requests)
    runs = tuple((request.fold, request.seed) for request in requests)
    return replace(evaluation, requests=requests, runs=runs)


def _request(clean: FoldRequest, folders: tuple[tuple[str, Path], ...], digest: str) -> DegradedRequest:
    names = tuple(name for name, _ in folders)
    return DegradedRequest(
        fold=replace(clean.fold, test=(*clean.fold.test, *under(names, clean.fold.test))),
        labels=degraded_labels(clean.labels, clean.fold, names),
        features=clean.features,
        features_digest=digest_of({"clean": clean.features_digest, "degraded": digest}),
        model=clean.model,
        params=clean.params,
        seed=clean.seed,
        work=clean.work,
        adopted=clean.adopted,
        conditions=folders,
        trained=clean.folder,
    )


def under(conditions: Sequence[str], utterance_ids: Sequence[str]) -> tuple[str, ...]:
    """Ids of these utterances under each condition: 03a01Fa under babble_10."""
    return tuple(name + MARK + condition for condition in conditions for name in utterance_ids)


def degraded_labels(labels: Labels, fold: Fold, conditions: Sequence[str]) -> Labels:
    """Those of all utterances, then of the test part under each condition.

    A speaker under a condition is a speaker of their own: where features are normalised by speaker, that is over what
    is read of them under that condition, as it would be of a caller whose line is always bad.
    """
    place = {name: row for row, name in enumerate(labels.utterance_ids)}
    rows = [place[name] for name in fold.test]
    return Labels(
        labels.utterance_ids + under(conditions, fold.test),
        labels.emotions + tuple(labels.emotions[row] for _ in conditions for row in rows),
        labels.speakers + under(conditions, [labels.speakers[row] for row in rows]),
    )
