"""A digest of all project code that a function can reach: equal while none of it does anything else.

Found by reading the sources, not by running them. What counts are definitions, not modules: the function, every
top-level function, class and constant of the project that it names, those that these name, and so on. A definition
counts as `code_text` writes it, with numbers in the order of the first visit instead of the project's own names. So a
definition may move, modules may be renamed, split and merged, and a function beside it may change.

Statements at the top of a module that do more than name something count for every definition in it that is reached.
Not seen: what is named by a string (`importlib`; models list theirs in `Model.code`), what other modules put into a
table, and attributes that are replaced from outside.
"""

import ast
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from ser_tasks.provenance.code_names import (
    WHOLE,
    Key,
    Module,
    Place,
    Project,
    Roots,
    candidates,
    for_type_checkers,
    import_origin,
    package_of,
)
from ser_tasks.provenance.code_text import Tokens, tokens

Root = Callable[..., Any] | ModuleType | str  # a string is a dotted name: of a module, or of a definition in one

PROJECT = Path(__file__).resolve().parents[2]
ROOTS: Roots = {name: PROJECT / name for name in ("ser_tasks", "pipelines")}


class _Code:
    """The project as it is at one time, and what was found out about it."""

    def __init__(self, roots: Roots) -> None:
        self.project = Project(roots)
        self._tokens: dict[Key, Tokens] = {}
        self._digests: dict[Key, str] = {}

    def tokens(self, key: Key) -> Tokens:
        """Tokens of a definition, with the effects of its module; of a module, the places of what it holds."""
        if key not in self._tokens:
            module = self._module(key)
            if key[1] == WHOLE:
                self._tokens[key] = tuple(map(Place, self._members(module)))
            else:
                effects = tuple(Place(other) for other in module.effects if other != key)
                self._tokens[key] = (*tokens(self.project, module, key[1]), *effects)
        return self._tokens[key]

    def digest(self, root: Key) -> str:
        """Digest of everything that can be reached from here."""
        if root not in self._digests:
            numbers = {key: str(number) for number, key in enumerate(self.reached([root]))}
            digest = hashlib.sha256()
            for key in numbers:
                for token in self.tokens(key):
                    own = token if isinstance(token, str) else f"#{numbers[token.key]}.{token.position} "
                    digest.update(own.encode())
                digest.update(b"\n")
            self._digests[root] = digest.hexdigest()
        return self._digests[root]

    def reached(self, roots: list[Key], without: Callable[[str], bool] = lambda module: False) -> list[Key]:
        """Everything but what these modules define, in the order of the first visit."""
        return _first_visits(roots, lambda key: [other for other in self._linked(key) if not without(other[0])])

    def named(self, key: Key) -> str:
        """Text of a definition with the bare names of what it refers to, for people."""
        return "".join(token if isinstance(token, str) else f"<{self._name(token)}>" for token in self.tokens(key))

    def key(self, root: Root) -> Key:
        """Where a function, class, module or dotted name is defined.

        Raises:
            ValueError: not in the project
        """
        name, inside = _name_of(root)
        while name and self.project.module(name) is None:
            name, _, last = name.rpartition(".")
            inside = last
        module = self.project.module(name) if name else None
        if module is None:
            unknown = f"{root!r} is not part of {sorted(self.project.roots)}"
            raise ValueError(f"{unknown}. Pass functions of the project itself.")
        places = [place for place in self.project.resolve(module, inside) if isinstance(place, Place)]
        if isinstance(root, str) and inside and not places:
            raise ValueError(f"{root!r}: {name} has no {inside!r}. Pass functions of the project itself.")
        return places[-1].key if places else (name, WHOLE)  # a lambda, say: everything beside it

    def _module(self, key: Key) -> Module:
        module = self.project.module(key[0])
        assert module is not None, key
        return module

    def _linked(self, key: Key) -> list[Key]:
        return [token.key for token in self.tokens(key) if isinstance(token, Place)]

    def _loosely_linked(self, key: Key) -> list[Key]:
        """The same, but for a module all that it holds: leads to the same definitions, and needs no other module's."""
        return self._held(self._module(key)) if key[1] == WHOLE else self._linked(key)

    def _members(self, module: Module) -> list[Key]:
        """What a module holds but for what another part of it reaches; in whatever order it stands there."""
        members = sorted(self._held(module), key=self._sorting)
        below = {key: set(_first_visits([key], self._loosely_linked)) for key in members}
        for key in list(members):
            if any(key in below[other] for other in members if other != key):
                members.remove(key)
        return members

    def _held(self, module: Module) -> list[Key]:
        """Its statements, and for a package what it hands on."""
        own = dict.fromkeys((module.name, statement) for statement in range(len(module.statements)))
        if module.name == module.package:
            handed = [target for name in module.bound for target in self.project.resolve(module, name)]
            own |= dict.fromkeys(one.key for one in handed if isinstance(one, Place) and one.key[1] != WHOLE)
        return list(own)

    def _sorting(self, key: Key) -> str:
        return "".join(token if isinstance(token, str) else "#" for token in self.tokens(key))

    def _name(self, place: Place) -> str:
        bound = self._module(place.key).bound
        return next((name for name, found in bound.items() if place in found), place.key[0].rpartition(".")[2])


