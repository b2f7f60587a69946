"""Every command that the pages tell a reader to type, with its page and line."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PROGRAMS = ("ser", "make", "dvc", "mlflow", "prefect", "python", "pip", "docker")
FENCE = re.compile(r"^\s*```(\w*)")
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
CONTROL = {"|", "||", "&", "&&", ";"}
OPENING = {"do", "then", "!"}
ASSIGNMENT = re.compile(r"^[A-Z_]+=")


@dataclass(frozen=True)
class Command:
    """One program with its arguments; `whole` is false for a mention in a sentence, which may leave things out."""

    place: str
    words: tuple[str, ...]
    whole: bool


def pages() -> list[Path]:
    """All that a reader is given to read."""
    return [
        *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
        *PROJECT.glob("docs/*.md"),
    ]


def commands_of(page: Path) -> list[Command]:
    """In the order of the page."""
    return list(commands_in(page.read_text(encoding="utf-8"), str(page.relative_to(PROJECT))))


def commands_in(text: str, page: str) -> Iterator[Command]:
    """Of blocks marked sh or console (there: behind $), and of spans that begin with one of PROGRAMS."""
    found = [*_mentions(text, page)]
    for language in ("sh", "console"):
        for begun, block in blocks_in(text, language):
            for line, typed in _typed(block, behind_a_prompt=language == "console"):
                found += [Command(f"{page}:{begun + line}", words, True) for words in simple_commands(typed)]
    yield from sorted(found, key=lambda command: int(command.place.rpartition(":")[2]))


def blocks_in(text: str, language: str) -> Iterator[tuple[int, str]]:
    """Fenced blocks of a language, each with the number of the line that opens it."""
    begun, lines = 0, None
    for number, line in enumerate(text.splitlines(), 1):
        if mark := FENCE.match(line):
            if lines is None:
                begun, lines, wanted = number, [], mark[1] == language
            else:
                if wanted:
                    yield begun, "\n".join(lines)
                lines = None
        elif lines is not None:
            lines.append(line)


def _typed(block: str, *, behind_a_prompt: bool) -> Iterator[tuple[int, str]]:
    """What is typed, a command that goes on in the next line as one, each with its first line from 1."""
    begun, said = 0, ""
    for number, line in enumerate(block.splitlines(), 1):
        if behind_a_prompt and not said and not line.startswith("$ "):
            continue
        begun, said = begun or number, said + line.removeprefix("$ ").removesuffix("\\")
        if line.endswith("\\"):
            continue
        if _open_quote(said):
            said += "\n"
            continue
        yield begun, said
        begun, said = 0, ""


def _mentions(text: str, page: str) -> Iterator[Command]:
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        fenced ^= bool(FENCE.match(line))
        for span in [] if fenced else SPAN.findall(line):
            if span.split()[0].removeprefix(".venv/bin/") in PROGRAMS:
                yield from (Command(f"{page}:{number}", words, False) for words in simple_commands(span))


def simple_commands(line: str) -> Iterator[tuple[str, ...]]:
    """What a shell would start one after the other: no operators, redirections, assignments, comments."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    words: list[str] = []
    target = False
    for token in [*reader, ";"]:
        if token in CONTROL:
            if words:
                yield tuple(words)
            words = []
        elif set(token) <= set("<>&"):
            target = True
        elif target or (not words and (token in OPENING or ASSIGNMENT.match(token))):
            target = False
        else:
            words.append(token)


def _open_quote(line: str) -> bool:
    try:
        list(simple_commands(line))
    except ValueError:
        return True
    return False
