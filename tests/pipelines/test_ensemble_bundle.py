"""Stage `ensemble_bundle`: the rule, its temperatures and the card, from predictions whose best values are known."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines import paths
from pipelines.stages import bundle, ensemble_bundle
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.card import BundleError, read_card, write_card
from ser_tasks.bundles.model_bundle import Utterance
from ser_tasks.errors import UserError
from ser_tasks.params import BundleParams, EnsembleParams
from ser_tasks.provenance.code_digest import code_parts
from tests.bundles.small_bundles import CLASSES, small_params, voice
from tests.bundles.word_bundles import text_examples, use_parrot, written

NAMES = list(CLASSES)
PLACE = ("demo", "speaker_independent")
N = 6_000


def calibrated(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Posteriors, and truths that are drawn from them: no temperature but 1 is better."""
    generator = np.random.default_rng(seed)
    posteriors = generator.dirichlet((0.8, 0.8, 0.8), N)
    drawn = (posteriors.cumsum(axis=1) < generator.random(N)[:, None]).sum(axis=1)
    return posteriors, drawn.clip(max=2)


def sharpened(posteriors: np.ndarray, power: float) -> np.ndarray:
    raised = posteriors**power
    return raised / raised.sum(axis=1, keepdims=True)


def table(posteriors: np.ndarray, truth: np.ndarray) -> pd.DataFrame:
    rows = {"utterance_id": [f"u{row:05d}" for row in range(N)], "fold": [f"f{row % 4}" for row in range(N)], "seed": 0}
    return pd.DataFrame({**rows, "truth": np.array(NAMES)[truth], **dict(zip(NAMES, posteriors.T, strict=True))})


@pytest.fixture
def params(bundle_folder, tmp_path, monkeypatch):
    """Two bundles and the predictions of both: the SVM's twice as sharp as is right, TF-IDF's useless."""
    monkeypatch.chdir(tmp_path)
    use_parrot(monkeypatch)
    monkeypatch.setattr(ensemble_bundle, "register", lambda card: "1")
    posteriors, truth = calibrated(0)
    shutil.copytree(bundle_folder, paths.bundle("demo_svm"))
    written(paths.bundle("demo_tfidf"), "tfidf", text_examples())
    useless = np.random.default_rng(1).dirichlet((5, 5, 5), N)
    for model, values in {"svm": sharpened(posteriors, 2.0), "tfidf": useless}.items():
        paths.predictions(*PLACE, model).parent.mkdir(parents=True, exist_ok=True)
        table(values, truth).to_parquet(paths.predictions(*PLACE, model))
    paths.ensemble(*PLACE, "both").parent.mkdir(parents=True)
    table(sharpened(posteriors, 0.5), truth).to_parquet(paths.ensemble(*PLACE, "both"))
    return with_ensemble("weighted_average")


def with_ensemble(rule: str):
    own = small_params()
    lines = {f"demo_{model}": BundleParams(corpus="demo", model=model, protocol=PLACE[1]) for model in ("svm", "tfidf")}
    lines["demo_both"] = BundleParams(corpus="demo", model="both", protocol=PLACE[1])
    both = EnsembleParams(corpus="demo", protocol=PLACE[1], members=("svm", "tfidf"), rule=rule)
    write_result(own.corpus["demo"].preset)
    return own.model_copy(update={"bundles": lines, "ensembles": {"both": both}})


def write_result(preset: str) -> None:
    figures = {
        "uar": 0.7,
        "uar_low": 0.6,
        "uar_high": 0.8,
        "accuracy": 0.7,
        "macro_f1": 0.7,
        "recall": dict.fromkeys(NAMES, 0.7),
    }
    about = {"corpus": "demo", "model": "both", "protocol": PLACE[1], "protocol_kind": "loso", "preset": preset}
    file = paths.result(*PLACE, "both")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**about, **figures, "utterances": N, "speakers": 4, "classes": NAMES}))


def rule_of(folder: Path) -> dict:
    return json.loads((folder / "rule.json").read_text(encoding="utf-8"))


