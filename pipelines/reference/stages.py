"""The stages of dvc.yaml: which there are, and which keys of params.yaml each of them reads."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from pipelines.orchestration.stage_list import model_entry
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS

Stage = Mapping[str, Any]
KEY = re.compile(r"\$\{([^}]+)\}")
ANY = "*"
LISTED = ("evaluations", "ensembles", "bundles", "cross")  # that stages.yaml follows from


def stages_of(dvc_yaml: Mapping[str, Any]) -> dict[str, Stage]:
    """{name: what it is}, with or without a loop around it."""
    return {
        name: {**stage.get("do", stage), "name": name, "over": str(stage.get("foreach", ""))}
        for name, stage in dvc_yaml["stages"].items()
    }


def readers(stages: Mapping[str, Stage], key: str) -> list[str]:
    """Names of the stages that a change of this key, or of one inside it, makes stale, or makes more or fewer of."""
    return [name for name, stage in stages.items() if any(_same(pattern, key) for pattern in patterns(stage))]


def patterns(stage: Stage) -> Iterator[str]:
    """Dotted keys that a stage reads, `*` where any name may stand."""
    for over in KEY.findall(stage["over"]):
        yield from LISTED if over.startswith("stages.") else [over]
    for key in stage.get("params", ()):
        yield from _written_out(key, stage["name"])


def _written_out(key: str, stage: str) -> set[str]:
    """${item.settings} -> every section that it stands for: of a feature set, or of a model."""
    (item,) = KEY.findall(key) or [""]
    field = item.removeprefix("item.")
    if key != f"${{{item}}}" or not field:
        return {KEY.sub(ANY, key)}
    if stage == "features":
        return {"encoder", *(name for name in FEATURE_SETS if name not in ENCODERS)}
    return {model_entry(name)[field] for name in MODELS}


def _same(pattern: str, key: str) -> bool:
    """Whether one of them is, or holds, the other."""
    pairs = list(zip_longest(pattern.split("."), key.split(".")))
    return all(ANY in pair or None in pair or pair[0] == pair[1] for pair in pairs)
