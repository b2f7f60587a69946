"""params.yaml: what is in it, and the message of each mistake."""

import re
from pathlib import Path

import pytest
import yaml

from ser_tasks.models import NETWORKS, TABLE
from ser_tasks.models.declared_model import settings_class
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import ParamsError, read_params

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "params.yaml").read_text(encoding="utf-8")


def line_of(text: str, words: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if words in line)


def complaint(tmp_path: Path, old: str, new: str) -> str:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as caught:
        read_params(tmp_path / "params.yaml")
    assert f":{line_of(text, new)}: " in str(caught.value), "the message names the line"
    return str(caught.value)


def test_the_projects_own_file_is_valid_and_every_value_comes_from_it():
    params = read_params(PROJECT / "params.yaml")
    assert params == ProjectParams.model_validate(yaml.safe_load(TEXT))
    assert {line.corpus for line in params.evaluations} == {"demo"}, "the first command needs no download"


def test_only_networks_have_defaults_and_two_keys_that_came_when_results_had_been_published():
    schema = ProjectParams.model_json_schema()
    networks = {settings_class(TABLE[name]).__name__ for name in NETWORKS}
    sections = [schema, *(section for name, section in schema["$defs"].items() if name not in networks)]
    keys = [(s["title"], *key) for s in sections for key in s.get("properties", {}).items()]
    optional = {(title, key) for title, key, about in keys if "default" in str(about)}
    assert optional == {("LldParams", "engine"), ("EvaluationLine", "seeds")}


def test_a_network_whose_sizes_have_no_defaults_is_missed_in_the_file(tmp_path):
    text = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("  psd_cnn: "))
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"the key 'networks\.psd_cnn' is missing"):
        read_params(tmp_path / "params.yaml")


def test_a_misspelt_section_gets_its_nearest_name(tmp_path):
    assert "unknown key 'store_'. Did you mean 'store'?" in complaint(tmp_path, "store: {", "store_: {")


def test_a_misspelt_key_gets_its_place_nearest_name_and_the_allowed_ones(tmp_path):
    message = complaint(tmp_path, "  inner_folds: 4", "  inner_fold: 4")
    assert "unknown key 'svm.inner_fold'. Did you mean 'inner_folds'?" in message
    assert "Allowed here: anova_alpha, c, gamma, inner_folds, pca_variance." in message
    assert "the key 'svm.inner_folds' is missing" in message


def test_a_misspelt_key_of_one_corpus_is_placed_there(tmp_path):
    message = complaint(tmp_path, "    preset: speech8", "    presets: speech8")
    assert "'corpus.ravdess.presets'. Did you mean 'preset'?" in message


def test_an_unknown_protocol_gets_the_nearest_and_all_others(tmp_path):
    message = complaint(tmp_path, "speaker_independent: {kind: loso}", "speaker_independent: {kind: losso}")
    assert "'losso'. Did you mean 'loso'? Allowed: loso, speaker_kfold, speaker_folds" in message


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("shard_minutes: 10", "shard_minutes: -1", "found -1. Input should be greater than 0"),
        ("confidence: 0.95", "confidence: 95", "found 95. Input should be less than 1"),
        ("folds: 10}", "folds: ten}", "found 'ten'. Input should be a valid integer"),
        ("where: processes", "where: moon", "found 'moon'"),
        (
            "frames_multiple: 16, augmentation: {tempo: null, spec_augment: null, mixup_alpha: null}",
            "frames_multiple: 16, augmentation: {tempo: null, spec_augment: null, mixup_alpha: 0.2}",
            "mixup_alpha would change the numbers of words, too",
        ),
        (
            "balance: null          #",
            "balance: {merge: null, keep: null, training: null}          #",
            "merges, keeps and balances nothing. Write balance: null",
        ),
    ],
)
def test_a_value_out_of_range_is_reported_with_what_was_found_and_what_is_allowed(tmp_path, old, new, why):
    assert why in complaint(tmp_path, old, new)


