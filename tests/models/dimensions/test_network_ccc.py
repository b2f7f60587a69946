"""Networks on frames trained on the concordance correlation coefficient, on a task with a known solution."""

from pathlib import Path

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.held_out import inner_parts, interval_of, matching
from ser_tasks.models.dimensions.mlp_ccc import concordance_loss
from ser_tasks.models.dimensions.network_ccc import NetworkRegressor, Scale, discordance
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.networks.attentive_statistics import AttentiveStatisticsParams
from ser_tasks.models.target_section import TargetSection
from ser_tasks.models.training.augment import Batch
from ser_tasks.models.training.history import Epoch
from ser_tasks.models.training.step import training_step
from ser_tasks.models.training.target_trainer import Aim, Targeted, TargetHistory, joined, train_on_targets
from ser_tasks.params.reading import read_params
from tests.models.training.test_trainer import SETTINGS

pytestmark = pytest.mark.network

PARAMS = read_params(Path(__file__).parents[3] / "params.yaml")
SECTION = TargetSection(
    AttentiveStatisticsParams(
        input_dropout=0.0,
        units=16,
        attention_units=4,
        dropout=0.0,
        training=SETTINGS.model_copy(update={"epochs": 40, "patience": 40}),
    )
)


def examples(n: int = 120, *, noise: float = 0.2) -> RatedExamples:
    """The mean of one dimension is the first rating, the spread of another the second; six speakers."""
    rng = np.random.default_rng(0)
    ratings = rng.uniform(1.5, 4.5, (n, 2))
    features = np.empty(n, object)
    for row, (level, spread) in enumerate(ratings):
        frames = rng.normal(0, 1, (rng.integers(20, 60), 3))
        features[row] = np.float32(frames * [1, spread, 1] + [level, 0, 0])
    return RatedExamples(features, ratings + rng.normal(0, noise, (n, 2)), np.array([*"abcdef"] * (n // 6)))


def padded(frames: np.ndarray) -> dict[str, np.ndarray]:
    """One utterance as a network reads it."""
    return {"frames": frames[None], "mask": np.ones((1, len(frames)), np.float32)}


def changed(**training: object) -> TargetSection:
    own = SECTION.network
    return TargetSection(own.model_copy(update={"training": own.training.model_copy(update=training)}))


def test_it_follows_ratings_that_the_frames_tell_whatever_their_number():
    both = examples(180)
    train, asked = both.part(range(120)), both.part(range(120, 180))
    network = NetworkRegressor("attentive_statistics", SECTION, seed=0)
    chosen = network.fit(train)
    predicted = network.predict(asked.features)
    assert min(concordance(t, p) for t, p in zip(asked.ratings.T, predicted.T, strict=True)) > 0.75
    assert min(chosen["val_ccc"]) > 0.7
    inside = np.abs(predicted - asked.ratings) <= network.half_widths()
    assert inside.mean() == pytest.approx(0.9, abs=0.1)
    alone = np.concatenate([network.predict([own]) for own in asked.features[:5]])
    np.testing.assert_allclose(alone, predicted[:5], atol=1e-5)


def test_speakers_set_aside_with_one_utterance_or_equal_ratings_have_the_epochs_of_the_others(monkeypatch):
    both, asked = examples(60), []
    speakers = np.array([*"a" * 20, *"b" * 20, *"c" * 18, "d", "e"])
    ratings = np.where((speakers == "c")[:, None], 3.0, both.ratings)

    def trained(self, learn, check, folder, *, epochs):
        asked.append((len(learn.ratings), check is not None, epochs))
        history = original(self, learn, check, folder, epochs=epochs)
        kept.append(history.kept_epoch)
        return history

    original, kept = NetworkRegressor._train, []
    monkeypatch.setattr(NetworkRegressor, "_train", trained)
    network = NetworkRegressor("attentive_statistics", changed(epochs=6, patience=6, refit=False), seed=0)
    chosen = network.fit(RatedExamples(both.features, ratings, speakers))
    n_measured = sum(own for _, own, _ in asked)
    assert 0 < n_measured < len(asked) == len(network.models)
    assert asked[:n_measured] == [(n, True, 6) for n, *_ in asked[:n_measured]]
    median = round(float(np.median(kept[:n_measured])))
    assert asked[n_measured:] == [(n, False, median) for n, *_ in asked[n_measured:]]
    assert {60 - n for n, *_ in asked[n_measured:]} <= {1, 18}  # of one utterance, or of equal ratings
    assert chosen["kept_epoch"] == median


def test_a_step_lowers_one_less_the_mean_coefficient_of_the_batch():
    rng = np.random.default_rng(0)
    model = keras.Sequential([keras.Input((None, 2), name="frames"), keras.layers.GlobalAveragePooling1D()])
    frames, mask = model.inputs[0], keras.Input((None,), name="mask")
    model = keras.Model({"frames": frames, "mask": mask}, keras.layers.Dense(2)(model.outputs[0]))
    given = rng.normal(0, 1, (30, 4, 2)).astype(np.float32)
    targets = rng.normal(0, 1, (30, 2)).astype(np.float32)
    batch = Batch(given, np.ones((30, 4), np.float32), targets, np.ones(30, np.float32))
    how = {"settings": SETTINGS, "epochs": 1, "seed": 0, "folder": None}
    train_on_targets(model, Targeted(tuple(given), targets), None, aim=Aim(concordance_loss, discordance), **how)
    predicted = model.predict_on_batch({"frames": given, "mask": batch.mask})
    expected = 1 - np.mean([concordance(t, p) for t, p in zip(targets.T, predicted.T, strict=True)])
    assert training_step(model)(batch) == pytest.approx(expected, abs=1e-5)


def test_every_speaker_is_set_aside_from_one_of_the_networks_and_trains_nothing_of_it():
    train, trained = examples(), {}
    for spoilt in ("", *"abcdef"):
        features = train.features.copy()
        for row in np.flatnonzero(train.speakers == spoilt):
            features[row] = features[row][::-1] * np.float32(2)
        network = NetworkRegressor("attentive_statistics", changed(epochs=2, keep="last"), seed=0)
        said = network.fit(RatedExamples(features, train.ratings, train.speakers))
        trained[spoilt] = [model.get_weights() for model in network.models]
    assert said["validation_speakers"] == 6
    assert len(trained[""]) == 3, "a third of six is set aside at a time"
    for name in "abcdef":
        same = [all(map(np.array_equal, own, once)) for own, once in zip(trained[name], trained[""], strict=True)]
        assert sorted(same) == [False, False, True]


def test_the_prediction_is_the_mean_of_the_networks_in_units_of_the_training_set():
    train = examples()
    network = NetworkRegressor("attentive_statistics", changed(epochs=3), seed=0)
    network.fit(train)
    given = [padded(own) for own in train.features]
    each = [np.concatenate([model.predict_on_batch(one) for one in given]) for model in network.models]
    mean = np.mean(each, axis=0)
    expected = network.chosen.matched((mean - mean.mean(axis=0)) / mean.std(axis=0))
    np.testing.assert_allclose(network.predict(train.features), expected, atol=1e-4)


def test_errors_are_those_of_everybody_by_networks_that_did_not_learn_from_them():
    train = examples()
    network = NetworkRegressor("attentive_statistics", changed(epochs=3, keep="last", refit=True), seed=0)
    network.fit(train)
    scores, share = np.zeros_like(train.ratings), SECTION.training.validation_share
    for learning, asked in inner_parts(train.speakers, n_folds=round(1 / share), seed=0):
        alone = NetworkRegressor("attentive_statistics", changed(epochs=3, keep="last"), seed=0)
        alone.scale = Scale.of(train.ratings)
        alone._train(train.part(learning), None, None, epochs=3)
        scores[asked] = alone.scores(train.features[asked])
    errors = np.abs(matching(scores, train.ratings)(scores) - train.ratings)
    np.testing.assert_allclose(network.half_widths(), interval_of(errors), atol=1e-4)


def test_with_refit_all_speakers_are_trained_on_for_the_epochs_that_were_best(tmp_path: Path):
    train = examples()
    network = NetworkRegressor("attentive_statistics", changed(refit=True, epochs=6, patience=6), seed=0)
    said = network.fit(train, folder=tmp_path)
    (model,) = network.models
    assert len(list(tmp_path.glob("part_*/network.npz"))) == 3
    with np.load(tmp_path / "refit/network.npz") as second:
        assert str(second["about"]).count('"loss"') == said["kept_epoch"]
        np.testing.assert_array_equal(model.get_weights()[-1], second[f"best_{len(model.weights) - 1}"])


def test_the_epoch_that_is_best_on_the_speakers_set_aside_is_kept_and_the_refit_is_as_long(tmp_path, monkeypatch):
    after_each = []

    def second_is_best(model, *_):
        after_each.append(model.get_weights())
        return (0.9, 0.3, 0.7, 0.8)[(len(after_each) - 1) % 4]

    monkeypatch.setattr("ser_tasks.models.training.target_trainer.measured", second_is_best)
    network = NetworkRegressor("attentive_statistics", changed(epochs=4, patience=4), seed=0)
    assert network.fit(examples())["kept_epoch"] == 2
    for number, model in enumerate(network.models):
        assert all(map(np.array_equal, model.get_weights(), after_each[4 * number + 1]))
    after_each.clear()
    again = NetworkRegressor("attentive_statistics", changed(epochs=4, patience=4, refit=True), seed=0)
    again.fit(examples(), folder=tmp_path)
    with np.load(tmp_path / "refit/network.npz") as refit:
        assert str(refit["about"]).count('"loss"') == 2


def test_a_killed_training_goes_on_as_if_nothing_had_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    train = examples()
    whole = NetworkRegressor("attentive_statistics", changed(epochs=4), seed=0)
    expected = whole.fit(train)

    written = 0

    def kill(*args: object, **how: object) -> None:
        nonlocal written
        written += 1
        if written == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ser_tasks.models.training.target_trainer.write_progress", kill)
        with pytest.raises(KeyboardInterrupt):
            NetworkRegressor("attentive_statistics", changed(epochs=4), seed=0).fit(train, folder=tmp_path)
    resumed = NetworkRegressor("attentive_statistics", changed(epochs=4), seed=0)
    found = resumed.fit(train, folder=tmp_path)
    assert {**found, "seconds_per_epoch": 0} == {**expected, "seconds_per_epoch": 0}
    np.testing.assert_array_equal(resumed.predict(train.features), whole.predict(train.features))


@pytest.mark.parametrize(
    ("speakers", "share", "networks", "set_aside"),
    [(6, 0.1, 6, 6), (6, 0.4, 2, 6), (6, 0.9, 2, 6), (40, 0.1, 10, 40), (40, 0.2, 1, 8), (40, 0.5, 1, 20)],
)
def test_where_the_share_set_aside_is_fewer_than_eight_speakers_all_have_their_turn(
    speakers, share, networks, set_aside
):
    train = examples()
    named = RatedExamples(train.features, train.ratings, np.array([f"s{row % speakers}" for row in range(120)]))
    network = NetworkRegressor("attentive_statistics", changed(epochs=1, validation_share=share), seed=0)
    assert network.fit(named)["validation_speakers"] == set_aside
    assert len(network.models) == networks


@pytest.mark.parametrize("epochs", [2, 12])
def test_a_refitted_network_is_matched_in_its_own_units_however_short_its_training(epochs):
    both = examples(360)
    train, asked = both.part(range(240)), both.part(range(240, 360))
    network = NetworkRegressor("attentive_statistics", changed(epochs=epochs, keep="last", refit=True), seed=0)
    network.fit(train)
    predicted = network.predict(asked.features)
    assert np.allclose(predicted.std(axis=0), asked.ratings.std(axis=0), rtol=0.3)
    assert (np.abs(predicted - asked.ratings) <= network.half_widths()).mean() > 0.8


def test_a_batch_of_one_has_no_coefficient_and_is_refused_or_joined_to_another():
    with pytest.raises(
        UserError, match=r"2 utterances or more together, but training\.batch_size is 1\. Set it to 16 or more"
    ):
        NetworkRegressor("attentive_statistics", changed(batch_size=1), seed=0).fit(examples())
    batches = [np.arange(4), np.arange(4, 5), np.arange(5, 9)]
    assert [list(rows) for rows in joined(batches, smallest=2)] == [[0, 1, 2, 3], [5, 6, 7, 8, 4]]
    assert [list(rows) for rows in joined(batches, smallest=1)] == [[0, 1, 2, 3], [4], [5, 6, 7, 8]]


def test_settings_of_classes_are_no_part_of_what_a_training_depends_on():
    section = DIMENSION_MODELS["blstm_attention_ccc"].section(PARAMS).model_dump(mode="json")
    assert not {"balance", "label_smoothing", "tensorboard", "seeds"} & set(section["training"])
    assert {"learning_rate", "epochs", "augmentation"} <= set(section["training"])
    space = SPACES["blstm_attention_ccc"].distributions
    assert "training.learning_rate" in space
    assert "training.label_smoothing" not in space


def test_the_best_epoch_is_the_first_with_the_lowest_loss_and_patience_ends_it():
    epochs = [Epoch(0.5, loss, None, 1.0) for loss in (0.9, 0.6, 0.6, 0.7)]
    assert TargetHistory("best", epochs).kept_epoch == 2
    assert TargetHistory("last", epochs).kept_epoch == 4
    assert TargetHistory("best", epochs).ended(epochs=9, patience=2)
    assert not TargetHistory("best", epochs).ended(epochs=9, patience=3)
    assert TargetHistory("last", epochs).ended(epochs=4, patience=9)


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_one_speaker_and_a_diverging_training_are_refused_with_a_way_out():
    train = examples()
    alone = RatedExamples(train.features, train.ratings, np.array(["a"] * len(train.ratings)))
    with pytest.raises(UserError, match="has one speaker"):
        NetworkRegressor("attentive_statistics", SECTION, seed=0).fit(alone)
    for row in range(6):  # one of each speaker
        train.features[row] = np.full((20, 3), np.inf, np.float32)
    with pytest.raises(UserError, match=r"training diverged in epoch 1.*Lower training\.learning_rate"):
        NetworkRegressor("attentive_statistics", SECTION, seed=0).fit(train)


def test_a_network_on_frames_has_a_line_for_every_encoder_that_keeps_its_frames():
    lines = {name: own for name, own in DIMENSION_MODELS.items() if own.module}
    assert {"blstm_attention_ccc", "whisper_small_attentive_statistics_ccc"} <= set(lines)
    assert lines["wavlm_large_attentive_statistics_ccc"].feature_set == "wavlm_large_frames"
    assert {own.kind for own in lines.values() if own.feature_set.endswith("_frames")} == {"network_ccc"}