def test_the_rule_is_fitted_on_all_predictions_and_each_set_of_members_has_a_temperature_of_its_own(params):
    ensemble_bundle.ensemble_bundle("demo_both", params)
    kept, card = rule_of(paths.bundle("demo_both")), read_card(paths.bundle("demo_both"))
    assert kept["fitted"]["weights"][0] > 0.7, "the member that knows something"
    (alone,) = kept["temperatures"]
    assert alone["present"] == [True, False], "without words the SVM alone answers"
    assert alone["temperature"] == pytest.approx(2.0, abs=0.1), "its posteriors are p squared"
    assert card.temperature == pytest.approx(0.5, abs=0.03), "those of the ensemble are the root of p"
    assert card.figures.ece < 0.02, "calibrated before its confidence is judged"


@pytest.mark.parametrize("rule", ["average", "geometric_average", "maximum_confidence", "stacking"])
def test_every_rule_becomes_a_bundle_that_predicts(params, rule):
    ensemble_bundle.ensemble_bundle("demo_both", with_ensemble(rule))
    made = load_bundle(paths.bundle("demo_both"))
    assert (made.card.rule, list(made.members)) == (rule, ["svm", "tfidf"])
    own = made.answers([Utterance(voice("anger"), "stop it now"), Utterance(voice("anger"))])
    assert [list(answer.members) for answer in own] == [["svm", "tfidf"], ["svm"]]
    np.testing.assert_allclose([answer.posteriors.sum() for answer in own], 1)


def test_the_card_is_that_of_the_members_where_they_agree(params):
    ensemble_bundle.ensemble_bundle("demo_both", params)
    card, svm, tfidf = (read_card(paths.bundle(f"demo_{name}")) for name in ("both", "svm", "tfidf"))
    assert (card.classes, card.sampling_rate, card.asr) == (svm.classes, svm.sampling_rate, tfidf.asr)
    assert card.versions == {**svm.versions, **tfidf.versions}
    assert card.members == ("svm", "tfidf")


def test_its_code_is_that_of_its_members_and_its_rule_and_of_no_other_model_of_the_table(params, monkeypatch):
    """Its stage depends on its members: another line of the table must not change the card of a fresh clone alone."""
    roots, digests = [], []
    monkeypatch.setattr(ensemble_bundle, "code_digest", lambda *own: roots.extend(own) or "of the rule")
    for code in ("none", "edited"):
        member = paths.bundle("demo_tfidf")
        write_card(read_card(member).model_copy(update={"code_digest": code}), member)
        ensemble_bundle.ensemble_bundle("demo_both", params)
        digests.append(read_card(paths.bundle("demo_both")).code_digest)
    assert digests[0] != digests[1]
    assert not {"ser_tasks.models", "ser_tasks.models.dimensions"} & set(code_parts(*roots))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"sampling_rate": 8_000}, r"sampling_rate of the members differs: small has 16000, other has 8000. Make both"),
        ({"classes": ("anger", "joy", "sadness")}, r"classes of the members differs"),
    ],
)
def test_members_that_do_not_agree_are_refused(params, changed, message):
    folder = paths.bundle("demo_tfidf")
    write_card(read_card(folder).model_copy(update={"name": "other", **changed}), folder)
    with pytest.raises(BundleError, match=message):
        ensemble_bundle.ensemble_bundle("demo_both", params)


def test_members_of_other_classes_than_the_evaluation_are_refused(params):
    file = paths.result(*PLACE, "both")
    file.write_text(file.read_text().replace('"neutral", "sadness"]', '"sadness"]'))
    with pytest.raises(BundleError, match=r"members answer with .*neutral.*, but .*both.json with anger, sadness"):
        ensemble_bundle.ensemble_bundle("demo_both", params)


def test_an_ensemble_that_was_not_evaluated_names_the_command_that_does(params):
    paths.ensemble(*PLACE, "both").unlink()
    with pytest.raises(UserError, match=r"both has not been evaluated on demo. Evaluate it: ser repro ensemble@both"):
        ensemble_bundle.ensemble_bundle("demo_both", params)


def test_the_stage_of_one_model_points_to_that_of_an_ensemble(params, monkeypatch):
    monkeypatch.setattr(bundle, "project_params", lambda: params)
    with pytest.raises(UserError, match=r"both is an ensemble. Run: ser repro ensemble_bundle@demo_both"):
        bundle.main("demo_both")
