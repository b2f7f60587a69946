"""A top-level statement as text of what it does, whatever it and the project's modules are called.

Without comments, docstrings, positions, and annotations that never run: those of parameters, results and variables. The
annotations in the body of a class count: fields of dataclasses and of pydantic are made from them. A name of the
project's top level is not text but the place that it stands for; one of another package is its dotted name there.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from ser_tasks.provenance.code_names import (
    COMPREHENSIONS,
    FUNCTIONS,
    External,
    Imported,
    Module,
    Place,
    Project,
    Target,
    bindings,
    for_type_checkers,
    is_text,
)

UNSEEN = {"ctx", "kind", "type_comment", "type_params", "returns", "annotation"}
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

Tokens = tuple[str | Place, ...]


def tokens(project: Project, module: Module, statement: int) -> Tokens:
    """Text of one statement of a module, and the places it refers to."""
    writer = _Writer(project, module)
    writer.write(module.statements[statement])
    return tuple(writer.tokens)


@dataclass
class _Scope:
    """Names of a function or a comprehension: its own, or what an import inside it binds. Of a class, none."""

    of_class: bool = False
    names: dict[str, list[Imported | None]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


class _Writer:
    """Tokens of one statement, depth first."""

    def __init__(self, project: Project, module: Module) -> None:
        self.project, self.module = project, module
        self.tokens: list[str | Place] = []
        self.scopes: list[_Scope] = []

    def write(self, node: object) -> None:
        """A node, a list of nodes, or a plain value."""
        if isinstance(node, list):
            self._list(node)
        elif not isinstance(node, ast.AST):
            self.tokens.append(f"{node!r} ")
        elif isinstance(node, ast.Name):
            self._name(node.id, [], stored=not isinstance(node.ctx, ast.Load))
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, (*FUNCTIONS, ast.Lambda)):
            self._function(node)
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node)
        elif isinstance(node, ast.AnnAssign):
            self._annotated(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif not _meaningless(node):
            self._any(node)

    def _list(self, nodes: list[object]) -> None:
        self.tokens.append("[")
        for node in nodes:
            if isinstance(node, ast.If) and for_type_checkers(node):
                self.write(node.orelse)
            elif node is None:
                self.tokens.append("- ")
            else:
                self.write(node)
        self.tokens.append("]")

    def _any(self, node: ast.AST) -> None:
        self.tokens.append(f"{type(node).__name__}(")
        for name, value in ast.iter_fields(node):
            if name not in UNSEEN and value is not None and value != []:
                self.tokens.append(f"{name}=")
                self.write(value)
        self.tokens.append(")")

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """In a `try` at the top of a module; in a function or a class, what it binds is looked after there."""
        if not self.scopes:
            for name, _ in bindings([node], self.module.package):
                self._name(name, [])

    def _name(self, name: str, attributes: list[str], *, stored: bool = False) -> None:
        """A name, and the attributes taken of it one after the other."""
        targets = None if stored and self.scopes and self.scopes[-1].of_class else self._targets(name)
        if not targets:
            unknown = targets is None or name not in self.module.never
            self.tokens.append(".".join([name if unknown else "?", *attributes]) + " ")
            return
        for target in targets:
            self._follow(target, attributes)

    def _follow(self, target: Target, attributes: list[str]) -> None:
        if attributes and (found := self.project.attribute(target, attributes[0])):
            for one in found:
                self._follow(one, attributes[1:])
            return
        self.tokens.append(f"<{target.name}>" if isinstance(target, External) else target)
        self.tokens.append("".join(f".{name}" for name in attributes) + " ")

    def _targets(self, name: str) -> list[Target] | None:
        """Definitions that it stands for; None: a name of a function's own; nothing: a builtin."""
        for scope in reversed(self.scopes):
            if name in scope.names:
                scope.used.add(name)
                imports = [one for one in scope.names[name] if one]
                return [target for one in imports for target in self.project.imported(one)] if imports else None
        return self.project.resolve(self.module, name)

    def _attribute(self, node: ast.Attribute) -> None:
        attributes, base = [node.attr], node.value
        while isinstance(base, ast.Attribute):
            attributes.append(base.attr)
            base = base.value
        if isinstance(base, ast.Name):
            self._name(base.id, attributes[::-1])
        else:
            self.write(base)
            self.tokens.append("".join(f".{name}" for name in reversed(attributes)) + " ")

    def _function(self, node: Definition) -> None:
        self.tokens.append(f"{type(node).__name__}(")
        if not isinstance(node, ast.Lambda):
            self._name(node.name, [], stored=True)
            self.write(node.decorator_list)
        arguments = node.args
        self.write([*arguments.defaults, None, *arguments.kw_defaults])
        names = [arguments.posonlyargs, arguments.args, arguments.kwonlyargs]
        rest = [[one] if one else [] for one in (arguments.vararg, arguments.kwarg)]
        self.tokens.append(f"{[[own.arg for own in group] for group in [*names, *rest]]}")
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        own = [(one.arg, None) for group in [*names, *rest] for one in group]
        scope = self._scope([*own, *bindings(body, self.module.package)])
        for name in _globals(body):
            scope.names.pop(name, None)
        self._within(scope, [body])

    def _class(self, node: ast.ClassDef) -> None:
        self.tokens.append("ClassDef(")
        self._name(node.name, [], stored=True)
        self.write([*node.decorator_list, None, *node.bases, None, *node.keywords])
        self._within(_Scope(of_class=True), [node.body])
        inside = [one for _, one in bindings(node.body, self.module.package) if one]
        for target in [target for one in inside for target in self.project.imported(one)]:
            self._follow(target, [])

    def _comprehension(self, node: Comprehension) -> None:
        self.tokens.append(f"{type(node).__name__}(")
        self.write(node.generators[0].iter)  # belongs to the scope around it
        targets = [(name, None) for one in node.generators for name, _ in bindings([one.target], "")]
        parts: list[object] = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for place, one in enumerate(node.generators):
            parts += [one.target, one.ifs, one.is_async, *([one.iter] if place else [])]
        self._within(self._scope(targets), parts)

    def _scope(self, names: Iterable[tuple[str, Imported | None]]) -> _Scope:
        scope = _Scope()
        for name, imported in names:
            scope.names.setdefault(name, []).append(imported)
        return scope

    def _within(self, scope: _Scope, parts: list[object]) -> None:
        """Written in a scope of their own; imports in it that no name uses are there for what they do."""
        self.scopes.append(scope)
        for part in parts:
            self.write(part)
        for name in [name for name in scope.names if name not in scope.used]:
            if any(scope.names[name]):
                self._name(name, [])
        self.scopes.pop()
        self.tokens.append(")")

    def _annotated(self, node: ast.AnnAssign) -> None:
        if self.scopes and self.scopes[-1].of_class:
            self.tokens.append("field(")
            self.write([node.target, node.annotation, node.value])
            self.tokens.append(")")
        elif node.value is not None:
            self._any(ast.Assign(targets=[node.target], value=node.value))


def _meaningless(node: ast.AST) -> bool:
    """Nothing that has a meaning by itself."""
    return isinstance(node, ast.Pass | ast.Global) or is_text(node)


def _globals(body: Iterable[ast.AST]) -> list[str]:
    """Names that a function declares global."""
    nodes = [node for part in body for node in ast.walk(part)]
    return [name for node in nodes if isinstance(node, ast.Global) for name in node.names]
