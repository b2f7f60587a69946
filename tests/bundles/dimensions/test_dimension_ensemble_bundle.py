"""Ensembles of dimensions in one bundle: the sum of the members, with words and without, in their own intervals."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.stages.dimension_ensemble_bundle import sums_of
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.card import BundleError, write_card
from ser_tasks.bundles.dimensions.card import read_any_card
from ser_tasks.bundles.dimensions.ensemble_bundle import write_dimension_ensemble
from ser_tasks.bundles.dimensions.model_card import dimension_model_card
from ser_tasks.bundles.inference.estimate import estimate, estimate_all
from ser_tasks.bundles.inference.files import Outcome, as_text, prediction_columns, prediction_row
from ser_tasks.bundles.inference.rating_timeline import window_estimates
from ser_tasks.bundles.inference.served import ServedBundle, answer_columns
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.scoring import HALF, TRUTH, Ratings
from ser_tasks.models.dimensions.ensemble import final_sum
from ser_tasks.models.dimensions.held_out import Matching
from ser_tasks.models.dimensions.weighted_sum import WeightedSum
from ser_tasks.provenance.file_digest import file_sha256
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Transcript
from tests.bundles.dimensions.small_dimension_bundles import (
    DIMENSIONS,
    dimension_card,
    dimension_params,
    rated_sentences,
    small_dimension_bundle,
)
from tests.bundles.small_bundles import ASR, RATE, voice
from tests.bundles.word_bundles import use_parrot

RECORDING = Recording(voice("sadness")[:, None], RATE)
BOTH = WeightedSum(
    np.array([[0.6, 0.5, 1.0], [0.4, 0.5, 0.0]]),
    Matching(np.array([1.0, 1.2, 1.0]), np.array([0.0, -0.3, 0.1])),
    np.array([1.0, 0.8, 0.6]),
)
SOUND = WeightedSum(np.ones((1, 3)), Matching(np.array([1.0, 1.1, 0.9]), np.zeros(3)), np.array([1.2, 0.9, 0.7]))
SUMS = {(True, True): BOTH, (True, False): SOUND}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Of `ridge` on the sound and `tfidf_ridge` on the words."""
    place = tmp_path_factory.mktemp("ensemble")
    small_dimension_bundle(place / "sound")
    small_dimension_bundle(place / "words", model="tfidf_ridge", rated=rated_sentences())
    own = dimension_card("ridge", dimension_params(), half_widths=[1.0, 0.8, 0.6])
    about = {"model": "both", "members": ("ridge", "tfidf_ridge"), "rule": "weighted_average", "asr": ASR}
    card = own.model_copy(update={**about, "feature_set": "predictions", "sections": {}, "settings": {}})
    write_dimension_ensemble(place / "both", card, SUMS, [place / "sound", place / "words"], pages={})
    return place


@pytest.fixture
def parrot(monkeypatch):
    return use_parrot(monkeypatch)


@pytest.fixture
def bundle(made, parrot):
    return load_any_bundle(made / "both")


def values(found) -> np.ndarray:
    return np.array([one.value for one in found.dimensions.values()])


def widths(found) -> list[float]:
    return [found.half_widths[name] for name in DIMENSIONS]


def test_words_and_sound_are_summed_with_the_weights_of_each_dimension(bundle, made):
    words = Transcript("stop it now")
    by_sound = values(estimate(load_any_bundle(made / "sound"), RECORDING))
    read = values(estimate(load_any_bundle(made / "words"), RECORDING, transcript=words))
    found = estimate(bundle, RECORDING, transcript=words)
    expected = np.clip(
        BOTH.match.offset + BOTH.match.slope * (BOTH.weights[0] * by_sound + BOTH.weights[1] * read), 1, 5
    )
    np.testing.assert_allclose(values(found), expected, rtol=1e-12)
    assert widths(found) == [1.0, 0.8, 0.6]
    assert values(estimate(bundle, RECORDING)).tolist() == values(found).tolist(), "what the recogniser finds"


