"""Pages, help texts, messages and docstrings use the words of the field, not those that this project once made up."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from pipelines.cli import cli
from tests.docs.documented import FENCE, PROJECT, SPAN, pages

PRIVATE = {  # pattern -> the word of the field
    r"(un)?heard": "transcribed, recognised; acoustic; unseen",
    r"hears?|hearing": "reads, needs; an acoustic model",
    r"learnt|learns? from": "trained on; training set",
    r"mend(s|ed|ing|able)?": "fix",
    r"told|tell (it|them) apart|told apart": "given, reported; distinguishable",
    r"knobs?": "parameter",
    r"elsewhere": "on another machine, remote",
    r"honest(y|ly)?": "unbiased, speaker-independent, verification",
    r"flatter(s|ed|ing)?": "biased, inflated",
    r"dealers?|dealing|dealt": "splitter, folds",
    r"strangers?": "unknown labels, unknown speakers",
    r"complain(s|t|ts)?": "error, reports",
    r"brought|bring(s|ing)?": "imported",
    r"opinions?": "prediction",
    r"workplace": "request limiter",
    r"refusals?": "error",
    r"crews?": "worker pool",
    r"judge(s|d)?|judging": "validate, calibrate",
    r"(taken?|takes) home": "export, download",
    r"lives? on": "relies on",
    r"said so|said to be|what was said": "given, reported",
    r"seed 00\d": "the authors and the paper",
}
PATTERNS = {
    re.compile(rf"(?<![\w/.])({pattern})(?![\w/.]*\w)", re.IGNORECASE): word for pattern, word in PRIVATE.items()
}
RENAMED_LATER = (  # packages of ser_tasks whose words are still those of before: delete lines as they are done
    "ser_tasks/audio/",
    "ser_tasks/augmentation/",
    "ser_tasks/bundles/",
    "ser_tasks/corpora/",
    "ser_tasks/text/",
)
PUBLISHED = {  # file -> words of tags and tables of published results, and of statements that digests cover
    "docs/mlflow.md": "heard",
    "pipelines/evaluations/cross_corpus.py": "hears, learnt",
    "pipelines/evaluations/result.py": "hears, heard, elsewhere, learnt",
    "pipelines/stages/bundle.py": "learnt",
    "pipelines/stages/features.py": "heard",
    "pipelines/stages/transcripts.py": "heard",
    "ser_tasks/evaluation/fold_features.py": "heard",
    "ser_tasks/features/encoders/hugging_face.py": "hear",
    "ser_tasks/models/calibration.py": "learnt",
    "ser_tasks/models/multimodal/network.py": "hears",
    "ser_tasks/models/svm.py": "learnt, learn from",
}


def private_words(text: str, *, place: str) -> list[str]:
    """Each private word of a text, with what to write instead."""
    known = PUBLISHED.get(place, "").split(", ")
    found = [(match[0], word) for pattern, word in PATTERNS.items() for match in pattern.finditer(text)]
    return [f"{place}: {old!r}, write: {word}" for old, word in found if old.lower() not in known]


def prose(page: str) -> str:
    """A page without blocks and spans of code: these quote names and output."""
    lines, inside = [], False
    for line in page.splitlines():
        fence = bool(FENCE.match(line))
        inside ^= fence
        lines.append("" if inside or fence else SPAN.sub("", line))
    return "\n".join(lines)


def sentences(source: str) -> Iterator[str]:
    """String literals that are more than a name, docstrings among them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
            yield SPAN.sub("", node.value)


def helps(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """The help of a command, of its parameters, and of the commands below it."""
    yield name, command.help or ""
    for parameter in command.params:
        yield f"{name} {parameter.name}", getattr(parameter, "help", None) or ""
    for own, below in getattr(command, "commands", {}).items():
        yield from helps(below, f"{name} {own}")


def sources() -> list[str]:
    files = [file for package in ("pipelines", "apps", "ser_tasks") for file in (PROJECT / package).rglob("*.py")]
    names = sorted(str(file.relative_to(PROJECT)) for file in files)
    return [name for name in names if not name.startswith(RENAMED_LATER)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_page_uses_the_words_of_the_field(page: Path):
    found = private_words(prose(page.read_text(encoding="utf-8")), place=str(page.relative_to(PROJECT)))
    assert not found, "\n".join(found)


def test_the_help_of_every_command_uses_the_words_of_the_field():
    found = [
        line for name, text in helps(typer.main.get_command(cli), "ser") for line in private_words(text, place=name)
    ]
    assert not found, "\n".join(found)


def test_messages_and_docstrings_use_the_words_of_the_field():
    found = []
    for name in sources():
        for text in sentences((PROJECT / name).read_text(encoding="utf-8")):
            found += private_words(text, place=name)
    assert not found, "\n".join(found)


def test_a_private_word_is_found_and_a_published_name_is_not():
    assert private_words("Mends: the row was learnt from it", place="x") == [
        "x: 'learnt', write: trained on; training set",
        "x: 'Mends', write: fix",
    ]
    assert private_words("tfidf_heard, results/demo/heard.json, data/heard/demo", place="x") == []
    assert prose("Ask `heard`.\n```sh\nheard\n```\nend") == "Ask .\n\n\n\nend"
