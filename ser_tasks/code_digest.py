"""A digest of all project code a function can reach: equal while nothing it calls has changed.

Found by reading the sources, not by running them: the module of the function, every project module it
imports, at the top or inside a function, and so on. Not counted: comments, docstrings, formatting; what `if
TYPE_CHECKING:` holds, which never runs; and a package's `__init__` for being the parent of a module (it
counts once something is imported from it): importing does no work here, so a new line in the table of
`features/__init__.py` leaves the digests of the feature sets alone. Not seen: names imported by string
(`importlib`).
"""

import ast
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

Roots = Mapping[str, Path]  # package name -> its folder

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
PROJECT = Path(__file__).resolve().parents[1]
ROOTS: Roots = {name: PROJECT / name for name in ("ser_tasks", "pipelines")}


def code_digest(*reached_from: Callable[..., Any] | ModuleType | str, roots: Roots = ROOTS) -> str:
    """Sha256 of the project modules that these functions or modules (or dotted names of modules) can reach.

    Raises:
        ValueError: one of them is not part of the project
    """
    digest = hashlib.sha256()
    for name, path in _reached(reached_from, roots).items():
        digest.update(f"{name}\n{_meaning(path.read_text(encoding='utf-8'))}\n".encode())
    return digest.hexdigest()


def module_digests(*reached_from: Callable[..., Any] | ModuleType | str, roots: Roots = ROOTS) -> dict[str, str]:
    """The same for each of these modules by itself, by dotted name: says which one has changed."""
    found = {name: _meaning(path.read_text(encoding="utf-8")) for name, path in _reached(reached_from, roots).items()}
    return {name: hashlib.sha256(meaning.encode()).hexdigest() for name, meaning in found.items()}


def _reached(items: Sequence[Callable[..., Any] | ModuleType | str], roots: Roots) -> dict[str, Path]:
    return dict(sorted(reachable([_module_name(item) for item in items], roots=roots).items()))


def reachable(modules: list[str], *, roots: Roots = ROOTS) -> dict[str, Path]:
    """Project modules by dotted name, with their files: the given ones and all they import, transitively.

    Raises:
        ValueError: a given name is not a module of the project
    """
    strangers = [name for name in modules if _file(name, roots) is None]
    if strangers:
        raise ValueError(f"{strangers} are not modules of {sorted(roots)}. Pass functions of the project itself.")
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name, roots)
        if path is not None and name not in found:
            found[name] = path
            waiting += imported_modules(path, name, roots)
    return found


def imported_modules(path: Path, name: str, roots: Roots) -> list[str]:
    """Dotted names of the modules that one file imports when it runs, other packages' among them."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found: list[str] = []
    for node in _running_nodes(_tree(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            parts = [f"{origin}.{alias.name}" for alias in node.names]
            found += [part if _file(part, roots) else origin for part in parts]
    return found


def _running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below this one but the body of `if TYPE_CHECKING:`, which never runs."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _running_nodes(child)


def _origin(node: ast.ImportFrom, package: str) -> str:
    """The absolute name behind `from` of an import statement."""
    levels = package.split(".")
    above = levels[: len(levels) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def _file(name: str, roots: Roots) -> Path | None:
    top, *rest = name.split(".")
    if top not in roots:
        return None
    base = roots[top].joinpath(*rest)
    candidates = [base.with_suffix(".py")] if rest else []
    return next((path for path in [*candidates, base / "__init__.py"] if path.is_file()), None)


def _module_name(item: Callable[..., Any] | ModuleType | str) -> str:
    if isinstance(item, str):
        return item
    name = item.__name__ if isinstance(item, ModuleType) else item.__module__
    if name != "__main__":
        return str(name)
    spec = sys.modules["__main__"].__spec__  # python -m package.module
    return spec.name if spec else name


@lru_cache(maxsize=512)
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


@lru_cache(maxsize=512)
def _meaning(source: str) -> str:
    """The syntax tree as text, docstrings left out."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return ast.dump(tree)
