"""What an evaluation consists of, before any of it is computed."""

from dataclasses import dataclass

from pipelines import places
from pipelines.provenance import features_of
from ser_tasks.audit import audit_folds, may_straddle
from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation import Labels
from ser_tasks.labels import apply_preset
from ser_tasks.models import MODELS
from ser_tasks.params import Params, SpeakerDependent, SpeakerIndependent
from ser_tasks.speech_and_words import feature_sets
from ser_tasks.splits import Fold, make_folds
from ser_tasks.tasks import FoldRequest
from ser_tasks.utterances import read_utterances

Runs = tuple[tuple[Fold, int], ...]  # each with the seed of what its model draws at random


@dataclass(frozen=True)
class Evaluation:
    """One model on one corpus under one protocol."""

    corpus: str
    protocol: str
    model: str
    params: Params
    section: SpeakerIndependent | SpeakerDependent
    labels: Labels
    dropped: dict[str, int]  # utterances of classes that do not take part
    shared: dict[str, int]  # test utterances whose speaker, or twin take, is in the training part too
    runs: Runs
    requests: tuple[FoldRequest, ...]  # one for each run


def plan_evaluation(corpus: str, protocol: str, model: str, params: Params) -> Evaluation:
    """Classes, folds, their audit, and a request for each fold and seed.

    Raises:
        LeakError: folds whose sides share what they must not
    """
    section = protocol_section(params, corpus, protocol)
    preset = CORPORA[corpus].presets[params.corpus[corpus].preset]
    labelled = apply_preset(read_utterances(places.utterances(corpus)), preset)
    labels = Labels.of(labelled.utterances)
    folds = make_folds(labelled.utterances, section, seed=params.evaluation.seed)
    shared = audit_folds(labelled.utterances, folds, straddling=may_straddle(section))
    first = params.evaluation.seed
    runs = tuple((fold, seed) for fold in folds for seed in range(first, first + MODELS[model].seeds(params)))
    features, digest = features_of(corpus, MODELS[model].feature_set)
    words = places.utterances(corpus) if len(feature_sets(MODELS[model].feature_set)) > 1 else None
    work, adopted = places.WORK.resolve(), places.OUTCOMES.resolve()
    requests = tuple(
        FoldRequest(fold, labels, features, digest, model, params, seed, work, adopted, words) for fold, seed in runs
    )
    return Evaluation(corpus, protocol, model, params, section, labels, labelled.dropped, shared, runs, requests)


def protocol_section(params: Params, corpus: str, protocol: str) -> SpeakerIndependent | SpeakerDependent:
    """What params.yaml says of a protocol for this corpus."""
    if protocol == "speaker_dependent":
        return params.speaker_dependent
    return params.corpus[corpus].speaker_independent
