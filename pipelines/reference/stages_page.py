"""The stages of dvc.yaml, and which keys of params.yaml each of them reads."""

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from pipelines.orchestration.stage_list import asr_entry, model_entry
from pipelines.reference.markdown import code, plain
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS

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
        return {"encoder", *(name for name in FEATURE_SETS if encoder_of(name) is None)}
    rated = {name for line in DIMENSION_MODELS.values() for name in (line.section_name, line.other_section) if name}
    if stage == "dimensions":
        return rated
    found = {asr_entry(name) if field == "asr" else model_entry(name)[field] for name in MODELS}
    return found | rated if stage == "bundle" else found


def _same(pattern: str, key: str) -> bool:
    """Whether one of them is, or holds, the other."""
    pairs = list(zip_longest(pattern.split("."), key.split(".")))
    return all(ANY in pair or None in pair or pair[0] == pair[1] for pair in pairs)


HEAD = """# Stages

What `dvc.yaml` makes from what. A stage runs once for each entry of what it goes through, under names like
`evaluate@demo-speaker_independent-svm`; `dvc stage list` prints them all. What `stages.` stands before is worked out
from the evaluations, ensembles, bundles and evaluations across corpora that `params.yaml` lists, and stands in
`stages.yaml`. Files below `digests/` are made of the code that a stage depends on.

"""


def stages_page(project: Path) -> str:
    """One list for each stage."""
    stages = stages_of(yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8")))
    return HEAD + "\n".join(f"## {name}\n\n{_stage(stage)}" for name, stage in stages.items())


def _stage(stage: Stage) -> str:
    over = ", ".join(code(key) for key in KEY.findall(stage["over"]))
    facts = {
        "does": plain(_short(stage["desc"])),
        "command": code(_short(stage["cmd"])),
        "for each of": over,
        "reads the parameters": ", ".join(code(_short(key)) for key in stage.get("params", ())),
        "reads": _files([each for each in stage.get("deps", ()) if not each.startswith(("pipelines", "ser_tasks"))]),
        "makes": _files([*stage.get("outs", ()), *stage.get("metrics", ()), *stage.get("plots", ())]),
    }
    return "".join(f"- {what}: {text}\n" for what, text in facts.items() if text)


def _files(entries: list[str | dict[str, object]]) -> str:
    names = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    return ", ".join(code(_short(name)) for name in names)


def _short(text: str) -> str:
    """${item.corpus} -> CORPUS."""
    return KEY.sub(lambda match: match[1].rpartition(".")[2].upper(), text)