def test_several_mistakes_are_all_named_at_once(tmp_path):
    text = TEXT.replace("confidence: 0.95", "confidence: 95").replace("anova_alpha: 0.01", "anova_alpha: 3")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"(?s)svm.anova_alpha.*evaluation.confidence"):
        read_params(tmp_path / "params.yaml")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("evaluation: {seed: 0", "evaluation: {seed: -1", "evaluation.seed: found -1."),
    ],
)
def test_lists_name_each_thing_once_and_seeds_are_not_negative(tmp_path, old, new, why):
    assert why in complaint(tmp_path, old, new)


def test_a_key_that_stands_twice_is_reported_with_both_lines(tmp_path):
    text = TEXT + "\nsvm: {}\n"
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=f"'svm' stands in line {line_of(TEXT, 'svm:  ')} already"):
        read_params(tmp_path / "params.yaml")


def test_a_file_in_another_encoding_is_reported_as_such(tmp_path):
    (tmp_path / "params.yaml").write_bytes("# é\n".encode("latin-1"))
    with pytest.raises(ParamsError, match="byte 2 is not UTF-8"):
        read_params(tmp_path / "params.yaml")


def test_broken_yaml_is_reported_as_such(tmp_path):
    (tmp_path / "params.yaml").write_text("svm: {c: [1, 2", encoding="utf-8")
    with pytest.raises(ParamsError, match="is not YAML"):
        read_params(tmp_path / "params.yaml")


def test_an_empty_and_a_missing_file_say_how_to_go_on(tmp_path):
    with pytest.raises(ParamsError, match="Run from the project's folder"):
        read_params(tmp_path / "params.yaml")
    (tmp_path / "params.yaml").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(ParamsError, match="git checkout"):
        read_params(tmp_path / "params.yaml")


def test_a_network_is_trained_as_all_are_but_for_what_its_own_section_says(tmp_path):
    training = yaml.safe_load(TEXT)["training"]
    text = TEXT.replace(
        "psd_cnn: {filters: 8,", "psd_cnn: {training: {epochs: 7, augmentation: {mixup_alpha: 0.5}}, filters: 8,"
    )
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    networks = read_params(tmp_path / "params.yaml").networks
    assert networks.lstm_attention.training.model_dump(mode="json") == training
    own = networks.psd_cnn.training.model_dump(mode="json")
    assert own == training | {"epochs": 7, "augmentation": training["augmentation"] | {"mixup_alpha": 0.5}}


def test_a_corpus_may_cut_the_training_of_every_network_short():
    params = ProjectParams.model_validate(yaml.safe_load(TEXT))
    assert {network.training.epochs for _, network in params.for_corpus("demo").networks} == {5}
    assert params.for_corpus("emodb") == params


def test_a_mistake_in_the_training_of_all_is_reported_once(tmp_path):
    assert complaint(tmp_path, "batch_size: 32", "batch_size: 0").count("batch_size") == 1


def test_a_mistake_in_the_training_of_one_network_is_reported_there(tmp_path):
    message = complaint(tmp_path, "psd_cnn: {filters: 8,", "psd_cnn: {training: {epoch: 7}, filters: 8,")
    assert "unknown key 'networks.psd_cnn.training.epoch'. Did you mean 'epochs'?" in message


@pytest.mark.parametrize(("key", "empty"), [("evaluations", "[]"), ("bundles", "{}")])
def test_a_list_whose_last_line_is_gone_is_answered_with_how_to_write_it_empty(tmp_path, key, empty):
    values = yaml.safe_load(TEXT) | {key: None}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    with pytest.raises(ParamsError, match=re.escape(f"{key}: nothing stands below it. Write {key}: {empty}")):
        read_params(tmp_path / "params.yaml")


def test_a_key_that_is_no_name_is_answered_with_its_line(tmp_path):
    (tmp_path / "params.yaml").write_text(f"? [a, b]\n: 1\n{TEXT}", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"params.yaml:1: a key must be a name"):
        read_params(tmp_path / "params.yaml")
