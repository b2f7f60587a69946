"""Every stage of dvc.yaml."""

from pathlib import Path

import yaml

from pipelines.reference.markdown import code, plain
from pipelines.reference.stages import KEY, Stage, stages_of

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
    return "".join(f"- {what}: {said}\n" for what, said in facts.items() if said)


def _files(entries: list[str | dict[str, object]]) -> str:
    names = [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]
    return ", ".join(code(_short(name)) for name in names)


def _short(text: str) -> str:
    """${item.corpus} -> CORPUS."""
    return KEY.sub(lambda match: match[1].rpartition(".")[2].upper(), text)
