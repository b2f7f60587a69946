"""Typos on a command line are reported before a server is started."""

import pytest

from pipelines.commands.arguments import check_arguments, check_features
from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("demos", "speaker_independent", "mlp"),
            r"ser remote export: corpus 'demos' is not known. Did you mean 'demo'\?",
        ),
        (
            ("demo", "independent", "mlp"),
            r"protocol 'independent' .* Allowed: emobox, .*speaker_independent",
        ),
        (("demo", "speaker_independent", "mpl"), r"model 'mpl' is not known. Did you mean 'mlp'\? Allowed: .*svm"),
        (
            ("demo", "speaker_independent", "whisper_base_attentive_statistics_speeds"),
            r"Did you mean 'attentive_statistics_speeds'\? It reads whisper_base\. Allowed",
        ),
        (("demo", "speaker_independent", "whisper_bse_mlp"), r"Did you mean 'whisper_base_mlp'\? Allowed"),
        (("demo", "speaker_independent", "mlp"), r"demo has no utterance table yet \(data/utterances/demo.parquet\)"),
    ],
)
def test_the_first_thing_that_is_not_there_is_named_and_how_to_fix_it(words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message):
        check_arguments("ser remote export", *words, read_params(PROJECT / "params.yaml"))


def test_a_command_may_take_fewer_models(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"model 'mlp' is not known. Allowed: svm. Name one"):
        check_arguments(
            "ser tune", "demo", "speaker_independent", "mlp", read_params(PROJECT / "params.yaml"), models=["svm"]
        )


def test_a_model_of_dimensions_is_refused_with_one_of_classes_to_take_instead(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = read_params(PROJECT / "params.yaml")
    with pytest.raises(UserError, match=r"ser tune: ridge predicts valence, .*classes.*such as svm, .*ser evaluate"):
        check_arguments("ser tune", "demo", "speaker_independent", "ridge", params)


def test_an_acoustic_model_is_rejected_where_no_features_are_computed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        UserError, match=r"svm is an acoustic model, and meld has no features here .*ser evaluate meld svm"
    ):
        check_features("ser remote export", "meld", "svm")
    check_features("ser remote export", "meld", "tfidf")
    (tmp_path / "data/features/meld/functionals").mkdir(parents=True)
    (tmp_path / "data/features/meld/functionals/shard.parquet").touch()
    check_features("ser remote export", "meld", "svm")
