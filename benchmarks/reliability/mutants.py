"""Small breaks in the numeric core, each held against the tests beside it: which of them nobody would notice.

    python -m venv /tmp/mutants && /tmp/mutants/bin/pip install cosmic-ray==8.7.0
    PYTHONPATH=$PWD:/tmp/mutants/lib/python3.11/site-packages python -m benchmarks.reliability.mutants metrics splits

cosmic-ray says what to break: operators, comparisons, numbers, loops. Its own runner starts Python anew for each of
them, which takes longer than the tests; here a process with the libraries loaded forks for each, and the import of the
module finds the broken text. Files stay as they are. Breaks in annotations are left out: nothing reads them.

Survivors that change no value that a caller can see are in EQUIVALENT, with the reason. Status 1: there are others.
"""

import ast
import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

import numpy  # noqa: F401  loaded here, they are loaded in every fork
import pandas  # noqa: F401
import pytest
import scipy.optimize
import scipy.special
import scipy.stats  # noqa: F401
import sklearn.linear_model
import sklearn.metrics
import sklearn.model_selection
import sklearn.svm  # noqa: F401

TESTS: dict[str, tuple[str, ...]] = {  # module of ser_tasks -> the tests beside it
    "student_t": ("tests/evaluation/test_student_t.py", "tests/evaluation/test_speaker_bootstrap.py"),
    "holm": ("tests/evaluation/test_holm.py",),
    "calibration": ("tests/models/test_calibration.py",),
    "speaker_bootstrap": ("tests/evaluation/test_speaker_bootstrap.py",),
    "metrics": ("tests/evaluation/test_metrics.py", "tests/evaluation/test_speaker_bootstrap.py"),
    "splits": ("tests/evaluation/test_splits.py",),
    "lone_classes": ("tests/models/test_lone_classes.py",),
}
EQUIVALENT: dict[str, str] = {  # the broken line, without blanks at its ends -> why nobody can see it
    "found[:, learnt] = np.column_stack([-scores, scores]) if scores.ndim <= 1 else scores": "there is an axis always",
    "return {name: min(found) for name, found in sorted(speakers.items()) if len(found) <= 1}": "a class has a speaker",
    "if not TYPE_CHECKING:": "an import for annotations",
    "twice = sorted({s for s in listed if listed.count(s) != 1})": "what is listed is there once at least",
    "return np.where(support != 0, hits / np.maximum(support, 1), np.nan)": "counts are not negative",
    "return float(np.mean(2 * hits[either != 0] / either[either > 0]))": "counts are not negative",
    "return float(np.mean(2 * hits[either > 0] / either[either != 0]))": "counts are not negative",
    "f1 = 2 * right / np.maximum(meant + said, 2)": "one that is true or said once has no hit: 0 over either",
    "if len(per_speaker) <= 1:": "answers are somebody's",
}
AT_ONCE = 2
SECONDS = 60  # a fork that takes longer hangs: the break was noticed


class Broken(MetaPathFinder, SourceFileLoader):
    """Finds one module, and finds it broken."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        SourceFileLoader.__init__(self, name, str(path))
        self.text = text

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Of that module alone."""
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, name: str) -> CodeType:
        """The broken text, compiled."""
        return compile(self.text, self.path, "exec")


def breaks(path: Path) -> Iterator[str]:
    """The module's text with one break each, every text once."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path  # noqa: PLC0415  not a library of the project
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
    from cosmic_ray.plugins import get_operator, operator_names  # noqa: PLC0415

    text = path.read_text(encoding="utf-8")
    tree, seen = get_ast_from_path(path), {_meaning(text)}
    for name in operator_names():
        kind = get_operator(name)
        if kind.arguments():
            continue
        places = sum(len(list(kind().mutation_positions(node))) for node in ast_nodes(tree))
        for place in range(places):
            broken = mutate_code(text, kind(), place)
            meaning = _meaning(broken)
            if meaning and meaning not in seen:
                seen.add(meaning)
                yield broken


def _meaning(text: str) -> str:
    """The tree without annotations and marks in signatures; empty for what is no Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.arguments):  # whether an argument is taken by keyword alone changes no value
            node.args, node.posonlyargs, node.kwonlyargs = node.posonlyargs + node.args + node.kwonlyargs, [], []
            node.kw_defaults = [default for default in node.kw_defaults if default is not None]
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
    return ast.dump(tree)


def survives(module: str, path: Path, text: str) -> bool:
    """Whether the tests pass with the module broken like this; in a fork of its own."""
    child = os.fork()
    if child == 0:
        import signal  # noqa: PLC0415

        signal.alarm(SECONDS)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.dont_write_bytecode = True
        sys.meta_path.insert(0, Broken(f"ser_tasks.{module}", path, text))
        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *TESTS[module]])))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def broken_line(before: str, after: str) -> str:
    """The first line that differs, as it is in the broken text; one that is gone as it was."""
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    return min(changed, key=lambda line: line[0])[2:].strip()  # "+" comes first


def survivors(module: str) -> tuple[int, list[str]]:
    """Number of breaks tried, and the lines of those that no test noticed."""
    path = Path("ser_tasks") / f"{module}.py"
    before, tried = path.read_text(encoding="utf-8"), list(breaks(path))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        alive = list(pool.map(lambda text: survives(module, path, text), tried))
    return len(tried), [broken_line(before, text) for text, lives in zip(tried, alive, strict=True) if lives]


def main(modules: Sequence[str]) -> int:
    """Every module in a line, its survivors below it."""
    unexplained = 0
    for module in modules:
        tried, lines = survivors(module)
        print(f"{module}: {tried} breaks, {tried - len(lines)} noticed", flush=True)
        for line in lines:
            unexplained += line not in EQUIVALENT
            print(f"  {line}   [{EQUIVALENT.get(line, 'SURVIVED')}]", flush=True)
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TESTS)))
