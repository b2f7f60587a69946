"""Two networks joined before their output layers: both count, both learn, and an absent one is not missed."""

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.multimodal.feature_fusion import build_feature_fusion
from ser_tasks.models.networks.embedding import embedding_model
from tests.models.networks import small_networks as sound
from tests.models.networks.small_networks import values
from tests.models.text import test_text_networks as text

pytestmark = pytest.mark.network

BRANCHES = ("speech", "text")


@pytest.fixture
def branches() -> dict[str, keras.Model]:
    return {"speech": sound.small_network("blstm_attention"), "text": text.small_network("self_attention")}


def batch(*, padding: int = 0) -> dict[str, np.ndarray]:
    parts = {
        "speech": sound.batch((23, 7, 11), n_dims=6, padding=padding),
        "text": text.batch((4,), (1,), (9,), padding=padding),
    }
    return {f"{name}_{key}": value for name, part in parts.items() for key, value in part.items()}


def compiled(model: keras.Model, *, learning_rate: float) -> None:
    model.compile(
        keras.optimizers.SGD(learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        run_eagerly=keras.backend.backend() == "tensorflow",
    )


def test_the_logits_are_a_linear_map_of_both_embeddings_side_by_side(branches):
    model, x = build_feature_fusion(branches, n_classes=3, dropout=0.5), batch()
    embeddings = [
        values(embedding_model(network)({"frames": x[f"{name}_frames"], "mask": x[f"{name}_mask"]}))
        for name, network in branches.items()
    ]
    kernel, bias = map(values, model.get_layer("logits").weights)
    np.testing.assert_allclose(values(model(x)), np.concatenate(embeddings, axis=1) @ kernel + bias, atol=1e-5)


def test_one_step_changes_every_weight_of_both_branches_but_their_own_logits(branches):
    model = build_feature_fusion(branches, n_classes=3, dropout=0.0)
    compiled(model, learning_rate=10.0)
    before = {w.path: values(w) for w in model.trainable_weights}
    inside = {id(w) for w in model.trainable_weights}
    for network in branches.values():
        left_out = {id(w) for w in network.get_layer("logits").trainable_weights}
        assert {id(w) for w in network.trainable_weights} - left_out < inside
        assert not left_out & inside
    model.train_on_batch(batch(), np.array([0, 1, 2]))
    assert [w.path for w in model.trainable_weights if np.array_equal(values(w), before[w.path])] == []


def test_padding_in_either_branch_changes_no_logit(branches):
    model = build_feature_fusion(branches, n_classes=3, dropout=0.5)
    np.testing.assert_allclose(values(model(batch(padding=37))), values(model(batch())), atol=1e-5)


@pytest.mark.parametrize("absent", BRANCHES)
def test_an_absent_branch_does_not_count_and_the_other_does(branches, absent):
    model, x = build_feature_fusion(branches, n_classes=3, dropout=0.0), batch()
    present = BRANCHES[1 - BRANCHES.index(absent)]
    gone = x | {f"{absent}_mask": np.zeros_like(x[f"{absent}_mask"])}
    other = gone | {f"{absent}_frames": np.ones_like(x[f"{absent}_frames"])}
    np.testing.assert_allclose(values(model(other)), values(model(gone)), atol=1e-6)
    assert np.abs(values(model(gone)) - values(model(x))).max() > 1e-4
    turned = other | {key: np.flip(x[key], axis=0).copy() for key in (f"{present}_frames", f"{present}_mask")}
    assert np.abs(values(model(turned)) - values(model(other))).max() > 1e-4


def test_training_with_an_absent_branch_keeps_all_weights_finite(branches):
    model = build_feature_fusion(branches, n_classes=3, dropout=0.0)
    compiled(model, learning_rate=1.0)
    x = batch()
    x["text_mask"][1] = 0
    x["speech_mask"][2] = 0
    losses = [float(model.train_on_batch(x, np.array([0, 1, 2]))) for _ in range(5)]
    assert losses[-1] < losses[0]
    assert all(np.isfinite(values(w)).all() for w in model.weights)


def test_a_saved_fusion_predicts_as_before(branches, tmp_path):
    model, x = build_feature_fusion(branches, n_classes=3, dropout=0.5), batch()
    model.save(tmp_path / "fusion.keras")
    np.testing.assert_allclose(
        values(keras.models.load_model(tmp_path / "fusion.keras")(x)), values(model(x)), atol=1e-6
    )


def test_one_branch_is_no_fusion(branches):
    with pytest.raises(UserError, match="two networks or more"):
        build_feature_fusion({"text": branches["text"]}, n_classes=3, dropout=0.5)