@pytest.mark.parametrize("words", ["", "zebra crossing"])
def test_without_words_that_count_the_sound_alone_decides_in_intervals_of_its_own_and_is_not_unsure(
    bundle, made, words
):
    found = estimate(bundle, RECORDING, transcript=Transcript(words))
    by_sound = values(estimate(load_any_bundle(made / "sound"), RECORDING))
    np.testing.assert_allclose(values(found), np.clip(SOUND.match.slope * by_sound, 1, 5), rtol=1e-12)
    assert widths(found) == [1.2, 0.9, 0.7]
    assert any("the sound alone decides" in remark for remark in found.remarks)
    assert found.unsure == estimate(load_any_bundle(made / "sound"), RECORDING).unsure


def test_it_is_as_far_from_the_training_set_as_the_member_that_is_farthest(bundle, made):
    noise = Recording(np.random.default_rng(0).normal(0, 0.1, (RATE, 1)).astype(np.float32), RATE)
    found = estimate(bundle, noise, transcript=Transcript("stop it now"))
    assert found.unsure
    (remark,) = [text for text in found.remarks if "unlike the training set" in text]
    assert remark in estimate(load_any_bundle(made / "sound"), noise).remarks


def test_without_a_recogniser_the_sound_alone_decides(made, monkeypatch):
    monkeypatch.setattr(asr, "ENGINES", {})
    found = estimate(load_any_bundle(made / "both"), RECORDING)
    assert widths(found) == [1.2, 0.9, 0.7]


def test_in_a_batch_each_has_the_sum_of_those_that_answer(bundle):
    texts = [Transcript("stop it now"), Transcript(""), Transcript("nobody is left")]
    together = estimate_all(bundle, [RECORDING] * 3, transcripts=texts)
    for one, text in zip(together, texts, strict=True):
        alone = estimate(bundle, RECORDING, transcript=text)
        assert (values(one).tolist(), one.half_widths) == (values(alone).tolist(), alone.half_widths)


def test_over_time_a_window_has_the_interval_of_those_that_answered(bundle):
    answers = estimate_all(bundle, [RECORDING] * 2, transcripts=[Transcript("stop it now"), Transcript("")])
    first, second = window_estimates([(0, 1), (1, 2)], answers, segment=1, card=bundle.card, smoothing=0.0)
    for window, half in ((first, 1.0), (second, 1.2)):
        own = window.dimensions["valence"]
        assert (own.low, own.high) == (max(1, own.value - half), min(5, own.value + half))


@pytest.mark.parametrize(("words", "names"), [("stop it now", ["ridge", "tfidf_ridge"]), ("zebra", ["ridge"])])
def test_members_that_answered_are_named_with_their_own_values_in_every_table(bundle, made, words, names):
    by_sound = estimate(load_any_bundle(made / "sound"), RECORDING)
    own = {name: one.value for name, one in by_sound.dimensions.items()}
    found = estimate(bundle, RECORDING, transcript=Transcript(words))
    assert list(found.members) == names
    assert found.members["ridge"] == pytest.approx(own)
    columns = prediction_columns(bundle.card)
    text = as_text(prediction_row(Outcome(Path("a.wav"), "", found, None), columns))["members"]
    assert text.startswith(f"ridge: {', '.join(f'{name} {value:.2f}' for name, value in own.items())}")
    assert ("tfidf_ridge: valence" in text) == (len(names) == 2)
    asked = pd.DataFrame({"samples": [RECORDING.samples[:, 0]], "sampling_rate": [RATE], "transcript": [words]})
    (row,) = ServedBundle(bundle).predict(asked).to_dict("records")
    assert row["members"] == found.members
    assert answer_columns(bundle.card)["members"] == columns["members"] == "members"


def test_the_model_card_names_the_members(bundle):
    text = dimension_model_card(bundle.card)
    assert "`both`, an ensemble (rule `weighted_average`) of `ridge`, `tfidf_ridge`" in text
    assert "It reads words: those that are given, or those that parrot recognises" in text


