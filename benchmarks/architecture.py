"""Counts of names, modules and lines, in this checkout or in another one:

    python -m benchmarks.architecture [FOLDER]

The story of one evaluation is every module that the code of an evaluation with an SVM, reached definition by
definition, stands in. CPU seconds are those of `import` of what `python -m pipelines evaluate` imports, in a process of
its own, with the interpreter that runs this.
"""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOTS = ("pipelines", "ser_tasks")
STAGE = """
import json, sys, time
before = time.process_time()
import {stage}
own = [name for name in sys.modules if name.split(".")[0] in ("pipelines", "ser_tasks")]
print(json.dumps({{"seconds": time.process_time() - before, "modules": len(own)}}))
"""
STORY = """
import json
from {code} import evaluation_code
from {digest} import code_parts
from ser_tasks.models import MODELS
print(json.dumps(len(code_parts(*evaluation_code(MODELS["svm"])))))
"""
NAMES = (  # of the modules that these two import: today's, and those of commit 75c6f05
    {
        "stage": "pipelines.stages.evaluate",
        "code": "ser_tasks.evaluation.code",
        "digest": "ser_tasks.provenance.code_digest",
    },
    {"stage": "pipelines.evaluate", "code": "ser_tasks.evaluation_code", "digest": "ser_tasks.code_digest"},
)


def counts(folder: Path) -> dict[str, float]:
    """Each count by what it is of."""
    modules = {_name(file, folder): file for root in ROOTS for file in (folder / root).rglob("*.py")}
    importers = Counter(target for name, file in modules.items() for target in _imported(name, file, modules))
    names = next(own for own in NAMES if all(name in modules for name in own.values()))
    stage = json.loads(_run(STAGE.format(**names), folder))
    return {
        **{f"names at the top of {root}/": len(_visible(folder / root)) for root in ROOTS},
        "modules": len(modules),
        "lines of code": sum(len(file.read_text(encoding="utf-8").splitlines()) for file in modules.values()),
        "modules with at most one importer": sum(importers[name] <= 1 for name in modules),
        "modules that the story of an evaluation stands in": json.loads(_run(STORY.format(**names), folder)),
        "lines of dvc.yaml": _lines(folder / "dvc.yaml"),
        "lines of dvc.lock": _lines(folder / "dvc.lock"),
        "kB of dvc.lock": round((folder / "dvc.lock").stat().st_size / 1000),
        "project modules that `pipelines evaluate` imports": stage["modules"],
        "CPU seconds of that import": round(stage["seconds"], 2),
        "words of README.md": len((folder / "README.md").read_text(encoding="utf-8").split()),
    }


def _name(file: Path, folder: Path) -> str:
    return ".".join(file.relative_to(folder).with_suffix("").parts).removesuffix(".__init__")


def _visible(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name != "__pycache__"]


def _imported(name: str, file: Path, modules: dict[str, Path]) -> set[str]:
    """Modules of the project that a module names in its import statements, wherever these stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= parts & modules.keys() or {node.module}
    return (found & modules.keys()) - {name}


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def _run(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    for what, count in counts(Path(sys.argv[1] if sys.argv[1:] else ".").resolve()).items():
        print(f"{count:>10}  {what}")
