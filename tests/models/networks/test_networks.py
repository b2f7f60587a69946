"""What every network owes: padding is nothing, every weight learns, what is saved is what was trained."""

from functools import cache
from typing import Any

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models import TABLE
from ser_tasks.models.network import NetworkSection, network_builder
from ser_tasks.models.networks.embedding import embedding_model
from ser_tasks.models.networks.standardise import set_input_statistics
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT
from tests.models.networks.small_networks import SIZES, SMALL, batch, derived_sizes, small_network, values

pytestmark = pytest.mark.network

every_network = pytest.mark.parametrize("name", SMALL)
with_attention = pytest.mark.parametrize(
    "name",
    [n for n in SIZES if n not in ("mlp", "spectrogram_cnn", "td_cnn_lstm")]
    + [n for n in SMALL if n not in SIZES and any(layer.name == "attention" for layer in small_network(n).layers)],
)


@cache
def untouched(name: str) -> keras.Model:
    """A small network for tests that use it and change nothing of it."""
    return small_network(name)


def small_batch(name: str, *n_frames: int, padding: int = 0, seed: int = 0) -> dict[str, np.ndarray]:
    return batch(n_frames, n_dims=SMALL[name][1]["n_dims"], padding=padding, seed=seed)


def test_a_network_without_test_sizes_is_built_from_the_types_of_its_settings():
    sizes = derived_sizes(TABLE["residual_cnn"])
    assert sizes["filters"] == (5, 4)
    assert sizes["embedding"] == 4
    assert sizes["dropout"] == 0.0
    assert network_builder("residual_cnn")(**sizes).output_shape == (None, 3)


@every_network
def test_garbage_in_37_frames_of_padding_changes_no_logit(name):
    model = untouched(name)
    bare, padded = (model(small_batch(name, 23, 7, 1, padding=padding)) for padding in (0, 37))
    np.testing.assert_allclose(values(padded), values(bare), atol=1e-5)


@every_network
def test_in_training_padding_changes_neither_logits_nor_running_statistics(name):
    found = []
    for padding in (0, 37):
        model = small_network(name)
        logits = values(model(small_batch(name, 23, 7, 1, padding=padding), training=True))
        found.append([logits, *map(values, model.non_trainable_weights)])
    for bare, padded in zip(*found, strict=True):
        np.testing.assert_allclose(padded, bare, atol=1e-5)


@every_network
def test_a_clip_gets_the_same_logits_alone_and_among_longer_ones(name):
    model = untouched(name)
    together = small_batch(name, 5, 1, 23, 16)
    answers = values(model(together))
    for row, n_frames in enumerate((5, 1, 23, 16)):
        alone = {key: value[row : row + 1, :n_frames] for key, value in together.items()}
        np.testing.assert_allclose(values(model(alone))[0], answers[row], atol=1e-5)


@every_network
def test_clips_that_differ_get_logits_that_differ(name):
    one, other = values(untouched(name)(small_batch(name, 20, 20)))
    assert np.abs(one - other).max() > 1e-4


@every_network
def test_one_step_changes_every_trainable_weight(name):
    model = small_network(name)
    model.compile(
        keras.optimizers.SGD(100.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        run_eagerly=keras.backend.backend() == "tensorflow",
    )
    before = {w.path: values(w) for w in model.trainable_weights}
    model.train_on_batch(small_batch(name, 23, 17, 9, 20), np.array([0, 1, 2, 0]))
    assert [w.path for w in model.trainable_weights if np.array_equal(values(w), before[w.path])] == []


@every_network
def test_digital_silence_gives_finite_logits(name):
    silence = {key: 0 * value for key, value in small_batch(name, 12).items()} | {"mask": np.ones((1, 12), np.float32)}
    assert np.isfinite(values(small_network(name)(silence, training=True))).all()


@with_attention
def test_attention_sums_to_1_over_what_is_real_and_is_0_on_padding(name):
    model = untouched(name)
    attention = keras.Model(model.input, model.get_layer("attention").output[1])
    bare, padded = (values(attention(small_batch(name, 23, 7, 1, padding=padding))) for padding in (0, 37))
    assert padded.shape[1] > bare.shape[1]
    np.testing.assert_allclose(padded[:, : bare.shape[1]], bare, atol=1e-6)
    np.testing.assert_allclose(bare.sum(axis=1), 1, atol=1e-5)
    assert (padded[:, bare.shape[1] :] == 0).all()
    assert np.count_nonzero(bare[2]) == 1  # one frame: one frame, patch or step holds it


@every_network
def test_a_saved_network_predicts_as_before(name, tmp_path):
    model, x = small_network(name), small_batch(name, 23, 7, 1)
    model.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(values(loaded(x)), values(model(x)), atol=1e-6)
    np.testing.assert_allclose(values(loaded(x, training=True)), values(model(x, training=True)), atol=1e-6)


@every_network
def test_the_logits_are_a_linear_map_of_the_embedding(name):
    model, x = untouched(name), small_batch(name, 23, 7, 1)
    kernel, bias = map(values, model.get_layer("logits").weights)
    np.testing.assert_allclose(values(embedding_model(model)(x)) @ kernel + bias, values(model(x)), atol=1e-5)


@pytest.mark.parametrize("name", [name for name in SMALL if name != "fine_tuned"])  # which keeps its encoder's scale
def test_one_dimension_in_another_unit_changes_nothing_once_its_statistics_follow(name):
    model, x = small_network(name), small_batch(name, 23, 7)
    n_dims = SMALL[name][1]["n_dims"]
    set_input_statistics(model, mean=np.zeros(n_dims), std=np.ones(n_dims))
    before = values(model(x))
    factor, offset = np.ones(n_dims, np.float32), np.zeros(n_dims, np.float32)
    factor[2], offset[2] = 100, -60
    set_input_statistics(model, mean=offset, std=factor)
    np.testing.assert_allclose(values(model(x | {"frames": x["frames"] * factor + offset})), before, atol=1e-4)


def test_in_half_precision_logits_stay_float32_and_close():
    for name in ("residual_cnn", "patch_dcnn_blstm", "blstm_attention"):
        exact = small_network(name)
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            rounded = small_network(name)
        finally:
            keras.config.set_dtype_policy(policy)
        found, wanted = (values(model(small_batch(name, 23, 7))) for model in (rounded, exact))
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, atol=0.05)