def _first_visits(roots: Iterable[Key], linked: Callable[[Key], Iterable[Key]]) -> list[Key]:
    """All keys that links lead to, breadth first."""
    found = dict.fromkeys(roots)
    waiting = list(found)
    for key in waiting:
        new = [other for other in dict.fromkeys(linked(key)) if other not in found]
        found |= dict.fromkeys(new)
        waiting += new
    return waiting


_LATEST: dict[str, _Code] = {}


def code_digest(*reached_from: Root, roots: Roots = ROOTS) -> str:
    """Sha256 of the definitions that these functions, classes or modules (or dotted names of them) can reach.

    Raises:
        ValueError: one of them is not part of the project
    """
    code = _code(roots)
    each = sorted({code.digest(code.key(root)) for root in reached_from})
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def code_parts(
    *reached_from: Root, roots: Roots = ROOTS, without: Callable[[str], bool] = lambda module: False
) -> dict[str, str]:
    """Digest of what is reached in each module, by its dotted name: for people, to see where something changed.

    It may change where `code_digest` does not: with the name of a definition, or with its module. Nothing is reached
    in, or through, modules that `without` is true of.
    """
    code = _code(roots)
    found: dict[str, list[str]] = {}
    for module, statement in code.reached([code.key(root) for root in reached_from], without):
        if statement != WHOLE:
            found.setdefault(module, []).append(code.named((module, statement)))
    return {
        name: hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest() for name, texts in sorted(found.items())
    }


def reachable(modules: list[str], *, roots: Roots = ROOTS) -> dict[str, Path]:
    """Project modules by dotted name, with their files: the given ones and all they import, transitively.

    Raises:
        ValueError: a given name is not a module of the project
    """
    unknown = [name for name in modules if _file(name, roots) is None]
    if unknown:
        raise ValueError(f"{unknown} are not modules of {sorted(roots)}. Pass functions of the project itself.")
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _file(name, roots)
        if path is not None and name not in found:
            found[name] = path
            waiting += _imported_modules(path, name, roots)
    return found


def _imported_modules(path: Path, name: str, roots: Roots) -> list[str]:
    """Dotted names of the modules that one file imports when it runs, other packages' among them."""
    found: list[str] = []
    for node in _running_nodes(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = import_origin(node, package_of(name, path))
            parts = [f"{origin}.{alias.name}" for alias in node.names]
            found += [part if _file(part, roots) else origin for part in parts]
    return found


def _running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below this one but `if TYPE_CHECKING:`, which never runs."""
    for child in ast.iter_child_nodes(node):
        if not for_type_checkers(child):
            yield child
            yield from _running_nodes(child)


def _file(name: str, roots: Roots) -> Path | None:
    return next((path for path in candidates(name, roots) if path.is_file()), None)


def _code(roots: Roots) -> _Code:
    """The project, from the last call if no file has changed since."""
    where = repr(sorted(roots.items()))
    if where not in _LATEST or not _LATEST[where].project.unchanged():
        _LATEST[where] = _Code(roots)
    return _LATEST[where]


def _name_of(root: Root) -> tuple[str, str]:
    """Its module, and the top-level name that it is defined below; none for a module."""
    if isinstance(root, partial):
        return _name_of(root.func)
    if isinstance(root, str):
        return root, ""
    if isinstance(root, ModuleType):
        return _main(root.__name__), ""
    own = root if hasattr(root, "__qualname__") else type(root)
    return _main(own.__module__), own.__qualname__.partition(".")[0]


def _main(name: str) -> str:
    """The name that a module has when it is not run by `python -m package.module`."""
    spec = sys.modules["__main__"].__spec__ if name == "__main__" else None
    return spec.name if spec else name
