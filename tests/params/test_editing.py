"""Values changed in the text of params.yaml: what else stands there stays to the byte."""

from pathlib import Path

import pytest
import yaml

from ser_tasks.errors import UserError
from ser_tasks.params.editing import with_item, with_values

PROJECT = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")

TEXT = """\
# A comment on top
svm:                    # searched
  c: [3, 10, 30]        # of the margin
  gamma: [0.0003]
  alpha: null  # off

networks:
  small: {filters: 8, dropout: 0.3}
  large:
    {filters: 64,
     training: {epochs: 40}}
  block:
    dropout: 0.3
    training:
      patience: 25      # epochs
      # a remark at the end
workers: {count: 2}
"""


def test_values_are_put_in_place_of_others_and_comments_keep_their_column():
    assert with_values(TEXT, {"svm.c": [0.5], "svm.gamma": [0.00012], "svm.alpha": 0.25, "workers.count": 12}) == (
        TEXT.replace("  c: [3, 10, 30]        # of", "  c: [0.5]              # of")
        .replace("[0.0003]", "[0.00012]")
        .replace("null  # off", "0.25  # off")
        .replace("count: 2", "count: 12")
    )


def test_a_value_that_needs_the_room_pushes_its_comment_by_as_much_as_it_must():
    assert "  alpha: {a: 1, b: [2, 3]} # off\n" in with_values(TEXT, {"svm.alpha": {"a": 1, "b": [2, 3]}})


def test_a_new_key_stands_behind_the_last_of_its_section_in_braces_or_on_a_line_of_its_own():
    values = {
        "networks.small.training.learning_rate": 0.002,
        "networks.large.training.learning_rate": 0.002,
        "networks.block.training.mixup": "null",
    }
    assert with_values(TEXT, values) == (
        TEXT.replace("dropout: 0.3}", "dropout: 0.3, training: {learning_rate: 0.002}}")
        .replace("{epochs: 40}", "{epochs: 40, learning_rate: 0.002}")
        .replace("# epochs\n", "# epochs\n      mixup: 'null'\n")
    )


def test_an_item_of_a_list_is_found_by_its_index():
    text = "lines:\n  - {a: 1, b: 2}  # first\n  - a: 3\n    b: 4\nlast: 0\n"
    changed = with_values(text, {"lines.0.b": 20, "lines.0.c": 30, "lines.1.c": 5})
    assert changed == "lines:\n  - {a: 1, b: 20, c: 30}  # first\n  - a: 3\n    b: 4\n    c: 5\nlast: 0\n"


def test_the_projects_own_file_given_its_own_values_does_not_change_by_a_byte():
    tree = yaml.safe_load(PROJECT)
    values = {f"svm.{name}": value for name, value in tree["svm"].items()}
    values |= {f"networks.mlp.{name}": tree["networks"]["mlp"][name] for name in ("units", "dropout", "training")}
    assert with_values(PROJECT, values) == PROJECT


def test_only_the_line_of_the_value_differs_in_the_projects_own_file():
    before, after = PROJECT.splitlines(), with_values(PROJECT, {"svm.gamma": [0.00123]}).splitlines()
    assert [(a, b) for a, b in zip(before, after, strict=True) if a != b] == [
        ("  gamma: [0.0003]          # or scale: 1 / total variance",
         "  gamma: [0.00123]         # or scale: 1 / total variance"),
    ]  # fmt: skip


def test_what_stands_over_several_lines_is_left_to_its_owner():
    with pytest.raises(UserError, match=r"networks.block: line 13 holds no value.*Write it in one line"):
        with_values(TEXT, {"networks.block": {"dropout": 0}})


LINES = "a: 1\nlist:  # of things\n  - {x: 1}\n  - {x: 2}  # the second\n\nb: 2\n"


def test_a_line_more_stands_behind_the_last_and_nothing_else_changes():
    after = with_item(LINES, "list", {"x": 3, "y": "svm"})
    assert after == LINES.replace("# the second\n", "# the second\n  - {x: 3, y: svm}\n")
    assert yaml.safe_load(after)["list"] == [{"x": 1}, {"x": 2}, {"x": 3, "y": "svm"}]


def test_lines_may_be_written_in_any_style():
    text = "list:\n- x: 1\n  y:\n    z: 2\n- {x: 2}\n- x: 3\n  y: 4\nb: 2\n"
    after = with_item(text, "list", {"x": 5})
    assert after == text.replace("  y: 4\n", "  y: 4\n- {x: 5}\n")


@pytest.mark.parametrize("end", ["", "\n", "\nb: 2\n"])
def test_an_empty_list_becomes_lines(end):
    after = with_item(f"a: 1\nlist: []  # of things{end}", "list", {"x": 3})
    assert yaml.safe_load(after)["list"] == [{"x": 3}]
    assert "# of things\n  - {x: 3}" in after


@pytest.mark.parametrize("text", ["list: [{x: 1}]\n", "list: 3\n", "other: []\n"])
def test_a_list_that_cannot_grow_by_a_line_is_an_error(text):
    with pytest.raises(UserError, match=r"list: expected a list with a line"):
        with_item(text, "list", {"x": 3})


def test_a_line_of_evaluations_is_added_to_the_file_of_the_project():
    line = {"corpus": "emodb", "protocol": "speaker_independent", "model": "logistic"}
    after = with_item(PROJECT, "evaluations", line)
    assert yaml.safe_load(after)["evaluations"] == [*yaml.safe_load(PROJECT)["evaluations"], line]
    written = "  - {corpus: emodb, protocol: speaker_independent, model: logistic}\n"
    assert after.replace(written, "", 1) == PROJECT