N, FOLDS = 90, ("a", "b", "c")
IDS, FOLD = tuple(f"u{number:02d}" for number in range(N)), np.array([FOLDS[number % 3] for number in range(N)])
RATED = np.clip(np.random.default_rng(0).normal(3, 0.8, (N, 2)), 1, 5)
RATINGS = Ratings(IDS, ("valence", "activation"), tuple(map(tuple, RATED)), tuple(FOLD))


def table(seed: int) -> pd.DataFrame:
    guessed = RATED + np.random.default_rng(seed).normal(0, 0.7, (N, 2))
    columns = {}
    for place, name in enumerate(RATINGS.dimensions):
        columns |= {name: guessed[:, place], name + TRUTH: RATED[:, place], name + HALF: 1.0}
    return pd.DataFrame({"utterance_id": IDS, "fold": FOLD, "seed": 0, **columns})


def test_the_sum_that_is_kept_is_fitted_to_every_fold_and_its_interval_to_errors_on_folds_left_out():
    one, other = table(1), table(2)
    found = final_sum({"one": one, "other": other}, RATINGS, "average")
    mean = (one[list(RATINGS.dimensions)].to_numpy() + other[list(RATINGS.dimensions)].to_numpy()) / 2
    np.testing.assert_allclose(found.match.slope, RATED.std(axis=0) / mean.std(axis=0))
    np.testing.assert_allclose(found.match.offset, RATED.mean(axis=0) - found.match.slope * mean.mean(axis=0))
    errors = []
    for fold in FOLDS:
        learning, own = fold != FOLD, fold == FOLD
        slope = RATED[learning].std(axis=0) / mean[learning].std(axis=0)
        line = RATED[learning].mean(axis=0) + slope * (mean[own] - mean[learning].mean(axis=0))
        errors.append(np.abs(RATED[own] - np.clip(line, 1, 5)))
    share = (np.concatenate(errors) <= found.half_widths).mean(axis=0)
    assert ((share >= 0.9) & (share <= 0.93)).all()


def test_those_of_sound_have_a_sum_of_their_own_where_some_read_words():
    tables = {"ridge": table(1), "svr": table(2), "tfidf_ridge": table(3)}
    cards = [dimension_card(name, dimension_params(), half_widths=[1.0] * 3) for name in tables]
    sums = sums_of(tables, cards, RATINGS, "weighted_average")
    assert list(sums) == [(True, True, True), (True, True, False)]
    alone = final_sum({name: tables[name] for name in ("ridge", "svr")}, RATINGS, "weighted_average")
    np.testing.assert_array_equal(sums[True, True, False].weights, alone.weights)
    assert list(sums_of({"ridge": table(1), "svr": table(2)}, cards[:2], RATINGS, "average")) == [(True, True)]


def test_too_few_folds_for_an_interval_are_an_error():
    one = table(1)
    few = one.assign(fold=np.where(one.fold == "a", "a", "b"))
    with pytest.raises(UserError, match="an ensemble needs 3 folds"):
        final_sum({"one": few, "other": few}, RATINGS, "average")


@pytest.mark.parametrize(
    "kept",
    [
        "[]",
        "{}",
        json.dumps([{"present": [True, True], "weights": [[1.0] * 3] * 2}]),
        json.dumps([{"present": [True, True], "weights": [[1.0] * 3], "slope": [], "offset": [], "half_widths": []}]),
    ],
)
def test_a_rule_that_cannot_be_read_is_an_error_with_the_way_out(made, tmp_path, kept):
    folder = shutil.copytree(made / "both", tmp_path / "both")
    (folder / "rule.json").write_text(kept)
    card = read_any_card(folder)
    write_card(card.model_copy(update={"files": {name: file_sha256(folder / name) for name in card.files}}), folder)
    with pytest.raises(BundleError, match="not readable as a fitted rule"):
        load_any_bundle(folder)
