"""`ser remote`: folds trained on another machine, exported as a plan and imported under the same keys."""

import json
import os
import re
from pathlib import Path
from typing import Any

from pipelines import paths
from pipelines.commands.arguments import check_arguments
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.settings import project_params
from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS, NETWORKS_AT_SPEEDS, ON_VOTES
from ser_tasks.models.fine_tuning import EncoderSection
from ser_tasks.models.network import NetworkSection
from ser_tasks.models.remote.outcomes import FORMAT
from ser_tasks.models.remote.plan import Plan, PlannedFold, write_plan

KEPT = ("utterance_ids", "posteriors", "chosen")


def export_plan(corpus: str, protocol: str, model: str, file: Path) -> None:
    """Write all that training this network on another machine, on JAX, needs besides the features.

    Raises:
        UserError: the model is not a network
    """
    os.environ["KERAS_BACKEND"] = "jax"  # part of the keys that the outcomes come back under
    params = project_params()
    check_arguments("ser remote export", corpus, protocol, model, params)
    evaluation = plan_evaluation(corpus, protocol, model, params.for_corpus(corpus))
    write_plan(file, as_plan(evaluation))
    CONSOLE.print(
        f"{file} is written. On the other machine, with {needed_folders(evaluation)}:\n"
        f"  python -m ser_tasks.models.remote {file.name} --features data/features --out outcomes\n"
        f"Then here: ser remote import outcomes/{file.stem}, and KERAS_BACKEND=jax dvc repro."
    )


def needed_folders(evaluation: Evaluation) -> str:
    """What a machine must have to train an evaluation: code, features, and the encoder that a network begins with."""
    section = MODELS[evaluation.model].section(evaluation.params)
    weights = f", data/encoders/{section.encoder}/" if isinstance(section, EncoderSection) else ""
    return f"ser_tasks/{weights} and data/features/{evaluation.corpus}/"


def as_plan(evaluation: Evaluation) -> Plan:
    """The plan of an evaluation."""
    model, section = MODELS[evaluation.model], _trained_elsewhere(evaluation)
    seeds = tuple(dict.fromkeys(seed for _, seed in evaluation.runs))
    features = paths.features(evaluation.corpus, model.feature_set)
    return Plan(
        corpus=evaluation.corpus,
        protocol=evaluation.protocol,
        model=evaluation.model,
        builder=model.network_name,
        sizes=section.sizes,
        training=section.training.model_dump(mode="json"),
        speaker_norm=model.speaker_norm,
        classes=tuple(sorted(set(evaluation.labels.emotions))),
        labels=evaluation.labels,
        folds=tuple(
            _planned(evaluation.requests[i : i + len(seeds)]) for i in range(0, len(evaluation.runs), len(seeds))
        ),
        seeds=seeds,
        features=str(features.relative_to(paths.DATA / "features")),
        features_digest=evaluation.requests[0].features_digest,
        copies=evaluation.params.signal_augmentation.copies,
    )


def _trained_elsewhere(evaluation: Evaluation) -> NetworkSection:
    """The section of its network.

    Raises:
        UserError: it is trained here alone
    """
    name, model = evaluation.model, MODELS[evaluation.model]
    section = model.section(evaluation.params)
    if not isinstance(section, NetworkSection):
        raise UserError(f"{name} is not a network: it is trained here. Name a network, as mlp.")
    here = f"Train it here, or name {model.network_name}."
    if name in ON_VOTES:
        raise UserError(f"{name} is trained on the votes of raters, and on other machines labels alone are. {here}")
    if name in NETWORKS_AT_SPEEDS:
        raise UserError(f"{name} plays each recording at several speeds, which is done here alone. {here}")
    if reads_words(model.feature_set):
        raise UserError(
            f"{name} reads transcripts, which stay here: only acoustic networks are trained on other machines. Train "
            "it here, or name a network, as mlp."
        )
    return section


def _planned(requests: tuple[FoldRequest, ...]) -> PlannedFold:
    """One fold, with a key for each of its seeds."""
    fold = requests[0].fold
    keys = tuple(request.cache_key for request in requests)
    return PlannedFold(fold.name, fold.train, fold.validation, fold.test, keys)


def import_outcomes(folder: Path) -> None:
    """Put outcomes where folds look for them before training.

    Raises:
        UserError: there are none
    """
    file = folder / "outcomes.json"
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        found = stored["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file}: no outcomes that can be read ({error}). Name the folder that holds them.") from error
    if found != FORMAT:
        raise UserError(f"{file}: format {found}, expected {FORMAT}. Train again with this version.")
    outcomes = {_key(outcome, file): outcome for outcome in stored.get("outcomes", [])}
    for key, outcome in outcomes.items():
        kept = {name: outcome[name] for name in KEPT}
        with atomic_path(paths.OUTCOMES / f"{key}.json") as temporary:
            temporary.write_text(json.dumps(kept), encoding="utf-8")
    CONSOLE.print(f"{len(outcomes)} folds imported. Now run their stage with KERAS_BACKEND=jax dvc repro.")


def _key(outcome: dict[str, Any], file: Path) -> str:
    """The key of a whole outcome; it becomes the name of a file."""
    missing = sorted({"cache_key", *KEPT} - set(outcome))
    key = str(outcome.get("cache_key"))
    if missing or not re.fullmatch("[0-9a-f]{64}", key) or len(outcome["utterance_ids"]) != len(outcome["posteriors"]):
        raise UserError(
            f"{file}: the outcome with key {key[:70]!r} is not whole (missing: {missing}). Expected a key of 64 "
            "hexadecimal digits, and posteriors for every utterance. Copy the folder again."
        )
    return key