def test_lengths_may_vary_from_step_to_step_in_one_compiled_network():
    for name in ("patch_dcnn_blstm", "td_cnn_lstm", "residual_cnn"):
        model = small_network(name)
        model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), jit_compile=False)
        for n_frames in (23, 7, 31):
            found = model.predict_on_batch(small_batch(name, n_frames, n_frames))
            np.testing.assert_allclose(found, values(model(small_batch(name, n_frames, n_frames))), atol=1e-5)


def trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def without_statistics(model: keras.Model) -> int:
    """Parameters as the originals count them: with those of batch norm, without those of the input."""
    return model.count_params() - sum(int(np.prod(w.shape)) for w in model.get_layer("standardise").weights)


def as_published(name: str, *, n_dims: int, n_classes: int, **changes: Any) -> keras.Model:
    """A network at the size that NAME_published has in params.yaml, but for `changes`."""
    section = NetworkSection(getattr(read_params(PROJECT / "params.yaml").networks, f"{name}_published"))
    return network_builder(name)(n_dims=n_dims, n_classes=n_classes, **(section.sizes | changes))


def test_wangs_network_has_1_005_575_parameters():
    assert without_statistics(as_published("blstm_attention", n_dims=36, n_classes=7)) == 1_005_575
    paper = as_published("blstm_attention", n_dims=36, n_classes=7, attention="learned_vector")
    assert without_statistics(paper) == 1_005_575 - (256 * 256 + 256) + 256  # u itself, no layer that makes it


def test_the_network_of_ki4ai_skc_has_142_941_parameters():
    model = as_published("cnn_blstm_attention", n_dims=40, n_classes=7)
    fixed_positions, per_frame = 50 * 50 + 50, 128
    biases_before_batch_norm = 8 + 16 + 32  # which subtracts them again
    assert without_statistics(model) + biases_before_batch_norm - per_frame + fixed_positions == 142_941


def test_sobczaks_cnn_has_3_884_parameters():
    model = as_published("psd_cnn", n_dims=128, n_classes=4)
    flat, mean_over_time = 8 * 8 * 8 * 4, 8 * 8 * 4  # weights from 8 steps of 8 bands, or from their mean
    assert without_statistics(model) - mean_over_time + flat == 3_884


def test_fabiens_network_has_656_583_parameters():
    model = as_published("td_cnn_lstm", n_dims=128, n_classes=7)
    biases_before_batch_norm = 64 + 64 + 128 + 128
    assert without_statistics(model) + biases_before_batch_norm == 656_583


def test_the_residual_cnn_has_about_300_000_parameters():
    model = network_builder("residual_cnn")(
        n_dims=64, n_classes=8, filters=(24, 48, 96), time_stride=2, frame_units=128,
        attention_units=64, embedding=128, dropout=0.3,
    )  # fmt: skip
    assert 280_000 < trainable(model) < 330_000


def test_an_unknown_attention_is_reported_with_the_ones_there_are():
    with pytest.raises(UserError, match=r"constant_vector.*learned_vector.*Fix it"):
        network_builder("blstm_attention")(n_dims=3, n_classes=2, dense=4, units=4, attention="dot", dropout=0.0)
