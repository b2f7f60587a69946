"""Stage `code`: what each other stage depends on of the code, as files of digests, a line a module.

An edit of comments, docstrings or of a definition that no stage reaches leaves every file as it is: no stage reruns.
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipelines import paths
from pipelines.orchestration.stage_list import features_code
from ser_tasks.bundles.weights import OF_CLASSES, OF_DIMENSIONS
from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.dimensions.fold import dimension_code
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import TABLE
from ser_tasks.models.dimensions import TABLE as DIMENSION_TABLE
from ser_tasks.provenance.code_digest import Root, code_parts

SHORT = 16  # hexadecimal digits of a module's digest
TABLES = {"ser_tasks.corpora", "ser_tasks.features.table", "ser_tasks.features.encoders", "ser_tasks.models"}
WITHOUT = (  # packages and modules whose code decides no output of a stage: it shows, records, checks, runs
    "pipelines.display",
    "pipelines.evaluations.costs",
    "pipelines.evaluations.run_tags",
    "pipelines.known_corpora",
    "pipelines.settings",
    "ser_tasks.atomic",
    "ser_tasks.engine",
    "ser_tasks.errors",
    "ser_tasks.plots.confusion",
    "ser_tasks.keras_backend",
    "ser_tasks.params",
    "ser_tasks.tracking",
)


def roots_of_stages() -> dict[str, tuple[Root, ...]]:
    """Where the code of each stage is reached from, by the file of digests that dvc.yaml names as its dependency."""
    return {
        "demo": ("pipelines.stages.demo",),
        "votes": ("pipelines.stages.votes",),
        "transcripts": ("pipelines.stages.transcripts",),
        "ensemble": ("pipelines.stages.ensemble",),
        "dimension_ensemble": ("pipelines.stages.dimension_ensemble",),
        "bundle": ("pipelines.stages.bundle", *_weights(OF_CLASSES)),
        "dimension_bundle": ("pipelines.stages.dimension_bundle", *_weights(OF_DIMENSIONS)),
        "ensemble_bundle": ("pipelines.stages.ensemble_bundle",),
        "dimension_ensemble_bundle": ("pipelines.stages.dimension_ensemble_bundle",),
        "cross": ("pipelines.stages.cross",),
        "corpora/imported": ("pipelines.stages.utterances", "ser_tasks.corpora.imported"),
        **{f"corpora/{name}": ("pipelines.stages.utterances", _catalogue(name)) for name in CORPORA},
        **{
            f"features/{features_code(name)}": ("pipelines.stages.features", *own.all_code)
            for name, own in FEATURE_SETS.items()
        },
        **{f"models/{name}": ("pipelines.stages.evaluate", *evaluation_code(own)) for name, own in TABLE.items()},
        **{
            f"dimensions/{own.code_name}": ("pipelines.stages.dimensions", *dimension_code(own))
            for own in DIMENSION_TABLE.values()
        },
    }


def digests_of_stages() -> dict[str, str]:
    """The text of each file: lines `module digest`."""
    return {name: _lines(code_parts(*roots, without=_left_out)) for name, roots in roots_of_stages().items()}


def write_digests(folder: Path = paths.DIGESTS) -> None:
    """Every file anew; those of stages that are no more go."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in digests_of_stages().items():
        file = folder / f"{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def main() -> None:
    """The stage."""
    write_digests()


def _catalogue(name: str) -> str:
    return f"ser_tasks.corpora.catalogue.{name}"


def _weights(kinds: Iterable[str]) -> list[str]:
    """Modules that `ser_tasks.bundles.model_bundle` imports by the kind of the model."""
    return [f"ser_tasks.bundles.weights.{kind}" for kind in kinds]


def _lines(parts: Mapping[str, str]) -> str:
    return "".join(f"{module} {digest[:SHORT]}\n" for module, digest in parts.items())


def _left_out(module: str) -> bool:
    return module in TABLES or any(module == own or module.startswith(f"{own}.") for own in WITHOUT)
