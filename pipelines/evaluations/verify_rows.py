"""The results that `ser verify` checks, and the provenance of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.evaluations.provenance import as_values
from pipelines.evaluations.run_tags import git
from pipelines.orchestration.stage_list import evaluations_of, of_dimensions
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS
from ser_tasks.params import CrossParams, EnsembleParams, Params
from ser_tasks.params.evaluations import key_of
from ser_tasks.params.reading import nearest

RESULTS = Path("results")
PLAIN = ("-c", "core.quotePath=false")  # names as they are
LISTS = ("data", "params", "code", "lock", "outputs")


@dataclass(frozen=True)
class Recorded:
    """One file of results/."""

    file: Path
    commit: str = "not committed"  # that last changed the file, and whether it has been edited since

    @property
    def name(self) -> str:
        """CORPUS/PROTOCOL/MODEL."""
        return "/".join([*self.file.parts[-3:-1], self.file.stem])

    @cached_property
    def result(self) -> dict[str, Any]:
        """Its content.

        Raises:
            UserError: it is no result
        """
        try:
            found: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
            found["corpus"], found["protocol"], found["model"], found["folds"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            hint = f"Restore it: git checkout {self.file}, or dvc repro."
            raise UserError(f"{self.file}: not a result ({error}). {hint}") from error
        return found

    @property
    def provenance(self) -> dict[str, dict[str, str]] | None:
        """Lines of each list by name; None: the row is from before it was recorded."""
        lists = self.result.get("provenance")
        return None if lists is None else as_values(dict.fromkeys(LISTS, ()) | lists)

    @property
    def kind(self) -> str:
        """evaluation, dimensions, dimension_ensemble, cross or ensemble."""
        if "dimensions" in self.result:
            return "dimension_ensemble" if "members" in self.result else "dimensions"
        return "ensemble" if "members" in self.result else "cross" if "train" in self.result else "evaluation"

    @property
    def rated(self) -> bool:
        """Whether it is of valence, activation and dominance."""
        return "dimensions" in self.result

    @property
    def predictions_file(self) -> Path:
        """Path of its posteriors, if they are here."""
        place = (self.result["corpus"], self.result["protocol"], self.result["model"])
        if self.rated:
            return paths.dimension_predictions(*place)
        return (paths.ensemble if self.kind == "ensemble" else paths.predictions)(*place)

    @cached_property
    def predictions(self) -> pd.DataFrame | None:
        """Its posteriors, None if they are not here."""
        return pd.read_parquet(self.predictions_file) if self.predictions_file.exists() else None

    def planned(self, params: Params) -> Evaluation:
        """The evaluation as it is today; where nothing in params.yaml asks for it, with as many seeds as it has.

        Raises:
            UserError: the table of models has none of its name, or something of it is not here
        """
        corpus, protocol, model = (str(self.result[key]) for key in ("corpus", "protocol", "model"))
        if model not in MODELS:
            raise UserError(f"the table of models has no {model!r}")
        listed = key_of(corpus, protocol, model) in {line.key for line in evaluations_of(params)}
        seeds = None if listed else len({fold["seed"] for fold in self.result["folds"]})
        return plan_evaluation(corpus, protocol, model, params.for_corpus(corpus), seeds=seeds)

    def ensemble_section(self, params: Params) -> EnsembleParams:
        """Its entry in params.yaml; or, where that is of another kind or none, what the row records."""
        own = {key: self.result[key] for key in ("corpus", "protocol", "members", "rule")}
        entry = params.ensembles.get(self.result["model"])
        same = entry is not None and of_dimensions(entry) == self.rated
        return entry if entry is not None and same else EnsembleParams.model_validate(own)

    def cross_section(self, params: Params) -> CrossParams:
        """Its entry in params.yaml; for one that was typed, what the row records.

        Raises:
            UserError: the row does not record its presets
        """
        name = self.result["model"]
        if name in params.cross:
            return params.cross[name]
        if self.provenance is None:
            raise UserError("no entry under cross: in params.yaml, and no provenance that records what it was")
        prefix = f"cross.{name}."
        said = {key.removeprefix(prefix): json.loads(value) for key, value in self.provenance["params"].items()
                if key.startswith(prefix)}  # fmt: skip
        presets = {key.removeprefix("presets."): said.pop(key) for key in list(said) if key.startswith("presets.")}
        return CrossParams.model_validate(said | {"presets": presets})


def recorded_rows(names: Sequence[str]) -> list[Recorded]:
    """Those named CORPUS/PROTOCOL/MODEL, or a beginning of it, or by their files; all, if none is named.

    Raises:
        UserError: no result is called so
    """
    files = sorted(RESULTS.glob("*/*/*.json")) + sorted(RESULTS.glob("dimensions/*/*/*.json"))
    commits = _commits()
    rows = [Recorded(file, commits.get(file, Recorded.commit)) for file in files]
    if not rows:
        raise UserError(f"{RESULTS}: no result yet. Run from the project's folder, or make one: make repro")
    names = [name.removeprefix(f"{RESULTS}/").removeprefix("dimensions/").removesuffix(".json") for name in names]
    for name in names:
        if not any(_asked(row, name) for row in rows):
            known = [row.name for row in rows]
            folders = dict.fromkeys(row.rpartition("/")[0] for row in known)
            raise UserError(
                f"ser verify {name}: no such result{nearest(name, known)} There are some of {', '.join(folders)}; "
                "ser results lists all."
            )
    return [row for row in rows if not names or any(_asked(row, name) for name in names)]


def _commits() -> dict[Path, str]:
    """The commit that last changed each file of results/, with `+ edits` where it has been edited since."""
    commits: dict[Path, str] = {}
    commit = ""
    for line in git(*PLAIN, "log", "--format=%x00%h", "--name-only", "--relative", "--", str(RESULTS)).splitlines():
        if line.startswith("\0"):
            commit = line[1:]
        elif line:
            commits.setdefault(Path(line), commit)
    for line in git(*PLAIN, "diff", "HEAD", "--name-only", "--relative", "--", str(RESULTS)).splitlines():
        if Path(line) in commits:
            commits[Path(line)] += " + edits"
    return commits


def _asked(row: Recorded, name: str) -> bool:
    parts = name.strip("/").split("/")
    return row.name.split("/")[: len(parts)] == parts
