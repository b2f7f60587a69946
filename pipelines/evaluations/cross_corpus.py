"""Evaluations across corpora: planned, run, and stated as a result."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.display.progress import watch_folds
from pipelines.display.tables import show_result
from pipelines.evaluations.plan import check_size, classes_of_votes, votes_digest
from pipelines.evaluations.provenance import cross_origin, sealed
from pipelines.evaluations.record import track, write_outputs
from pipelines.evaluations.result import SPEAKER_NORM, few_epochs
from pipelines.evaluations.run_tags import digest_of, features_of
from pipelines.known_corpora import CORPORA, has_votes
from pipelines.settings import check_cross
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.cross_corpus import MARK, Joined, cross_fold, differences, join_corpora, own_name
from ser_tasks.evaluation.fold import CrossRequest, fold_outcome
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, prediction_table, score
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.stored_fold import StoredCrossRequest
from ser_tasks.evaluation.votes.fold import VotedCrossRequest, VotesOfCorpus
from ser_tasks.features.feature_table import common_dimensions
from ser_tasks.models import FROM_DISK, MODELS, ON_VOTES
from ser_tasks.models.model_versions import model_versions
from ser_tasks.params import CrossParams, Params
from ser_tasks.tasks import run_fold
from ser_tasks.text.transcripts import OF_WORDS


@dataclass(frozen=True)
class CrossEvaluation:
    """One model across corpora, before any of it is computed."""

    name: str
    section: CrossParams
    params: Params
    joined: Joined
    labels: Labels
    fold: Fold
    requests: tuple[CrossRequest, ...]  # one for each seed

    @property
    def corpora(self) -> tuple[str, ...]:
        """The training corpora, and the test corpus as the last."""
        return (*self.section.train, self.section.test)


def plan_cross(name: str, section: CrossParams, params: Params) -> CrossEvaluation:
    """Shared classes, the fold, its audit, and a request for each seed.

    Raises:
        UserError: a corpus without utterances or features here, or features of other settings than another's
        LeakError: corpora that hold the same recording
    """
    corpora, model = (*section.train, section.test), MODELS[section.model]
    params = _as_long_as(section, params)
    presets = {corpus: section.presets.get(corpus, params.corpus[corpus].preset) for corpus in corpora}
    maps = {corpus: CORPORA[corpus].all_presets[preset] for corpus, preset in presets.items()}
    joined = join_corpora({corpus: _utterances(corpus) for corpus in corpora}, maps)
    fold = cross_fold(joined.utterances, test=section.test)
    audit_folds(joined.utterances, [fold], straddling=frozenset())
    check_size(section.model, [fold], params, trainings=model.seeds(params))
    found = {corpus: features_of(corpus, model.feature_set) for corpus in corpora}
    sources = tuple((corpus, where) for corpus, (where, _) in found.items())
    if model.feature_set not in OF_WORDS:
        refuse_unlike(dict(sources))
    heard = joined.normalised_over if section.corpus_norm else ()
    read = {corpus: digest for corpus, (_, digest) in found.items()} | {"heard": repr(heard)}
    labels, first = Labels.of(joined.utterances), params.evaluation.seed
    planned: Callable[..., CrossRequest] = StoredCrossRequest if section.model in FROM_DISK else CrossRequest
    if section.model in ON_VOTES:
        votes = {corpus: _votes(corpus, presets[corpus]) for corpus in section.train if has_votes(corpus)}
        planned = partial(VotedCrossRequest, votes=tuple(votes.values()))
        read |= {f"votes of {corpus}": f"{votes_digest(corpus)} {own.label_map}" for corpus, own in votes.items()}
    digest = digest_of(read)
    request = partial(
        planned,
        *(fold, labels, sources[-1][1], digest, section.model, params),
        work=paths.WORK.resolve(),
        adopted=paths.OUTCOMES.resolve(),
        sources=sources,
        heard=heard,
    )
    requests = tuple(request(seed=seed) for seed in range(first, first + model.seeds(params)))
    return CrossEvaluation(name, section, params, joined, labels, fold, requests)


def run(name: str, section: CrossParams, params: Params) -> dict[str, Any]:
    """One evaluation across corpora; returns its result.

    Raises:
        ParamsError: a corpus, preset or model that does not exist
    """
    check_cross(name, section, params)
    result: dict[str, Any] = cross.on(params.workers)(name, section, params)
    return result


@flow("cross", run_name="{name}")
def cross(name: str, section: CrossParams, params: Params) -> dict[str, Any]:
    """The joined table, the audit, one task for each seed, and figures for the tested corpus; returns the result."""
    began = time.perf_counter()
    evaluation = plan_cross(name, section, params)
    running = [run_fold.submit(request) for request in evaluation.requests]
    folders = {f"{name}, seed {request.seed}": request.folder for request in evaluation.requests}
    watch_folds(running, folders, title=name)
    outcomes = [fold_outcome(future.result()) for future in running]
    result, predictions, confusion = result_of(evaluation, outcomes)
    write_outputs(result, predictions)
    show_result(result)
    settings = MODELS[section.model].section(evaluation.params).model_dump(mode="json")
    protocol = {"kind": "cross", **section.model_dump(mode="json")}
    track(result, confusion, outcomes, seconds=time.perf_counter() - began, protocol=protocol, settings=settings)
    return result


def result_of(
    evaluation: CrossEvaluation, outcomes: list[FoldOutcome]
) -> tuple[dict[str, Any], pd.DataFrame, NDArray[np.int64]]:
    """What results/ holds, the predictions by the tested corpus' own ids, and the confusion matrix."""
    runs = [(evaluation.fold, request.seed) for request in evaluation.requests]
    table = prediction_table(runs, outcomes, evaluation.labels)
    figures, confusion = score(table, evaluation.labels, evaluation.params.evaluation)
    result = {**head(evaluation), **figures, **circumstances(evaluation), "warnings": warnings(evaluation, outcomes)}
    predictions = table.assign(utterance_id=table.utterance_id.map(own_name))
    return sealed(result, cross_origin(evaluation), predictions), predictions, confusion


