"""The stages of dvc.yaml: which there are, and which keys of params.yaml each of them reads."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from ser_tasks.models import MODELS

Stage = Mapping[str, Any]
KEY = re.compile(r"\$\{([^}]+)\}")
ANY = "*"


def stages_of(dvc_yaml: Mapping[str, Any]) -> dict[str, Stage]:
    """{name: what it is}, with or without a loop around it."""
    return {
        name: {**stage.get("do", stage), "over": stage.get("matrix", {"key": stage.get("foreach", "")})}
        for name, stage in dvc_yaml["stages"].items()
    }


def readers(stages: Mapping[str, Stage], key: str) -> list[str]:
    """Names of the stages that a change of this key, or of one inside it, makes stale, or makes more or fewer of."""
    return [name for name, stage in stages.items() if any(_same(pattern, key) for pattern in patterns(stage))]


def patterns(stage: Stage) -> Iterator[str]:
    """Dotted keys that a stage reads, `*` where any name may stand."""
    for over in stage["over"].values():
        yield from KEY.findall(str(over))
    for key in stage.get("params", ()):
        if isinstance(key, str):
            yield from _written_out(key, stage)


def _written_out(key: str, stage: Stage) -> list[str]:
    """networks.${item.model} -> networks.mlp ..., by the group of models that the stage goes through."""
    group = str(stage["over"].get("model", "")).removeprefix("${models.").removesuffix("}")
    if "${item.model}" not in key:
        return [KEY.sub(ANY, key)]
    names = [name.removesuffix("_svm") for name, model in MODELS.items() if model.group == group]
    return [key.replace("${item.model}", name) for name in names]


def _same(pattern: str, key: str) -> bool:
    """Whether one of them is, or holds, the other."""
    pairs = list(zip_longest(pattern.split("."), key.split(".")))
    return all(ANY in pair or None in pair or pair[0] == pair[1] for pair in pairs)
