"""The results table: the speaker-dependent number stands beside the speaker-independent one, never alone."""

import json
from pathlib import Path

import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import (
    check_has_results,
    fold_means,
    markdown,
    read_results,
    results_table,
    write_result,
)


def result(**changes) -> dict:
    return {
        "corpus": "emodb",
        "corpus_kind": "acted",
        "preset": "four_classes",
        "protocol": "speaker_independent",
        "protocol_kind": "loso",
        "model": "svm",
        "uar": 0.8261,
        "uar_low": 0.78,
        "uar_high": 0.87,
        "accuracy": 0.83,
        "macro_f1": 0.82,
        "uar_fold_mean": 0.84,
        "uar_fold_sd": 0.05,
        "classes": ["anger", "sadness"],
    } | changes


DEPENDENT = result(protocol="speaker_dependent", protocol_kind="speaker_dependent", uar=0.9)


def test_both_protocols_of_a_model_share_a_row():
    (row,) = results_table([DEPENDENT, result()])
    assert row == {
        "corpus": "emodb",
        "classes": "2",
        "model": "svm",
        "protocol": "loso",
        "UAR [95 %]": "82.6 [78.0, 87.0]",
        "fold mean ± sd": "84.0 ± 5.0",
        "WA": "83.0",
        "F1": "82.0",
        "speaker-dependent": "90.0",
    }


def test_the_uar_of_each_seed_stands_beside_the_pooled_one_where_any_model_has_several():
    rows = results_table([result(uar_seeds=[0.8261]), result(model="mlp", uar_seeds=[0.809, 0.814, 0.82])])
    assert {row["model"]: row["seeds"] for row in rows} == {"mlp": "80.9, 81.4, 82.0", "svm": "–"}
    assert "seeds" not in results_table([result(uar_seeds=[0.8261])])[0]


def test_a_speaker_dependent_result_alone_leaves_the_headline_empty():
    (row,) = results_table([DEPENDENT])
    assert row["UAR [95 %]"] == "–"


def test_a_result_on_the_folds_of_emobox_has_a_row_of_its_own():
    on_its_folds = result(protocol="emobox", protocol_kind="emobox_folds", uar=0.7)
    rows = results_table([on_its_folds, result(), DEPENDENT])
    assert [(row["protocol"], row["UAR [95 %]"][:4], row["speaker-dependent"]) for row in rows] == [
        ("loso", "82.6", "90.0"),
        ("emobox_folds", "70.0", "–"),
    ]


def test_means_over_folds_are_those_of_each_figure():
    folds = [{"uar": 0.5, "accuracy": 0.6, "macro_f1": 0.4}, {"uar": 0.7, "accuracy": 0.6, "macro_f1": 0.5}]
    means = fold_means(result(folds=folds))
    assert means == pytest.approx({"uar": 0.6, "accuracy": 0.6, "macro_f1": 0.45})


def test_synthetic_speech_is_called_so():
    (row,) = results_table([result(corpus="demo", corpus_kind="synthetic")])
    assert row["corpus"] == "demo (synthetic)"


def test_results_are_read_back_as_written(tmp_path):
    write_result(result(), tmp_path / "emodb/speaker_independent/svm.json")
    assert read_results(tmp_path) == [result()]


def test_no_result_yet_says_how_to_make_one(tmp_path):
    with pytest.raises(UserError, match="make repro"):
        read_results(tmp_path)


def test_a_corpus_without_results_is_named_with_those_that_have_some_and_the_nearest():
    check_has_results(["emodb"], {"emodb", "demo"}, Path("results"))
    with pytest.raises(UserError, match=r"results/emod: no result. Did you mean emodb\? There are .* demo, emodb."):
        check_has_results(["demo", "emod"], {"emodb", "demo"}, Path("results"))


def test_a_file_that_is_no_result_is_named(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"c\.json: not a result .*git checkout"):
        read_results(tmp_path)


def test_markdown_has_a_head_a_rule_and_a_line_for_each_row():
    lines = markdown(results_table([result()])).splitlines()
    assert lines[0].startswith("| corpus | classes | model |")
    assert lines[1] == "|" + " --- |" * 9
    assert len(lines) == 3


def test_the_table_of_docs_results_is_made_from_the_results_in_git():
    project = Path(__file__).parents[2]
    table = markdown(results_table(read_results(project / "results")))
    assert table in (project / "docs" / "results.md").read_text(encoding="utf-8"), "run: ser results --markdown"


def test_every_result_in_git_says_what_it_was_computed_with():
    project = Path(__file__).parents[2]
    for file in (*project.glob("results/*/*/*.json"), *project.glob("results/dimensions/*/*/*.json")):
        stored = json.loads(file.read_text(encoding="utf-8"))
        assert {"seed", "versions", "utterances", "dropped", "warnings", "folds"} <= set(stored), file


def test_the_numbers_for_dvc_are_those_of_the_results():
    project = Path(__file__).parents[2]
    for file in (project / "metrics").rglob("*.json"):
        numbers = json.loads(file.read_text(encoding="utf-8"))
        result = json.loads((project / "results" / file.relative_to(project / "metrics")).read_text(encoding="utf-8"))
        of_each = {f"ccc_{name}": own["ccc"] for name, own in result.get("dimensions", {}).items()}
        assert numbers == {key: (result | of_each)[key] for key in numbers}, file
