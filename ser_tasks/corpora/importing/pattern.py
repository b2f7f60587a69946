"""Labels in file names: a pattern such as {speaker}_{emotion}_{take}.wav, its fields read from each path."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ser_tasks.bundles.inference.inputs import SUFFIXES
from ser_tasks.corpora.importing.options import ROLES, TIMES
from ser_tasks.corpora.importing.problem import SourceError

FIELD = re.compile(r"\{(?P<name>[a-z_][a-z0-9_]*)(?::(?P<width>\d+))?\}")
READ = tuple(role for role in ROLES if role not in ("path", *TIMES))  # what a name can say
ALIKE = 0.8  # a field's name this like a role is taken for a slip


@dataclass(frozen=True)
class Pattern:
    """Compiled; `depth` is the number of parts of a path that it is held against, from the end."""

    text: str
    regex: re.Pattern[str]
    depth: int

    def fields(self, path: str) -> dict[str, str] | None:
        """What the path says, for roles only; None: it is not like the pattern.

        Args:
            path: with slashes
        """
        tail = "/".join(PurePosixPath(path).parts[-self.depth :])
        match = self.regex.fullmatch(tail)
        return match and {name: value for name, value in match.groupdict().items() if name in READ}


def compile_pattern(text: str) -> Pattern:
    """A pattern of fields in braces and what stands between them.

    {name} reaches up to what follows it in the pattern, and over no slash; {name:2} is two characters.
    Fields that are no roles are passed over, {_} as often as one likes. The ending of a name may be left out.

    Raises:
        SourceError: no field, the same role twice, or a name that is nearly a role
    """
    parts, end = list[str](), 0
    for field in FIELD.finditer(text):
        parts += [re.escape(text[end : field.start()]), _group(field, text[field.end() : field.end() + 1], parts)]
        end = field.end()
    rest = text[end:]
    if not parts or "{" in re.sub(FIELD, "", text):
        raise SourceError(
            f"--pattern {text}: expected fields in braces, as {{speaker}}_{{emotion}}_{{take}}.wav; fields that are "
            f"read: {', '.join(READ)}."
        )
    ending = "" if PurePosixPath(rest).suffix.lower() in SUFFIXES or rest.endswith("*") else r"(\.[^./]+)?"
    if ending and not rest:  # a field that ends the pattern leaves the ending of the name alone
        parts[-1] = parts[-1].replace("]+)", "]+?)")
    regex = "".join(parts) + re.escape(rest).replace(r"\*", "[^/]*") + ending
    return Pattern(text, re.compile(regex), text.count("/") + 1)


def _group(field: re.Match[str], following: str, before: Sequence[str]) -> str:
    name, width = field["name"], field["width"]
    stop = re.escape(following) if following not in ("", "{") else ""
    inner = f"[^/]{{{width}}}" if width else f"[^/{stop}]+"
    if name not in READ:
        near = difflib.get_close_matches(name, READ, n=1, cutoff=ALIKE)
        if near:
            raise SourceError(f"--pattern: the field {{{name}}} is not read. Did you mean {{{near[0]}}}?")
        return f"(?:{inner})"
    if any(f"(?P<{name}>" in part for part in before):
        raise SourceError(f"--pattern: {{{name}}} stands there twice. Call one of them {{_}}.")
    return f"(?P<{name}>{inner})"
