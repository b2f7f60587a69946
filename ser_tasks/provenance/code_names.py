"""What the top-level names of the project's modules stand for, found by reading the sources.

A module is a row of top-level statements that bind names: functions, classes, assignments, imports. The rest of them
(calls, loops, `try`, `if`) have effects, and may bind names as well. `if TYPE_CHECKING:` never runs, and
`if __name__ == "__main__":` is not run by whoever imports.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

Roots = Mapping[str, Path]  # package name -> its folder

WHOLE = -1  # instead of a statement: everything in the module
Key = tuple[str, int]  # module, and the place of a statement in it

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Place:
    """A name that a statement of the project binds: the how-many-th of that statement's names; or a whole module."""

    key: Key
    position: int = 0


@dataclass(frozen=True)
class External:
    """Something of another package, by its dotted name."""

    name: str


Target = Place | External


@dataclass(frozen=True)
class Imported:
    """What an import statement binds: a module, or a name in it."""

    module: str
    name: str | None = None


@dataclass
class Module:
    """One file: its statements and the names they bind."""

    name: str
    package: str
    statements: list[ast.stmt] = field(default_factory=list)
    bound: dict[str, list[Place | Imported]] = field(default_factory=dict)
    effects: list[Key] = field(default_factory=list)
    never: set[str] = field(default_factory=set)  # names that exist for type checkers alone
    stars: list[str] = field(default_factory=list)  # modules of `from module import *`


class Project:
    """Modules as they are on disk at one time, each parsed when it is first needed."""

    def __init__(self, roots: Roots) -> None:
        self.roots, self._modules = roots, dict[str, Module | None]()
        self._seen: dict[Path, bytes | None] = {}

    def unchanged(self) -> bool:
        """Whether every file that was looked at is still what it was."""
        return all(_bytes(path) == content for path, content in self._seen.items())

    def module(self, name: str) -> Module | None:
        """The module of this dotted name, if it is one of the project."""
        if name not in self._modules:
            self._modules[name] = self._read(name)
        return self._modules[name]

    def _read(self, name: str) -> Module | None:
        for path in candidates(name, self.roots):
            content = self._seen[path] = _bytes(path)
            if content is not None:
                return _parsed(name, package_of(name, path), content)
        return None

    def resolve(self, module: Module, name: str, visited: frozenset[tuple[str, str]] = frozenset()) -> list[Target]:
        """Definitions that a name stands for in a module, imports followed; empty: it is a builtin."""
        if (module.name, name) in visited:
            return []
        visited |= {(module.name, name)}
        found: list[Target] = []
        for binding in module.bound.get(name, ()):
            found += [binding] if isinstance(binding, Place) else self.imported(binding, visited)
        if not found:
            for star in map(self.module, module.stars):
                found += self.resolve(star, name, visited) if star else []
        return found

    def imported(self, wanted: Imported, visited: frozenset[tuple[str, str]] = frozenset()) -> list[Target]:
        """Definitions that an import binds."""
        if self.module(wanted.module) is None:
            return [External(f"{wanted.module}.{wanted.name}" if wanted.name else wanted.module)]
        whole = Place((wanted.module, WHOLE))
        return [whole] if wanted.name is None else self.attribute(whole, wanted.name, visited) or [whole]

    def attribute(
        self, target: Target, name: str, visited: frozenset[tuple[str, str]] = frozenset()
    ) -> list[Target] | None:
        """Definitions that `target.name` stands for; None: an attribute of a value, which is not followed."""
        if isinstance(target, External):
            return [External(f"{target.name}.{name}")]
        module = self.module(target.key[0])
        if target.key[1] != WHOLE or module is None:
            return None
        found = self.resolve(module, name, visited)
        if not found and self.module(f"{module.name}.{name}"):
            found = [Place((f"{module.name}.{name}", WHOLE))]
        return found or None


def candidates(name: str, roots: Roots) -> list[Path]:
    """Files that may hold the module of this dotted name; none if it is of another package."""
    top, *rest = name.split(".")
    if top not in roots:
        return []
    base = roots[top].joinpath(*rest)
    return [*([base.with_suffix(".py")] if rest else []), base / "__init__.py"]


def package_of(name: str, path: Path) -> str:
    """Package that relative imports of a module start from."""
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


def import_origin(node: ast.ImportFrom, package: str) -> str:
    """The absolute name behind `from` of an import statement."""
    levels = package.split(".")
    above = levels[: len(levels) - node.level + 1] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def for_type_checkers(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`."""
    test = node.test if isinstance(node, ast.If) else None
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return name == "TYPE_CHECKING"


def bindings(nodes: Iterable[ast.AST], package: str) -> Iterator[tuple[str, Imported | None]]:
    """Names bound in the scope of these nodes, scopes within it left out; for an import, with what it binds."""
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _import_bindings(node, package)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name, None
        elif isinstance(node, COMPREHENSIONS):
            yield from ((part.target.id, None) for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        elif not isinstance(node, ast.Lambda):
            own = node.id if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) else None
            own = own or (node.name if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) else None)
            if own:
                yield own, None
            children = node.orelse if isinstance(node, ast.If) and for_type_checkers(node) else None
            yield from bindings(ast.iter_child_nodes(node) if children is None else children, package)


def _import_bindings(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Imported]]:
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            if alias.name != "*":
                yield alias.asname or alias.name, Imported(import_origin(node, package), alias.name)
        elif alias.asname:
            yield alias.asname, Imported(alias.name)
        else:
            top = alias.name.partition(".")[0]
            yield top, Imported(top)


@lru_cache(maxsize=1024)
def _parsed(name: str, package: str, content: bytes) -> Module:
    module = Module(name, package)
    _add(module, ast.parse(content).body)
    return module


def _add(module: Module, statements: list[ast.stmt]) -> None:
    for node in statements:
        if for_type_checkers(node):
            assert isinstance(node, ast.If)
            module.never |= {own for own, _ in bindings(node.body, module.package)}
            _add(module, node.orelse)
        elif isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            module.stars.append(import_origin(node, module.package))
        elif not _does_nothing(node):
            _add_statement(module, node)


def _add_statement(module: Module, node: ast.stmt) -> None:
    key = (module.name, len(module.statements))
    position = 0
    for name, imported in bindings([node], module.package):
        own = module.bound.setdefault(name, [])
        if imported:
            own.append(imported)
        elif not any(isinstance(place, Place) and place.key == key for place in own):
            own.append(Place(key, position))
            position += 1
    if not isinstance(node, ast.Import | ast.ImportFrom):
        module.statements.append(node)
        if not _defines(node):
            module.effects.append(key)


def _does_nothing(node: ast.stmt) -> bool:
    """Text, `pass`, a bare annotation, `__all__`; and what runs in the main program alone."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "__name__ == '__main__'"
    bare = isinstance(node, ast.AnnAssign) and node.value is None
    listing = isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]
    return bare or listing or isinstance(node, ast.Pass) or is_text(node)


def is_text(node: ast.AST) -> bool:
    """A string by itself: a docstring, of whatever stands before it."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _defines(node: ast.stmt) -> bool:
    """Whether it does no more than give something a name."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in ast.walk(target)]
        return not any(isinstance(part, ast.Attribute | ast.Subscript) for part in parts)
    return isinstance(node, (*FUNCTIONS, ast.ClassDef)) or type(node).__name__ == "TypeAlias"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
