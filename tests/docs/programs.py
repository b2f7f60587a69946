"""Whether a command would be understood by the program that it calls; nothing is started."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import typer
import yaml

from pipelines.__main__ import STAGES
from pipelines.cli import cli
from ser_tasks.corpora import CORPORA
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS
from tests.docs.documented import PROJECT, Command

OWN_CORPORA = {"voices", "mine", "emodb_names", "emodb_aud"}  # that pages make
OTHERS = {
    "cat",
    "cd",
    "cp",
    "curl",
    "do",
    "done",
    "echo",
    "export",
    "find",
    "for",
    "git",
    "jupyter",
    "ls",
    "mkdir",
    "rm",
    "source",
    "srun",
    "trap",
}
PLACEHOLDER = re.compile(r"^[A-Z]+$|^\.\.\.$")
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]
Words = Sequence[str]


class WrongError(Exception):
    """What is wrong with a command."""


def check(command: Command) -> None:
    """Pass in silence, or raise WrongError."""
    program, *words = command.words
    program = program.rpartition("/")[2]
    if program in CHECKS:
        CHECKS[program](words, command.whole)
    elif program not in OTHERS:
        raise WrongError(f"{program}: no program that the pages use so far. A slip? Else name it in {__name__}.OTHERS")


def _ser(words: Words, whole: bool) -> None:
    group = typer.main.get_command(cli)
    if not words or words[0] in ("--help", "..."):
        return
    name, *arguments = words
    if name not in group.commands:
        raise WrongError(f"ser {name}: no such command, there are {', '.join(sorted(group.commands))}")
    if "--help" in arguments:
        return
    try:
        context = group.commands[name].make_context(name, arguments)
    except USAGE_ERROR as error:
        if whole or type(error).__name__ != "MissingParameter":
            raise WrongError(f"ser {' '.join(words)}: {error.format_message()}") from error
    else:
        if name == "repro":  # whose arguments are for dvc
            _dvc([name, *context.args], whole)


def _make(words: Words, whole: bool) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
    if strange := {word for word in words if "=" not in word and not PLACEHOLDER.match(word)} - targets:
        raise WrongError(f"make {', '.join(strange)}: no such target, there are {', '.join(sorted(targets))}")


def _dvc(words: Words, whole: bool) -> None:
    from dvc.cli import DvcParserError  # noqa: PLC0415  slow, and not every page needs it
    from dvc.cli.parser import get_main_parser  # noqa: PLC0415

    a_name_alone = not whole and len(words) == 1  # `dvc plots` in a sentence lacks its verb
    try:
        asked = get_main_parser().parse_args([*words, "--help"] if a_name_alone else list(words))
    except SystemExit:  # there is help, so there is the command
        return
    except DvcParserError as error:
        raise WrongError(f"dvc {' '.join(words)}: no such command or option") from error
    for target in asked.targets if words[:1] == ["repro"] else ():
        check_stage(target)
    for setting in getattr(asked, "set_param", None) or ():
        check_key(setting.partition("=")[0])


def check_stage(target: str) -> None:
    """evaluate@demo-speaker_independent-svm: a stage of dvc.yaml, and names that its loop can have."""
    name, _, instance = target.partition("@")
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"]
    if PLACEHOLDER.match(name):
        return
    if name not in stages:
        raise WrongError(f"{target}: no such stage, there are {', '.join(stages)}")
    over = LOOPS.get(name, ())
    parts = instance.split("-") if instance else []
    if over and parts and len(parts) != len(over):
        raise WrongError(f"{target}: expected {name}@{'-'.join(over).upper()}")
    for what, part in zip(over, parts, strict=False):
        if not PLACEHOLDER.match(part) and part not in NAMES[what]:
            raise WrongError(f"{target}: no {what} is called {part}")


LOOPS: Mapping[str, tuple[str, ...]] = {  # what the name of an instance is made of, as stages.yaml has it
    "utterances": ("corpus",),
    "features": ("corpus", "feature_set"),
    "transcripts": ("corpus",),
    "evaluate": ("corpus", "protocol", "model"),
}
NAMES: Mapping[str, set[str]] = {
    "corpus": {*CORPORA, *OWN_CORPORA},
    "protocol": {"speaker_independent", "speaker_dependent", "emobox"},
    "model": set(MODELS),
    "encoder": set(ENCODERS),
    "feature_set": set(FEATURE_SETS),
}


def check_key(key: str) -> None:
    """svm.inner_folds: a key of params.yaml."""
    section: Any = yaml.safe_load((PROJECT / "params.yaml").read_text())
    for step in key.split("."):
        if not isinstance(section, dict) or step not in section:
            raise WrongError(f"{key}: no key of params.yaml, {step} is not there")
        section = section[step]


def _python(words: Words, whole: bool) -> None:
    if len(words) > 1 and words[0] == "-m":
        if find_spec(words[1]) is None:
            raise WrongError(f"python -m {words[1]}: no such module")
        if words[1] == "pipelines" and words[2] not in STAGES and not PLACEHOLDER.match(words[2]):
            raise WrongError(f"python -m pipelines {words[2]}: no such stage, there are {', '.join(STAGES)}")
    elif not words:
        raise WrongError("python alone asks for nothing")


def _pip(words: Words, whole: bool) -> None:
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for asked in re.findall(r"\.\[(\w+)\]", " ".join(words)):
        if asked not in extras:
            raise WrongError(f"pip: no extra is called {asked}, there are {', '.join(extras)}")


def _docker(words: Words, whole: bool) -> None:
    services = yaml.safe_load((PROJECT / "compose.yaml").read_text())["services"]
    verb, service, *inside = words[1:]
    if words[0] != "compose" or verb not in ("up", "exec", "build") or service not in services:
        raise WrongError(f"docker {' '.join(words)}: expected compose, up or exec, and one of {', '.join(services)}")
    if inside:
        check(Command("", tuple(inside), whole))


def _mlflow(words: Words, whole: bool) -> None:
    import click  # noqa: PLC0415  with mlflow, four seconds
    from mlflow.cli import cli as command  # noqa: PLC0415

    context, arguments = click.Context(command), list(words)
    try:
        while isinstance(command, click.Group) and arguments:
            name = arguments.pop(0)
            context, found = click.Context(command), command
            command = found.get_command(context, name)
            if command is None:
                raise WrongError(f"mlflow {' '.join(words)}: no such command as {name}")
        if arguments or whole:
            command.make_context(name, arguments)
    except click.UsageError as error:
        raise WrongError(f"mlflow {' '.join(words)}: {error.format_message()}") from error


def _prefect(words: Words, whole: bool) -> None:
    from cyclopts import CycloptsError  # noqa: PLC0415  with prefect, a second
    from prefect.cli._app import _app  # noqa: PLC0415

    try:
        _app.parse_args(list(words), exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise WrongError(f"prefect {' '.join(words)}: {error}") from error


def _dask(words: Words, whole: bool) -> None:
    from click import ClickException  # noqa: PLC0415
    from distributed.cli.dask_scheduler import main  # noqa: PLC0415  with distributed, a second

    if [*words[:1]] != ["scheduler"]:
        raise WrongError(f"dask {' '.join(words)}: expected scheduler; workers are started by ser worker")
    try:
        main.make_context("dask scheduler", list(words[1:]))
    except ClickException as error:
        raise WrongError(f"dask {' '.join(words)}: {error.format_message()}") from error


CHECKS: Mapping[str, Callable[[Words, bool], None]] = {
    "ser": _ser,
    "make": _make,
    "dvc": _dvc,
    "python": _python,
    "pip": _pip,
    "docker": _docker,
    "mlflow": _mlflow,
    "prefect": _prefect,
    "dask": _dask,
}