def head(evaluation: CrossEvaluation) -> dict[str, Any]:
    """What was evaluated: the tested corpus, `cross` as its protocol, and the name as the model."""
    section = evaluation.section
    return {
        "corpus": section.test,
        "corpus_kind": CORPORA[section.test].kind,
        "preset": section.presets.get(section.test, evaluation.params.corpus[section.test].preset),
        "protocol": "cross",
        "protocol_kind": f"from {' + '.join(section.train)}",
        "model": evaluation.name,
        "recogniser": section.model,
        "train": list(section.train),
    }


def circumstances(evaluation: CrossEvaluation) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    speaker = dict(zip(evaluation.labels.utterance_ids, evaluation.labels.speakers, strict=True))
    learnt, tested = evaluation.fold.train, evaluation.fold.test
    return {
        "utterances": len(tested),
        "speakers": len({speaker[name] for name in tested}),
        "train_utterances": len(learnt),
        "train_speakers": len({speaker[name] for name in learnt}),
        "classes": sorted(set(evaluation.labels.emotions)),
        "dropped": evaluation.joined.dropped,
        "corpus_norm": evaluation.section.corpus_norm,
        "feature_set": MODELS[evaluation.section.model].feature_set,
        "seed": evaluation.params.evaluation.seed,
        "versions": model_versions(evaluation.section.model),
    }


def warnings(evaluation: CrossEvaluation, outcomes: list[FoldOutcome]) -> list[str]:
    """What a reader must know before comparing this number."""
    section, declared = evaluation.section, [CORPORA[corpus] for corpus in evaluation.corpora]
    said = []
    if synthetic := [corpus.name for corpus in declared if corpus.kind == "synthetic"]:
        said.append(f"Synthetic speech ({', '.join(synthetic)}): the figures say nothing about people.")
    sampling_rate = evaluation.params.audio.sampling_rate
    said += differences(declared, evaluation.joined.utterances, evaluation.joined.dropped, sampling_rate=sampling_rate)
    if len(section.train) > 1:
        counts = evaluation.joined.utterances.corpus.value_counts()
        learnt = ", ".join(f"{counts[corpus]} utterances of {corpus}" for corpus in section.train)
        said.append(f"Learnt from {learnt}.")
    if section.corpus_norm:
        heard = sum(name.startswith(section.test + MARK) for name in evaluation.joined.normalised_over)
        said.append(
            f"Corpus normalisation hears {heard} unlabelled utterances of {section.test} before the first answer."
        )
    if MODELS[section.model].speaker_norm:
        said.append(SPEAKER_NORM)
    epochs = {evaluation.params.corpus[corpus].epochs for corpus in section.train}
    return said + few_epochs(None if None in epochs else max(filter(None, epochs)), outcomes)


def _votes(corpus: str, preset: str) -> VotesOfCorpus:
    label_map = tuple(sorted(classes_of_votes(corpus, preset).items()))
    return VotesOfCorpus(paths.votes(corpus), label_map, prefix=corpus + MARK)


def _utterances(corpus: str) -> pd.DataFrame:
    table = paths.utterances(corpus)
    if not table.exists():
        raise UserError(
            f"{table}: no such table. Get the corpus ({CORPORA[corpus].how_to_get}), and evaluate it "
            f"(ser evaluate {corpus} svm): that reads it."
        )
    return read_utterances(table)


def _as_long_as(section: CrossParams, params: Params) -> Params:
    """Every network trained for as many epochs as all training corpora set, the largest of them; if all do."""
    epochs = {corpus: params.corpus[corpus].epochs for corpus in section.train}
    said = {corpus: n for corpus, n in epochs.items() if n is not None}
    return params.for_corpus(max(said, key=said.__getitem__)) if len(said) == len(epochs) else params


def refuse_unlike(sources: Mapping[str, Path]) -> None:
    """Stop unless the features of all corpora were made alike.

    Args:
        sources: corpus -> folder of the feature set
    """
    for folder in sources.values():
        common_dimensions(folder, sorted(folder.glob("*.parquet")))
    *_, last = sources.values()
    try:
        common_dimensions(last, [path for folder in sources.values() for path in sorted(folder.glob("*.parquet"))])
    except UserError as error:
        raise UserError(
            f"{', '.join(map(str, sources.values()))}: these features come from different settings or versions of the "
            f"code. Run the stage features of {', '.join(sources)} again."
        ) from error
