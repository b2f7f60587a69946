"""What is mistyped on a command line is answered before a server is started for it."""

import pytest

from pipelines.commands.arguments import check_asked, refuse_without_features
from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demos", "speaker_independent", "mlp"), r"ser plan: corpus 'demos' is not known. Did you mean 'demo'\?"),
        (
            ("demo", "independent", "mlp"),
            r"protocol 'independent' .* Allowed: emobox, .*speaker_independent",
        ),
        (("demo", "speaker_independent", "mpl"), r"model 'mpl' is not known. Did you mean 'mlp'\? Allowed: .*svm"),
        (("demo", "speaker_independent", "mlp"), r"demo has not been read yet \(no data/utterances/demo.parquet\)"),
    ],
)
def test_the_first_thing_that_is_not_there_is_named_and_how_to_mend_it(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=said):
        check_asked("ser plan", *words, read_params(PROJECT / "params.yaml"))


def test_a_command_may_take_fewer_models(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"model 'mlp' is not known. Allowed: svm. Name one"):
        check_asked(
            "ser tune", "demo", "speaker_independent", "mlp", read_params(PROJECT / "params.yaml"), models=["svm"]
        )


def test_a_model_that_hears_is_refused_where_nothing_was_heard(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"svm hears, and meld has no features here .*ser evaluate meld svm"):
        refuse_without_features("ser plan", "meld", "svm")
    refuse_without_features("ser plan", "meld", "tfidf")
    (tmp_path / "data/features/meld/functionals").mkdir(parents=True)
    (tmp_path / "data/features/meld/functionals/shard.parquet").touch()
    refuse_without_features("ser plan", "meld", "svm")
