"""The generated reference, held against hand-made sections, files and stages."""

from typing import Annotated, Literal

import pytest
import yaml
from pydantic import Field, PositiveInt

from pipelines.reference.markdown import code, moved, plain, value
from pipelines.reference.pages import commands_page
from pipelines.reference.params_page import allowed, field_comments, file_comments, params_page
from pipelines.reference.stages_page import readers, stages_of
from ser_tasks.params import Fraction, Section
from ser_tasks.params.base import Count
from ser_tasks.params.project import ProjectParams
from tests.docs.documented import PROJECT


class Base(Section):
    """A hand-made section."""

    whole: PositiveInt  # how many
    share: Fraction


class Grown(Base):
    """One that has more."""

    share: Fraction  # of the answers
    pair: tuple[float, float] | None
    words: Annotated[tuple[Literal["one", "two"], ...], Field(min_length=1)]  # which
    count: Count
    name: Annotated[str, Field(pattern="^a|b$")]
    switch: bool


@pytest.mark.parametrize(
    ("field", "phrase"),
    [
        ("whole", "whole number, at least 1"),
        ("share", "number, above 0, below 1"),
        ("pair", "list: number; number or `null`"),
        ("words", "list, at least 1 long: `one`, `two`"),
        ("count", "whole number, at least 2"),
        ("name", "text matching <code>^a\\|b$</code>"),
        ("switch", "`true`, `false`"),
    ],
)
def test_what_a_field_may_be_is_described_in_words(field, phrase):
    assert allowed(Grown.model_json_schema()["properties"][field]) == phrase


def test_the_comment_of_a_field_is_that_of_the_class_that_declares_it_last():
    assert field_comments(Grown) == {"whole": "how many", "share": "of the answers", "words": "which"}


def test_a_comment_of_a_file_belongs_to_the_first_key_of_its_line():
    text = """# of nothing
a: 1  # of a
b:    # of b
  {c: 2, d: "# no comment"}
e: {f: 3}  # of e
# of e, too
g:
  h: [1, 2]  # of h
"""
    assert file_comments(text) == {"a": "of a", "b": "of b", "e": "of e of e, too", "g.h": "of h"}


STAGES = stages_of(
    yaml.safe_load("""
stages:
  one: {foreach: "${stages.one}", do: {params: [evaluation, "corpus.${item.corpus}"]}}
  two: {foreach: "${stages.two}", do: {params: ["${item.settings}", training.epochs]}}
  three: {foreach: "${reliability}", do: {params: ["tuning.${key}", networks]}}
  features: {foreach: "${stages.features}", do: {params: [audio, "${item.settings}"]}}
""")
)


@pytest.mark.parametrize(
    ("key", "stages"),
    [
        ("evaluations", ["one", "two", "features"]),
        ("bundles", ["one", "two", "features"]),
        ("evaluation", ["one"]),
        ("corpus", ["one"]),
        ("corpus.demo.preset", ["one"]),
        ("svm.c", ["two"]),
        ("training", ["two"]),
        ("training.epochs", ["two"]),
        ("training.patience", []),
        ("networks.psd_cnn", ["two", "three"]),
        ("tuning", ["three"]),
        ("reliability", ["three"]),
        ("audio", ["features"]),
        ("psd_image", ["features"]),
        ("encoder", ["features"]),
    ],
)
def test_the_readers_of_a_key_are_the_stages_that_name_it_or_go_through_it(key, stages):
    assert readers(STAGES, key) == stages


def test_markdown_of_others_cannot_break_a_table():
    assert plain("a | b <c> *d*\ne") == "a \\| b &lt;c&gt; \\*d\\* e"
    assert code("a|b") == "<code>a\\|b</code>"
    assert value({"kind": "loso", "of": [1, None, "01"]}) == "`{kind: loso, of: [1, null, '01']}`"


def test_links_of_a_page_that_moves_still_lead_to_other_pages(tmp_path):
    page = tmp_path / "PAGE.md"
    page.write_text("[a](docs/a.md#b), [c](LICENSE), [d](#d), [e](https://e.org)")
    assert moved(page) == "[a](../a.md#b), c, [d](#d), [e](https://e.org)"


def test_every_key_of_params_yaml_is_on_the_page_with_its_meaning():
    lines = params_page(PROJECT).splitlines()
    assert [line.removeprefix("## ") for line in lines if line.startswith("## ")] == [
        *yaml.safe_load((PROJECT / "params.yaml").read_text())
    ]
    assert {*ProjectParams.model_fields} == {*yaml.safe_load((PROJECT / "params.yaml").read_text())}
    speechless = [line for line in lines if line.startswith("| `") and line.endswith("|  |")]
    assert not speechless, "say it in a comment, in ser_tasks/params/ or params.yaml"


def test_a_key_that_the_file_leaves_out_is_on_the_page_with_its_default():
    lines = [line for line in params_page(PROJECT).splitlines() if line.startswith("| `engine` | `vectorised`")]
    expected = "| `engine` | `vectorised` (default) | `vectorised`, `pyAudioAnalysis` | "
    assert [line[: len(expected)] for line in lines] == [expected] * 2, "of lld and of lld_sobczak"


def test_every_option_of_a_command_is_on_the_page():
    page = commands_page(PROJECT)
    assert "## `ser predict`" in page
    assert "`--timeline`: Emotion over time, for long recordings." in page
