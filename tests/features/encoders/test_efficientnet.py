"""EfficientNet-Lite0 in Keras: logits of the reference in PyTorch, and images as they were meant."""

from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders import folder
from ser_tasks.features.encoders.efficientnet_lite import FILE, EfficientNetLite
from ser_tasks.features.encoders.efficientnet_lite_random import RandomEfficientNetLite
from ser_tasks.features.encoders.efficientnet_network import efficientnet_lite0, set_torch_weights, torch_layout
from ser_tasks.features.encoders.segment_images import segment_images
from ser_tasks.features.encoders.torch_weights import read_torch_weights
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.features.table import FEATURE_SETS, SECTIONS
from ser_tasks.params.reading import read_params
from tests.features.encoders.efficientnet_inputs import SIZES, drawn, image
from tests.features.encoders.torch_file import write

pytestmark = pytest.mark.network

PROJECT = Path(__file__).parents[3]
LOGITS = np.load(Path(__file__).parent / "reference" / "efficientnet" / "logits.npz")
TRAINED = PROJECT / "data" / "encoders" / "efficientnet_lite0" / FILE
SIGNAL = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)  # 201 frames


@pytest.fixture(scope="module")
def network():
    own = efficientnet_lite0(top=True)
    own.compile(jit_compile=False)
    return own


@pytest.fixture(scope="module")
def random_file(tmp_path_factory, network):
    """Weights by a rule, in the format of PyTorch."""
    turned = {name: (axes, weight.shape) for layer in network.layers for (name, axes), weight in pairs(layer)}
    arrays = {name: drawn(name, tuple(np.array(shape)[np.argsort(axes)])) for name, (axes, shape) in turned.items()}
    return write(tmp_path_factory.mktemp("weights") / FILE, arrays)


def pairs(layer):
    return zip(torch_layout(layer), layer.weights, strict=True)


def logits_of(network, size):
    return np.asarray(network.predict_on_batch(image(*size)[None]))[0]


def test_with_random_weights_logits_are_those_of_pytorch_at_odd_sizes_too(network, random_file):
    set_torch_weights(network, read_torch_weights(random_file), file=random_file)
    for height, width in SIZES:
        wanted = LOGITS[f"random {height}x{width}"]
        assert np.abs(wanted).max() > 1
        np.testing.assert_allclose(logits_of(network, (height, width)), wanted, atol=1e-4)


@pytest.mark.skipif(not TRAINED.is_file(), reason="the weights are not here: ser fetch-encoder efficientnet_lite0")
def test_with_the_weights_of_imagenet_logits_are_those_of_pytorch(network):
    set_torch_weights(network, read_torch_weights(TRAINED), file=TRAINED)
    for height, width in SIZES:
        wanted = LOGITS[f"trained {height}x{width}"]
        np.testing.assert_allclose(logits_of(network, (height, width)), wanted, atol=1e-4)


def test_weights_that_are_missing_or_of_another_shape_are_named(network, random_file):
    weights = dict(read_torch_weights(random_file))
    without = {name: values for name, values in weights.items() if name != "_blocks.3._bn1.running_var"}
    with pytest.raises(UserError, match=r"no _blocks\.3\._bn1\.running_var; expected the weights of EfficientNet"):
        set_torch_weights(network, without, file=random_file)
    with pytest.raises(UserError, match=r"_conv_stem has shapes \[\(3, 3, 3, 16\)\]; expected \[\(3, 3, 3, 32\)\]"):
        set_torch_weights(network, weights | {"_conv_stem.weight": np.zeros((16, 3, 3, 3))}, file=random_file)


def test_a_clip_has_as_many_segments_as_it_takes_to_hold_it():
    for n_frames, n_segments in ((1, 1), (64, 1), (65, 2), (96, 2), (97, 3), (201, 6)):
        assert segment_images(SIGNAL[: 160 * (n_frames - 1) + 1]).shape == (n_segments, 64, 64, 3)


def test_segments_overlap_by_half_and_the_last_is_filled_up_with_zeros():
    images = segment_images(SIGNAL)
    np.testing.assert_array_equal(images[:-1, 32:], images[1:, :32])
    assert (images[-1, 201 - 5 * 32 :] == 0).all()


def test_each_channel_has_mean_0_and_standard_deviation_a_half_over_the_clip():
    images = segment_images(SIGNAL[: 160 * 95 + 1])  # 96 frames: two segments, nothing filled up
    frames = np.concatenate([images[0], images[1, 32:]])
    np.testing.assert_allclose(frames.mean(axis=(0, 1)), 0, atol=1e-6)
    np.testing.assert_allclose(frames.std(axis=(0, 1)), 0.5, atol=1e-6)


def test_channels_are_the_log_mel_spectrogram_its_slope_and_the_slope_of_that():
    own = {"sampling_rate": 16_000, "window": 0.025, "hop": 0.010, "n_mels": 64, "f_min": 20, "f_max": 8_000}
    mel = log_mel_spectrogram(SIGNAL[: 160 * 63 + 1], **own, dynamic_range=80, law="db").astype(np.float64)
    (found,) = segment_images(SIGNAL[: 160 * 63 + 1])
    for channel in range(3):
        scaled = 0.5 * (mel - mel.mean()) / mel.std()
        np.testing.assert_allclose(found[..., channel], scaled, atol=1e-4)
        line = np.pad(mel, ((2, 2), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(line, 5, axis=0)
        mel = windows @ np.array([-2, -1, 0, 1, 2]) / 10  # least squares through five points


@pytest.mark.parametrize("n_samples", [1, 100, 399, 400, 16_000])
def test_silence_is_an_image_of_zeros_and_every_other_sound_one_of_numbers(n_samples):
    assert (segment_images(np.zeros(n_samples, np.float32)) == 0).all()
    for signal in (np.full(n_samples, 0.5, np.float32), SIGNAL[:n_samples]):
        assert np.isfinite(segment_images(signal)).all()


@pytest.fixture
def params():
    own = read_params(PROJECT / "params.yaml")
    return {name: getattr(own, name) for name in SECTIONS}


@pytest.fixture
def random_folder(tmp_path, monkeypatch):
    (tmp_path / "seed.txt").write_text("0\n")
    monkeypatch.setitem(folder._OVERRIDES, "efficientnet_lite0_random", tmp_path)
    return tmp_path


def test_a_segment_has_the_same_vector_whatever_segments_are_beside_it(random_file):
    encoder = EfficientNetLite.load(random_file.parent)
    (vectors,) = encoder(SIGNAL)
    assert vectors.shape == (6, 1280)
    assert vectors.min() >= 0
    assert vectors.max() <= 6
    own = np.asarray(encoder.model.predict_on_batch(segment_images(SIGNAL)[3:4]))
    np.testing.assert_allclose(vectors[3:4], own, atol=6 * 2**-11)  # half precision


def test_features_of_segments_are_rows_and_those_of_the_encoder_their_statistics(params, random_folder):
    rows = FEATURE_SETS["efficientnet_lite0_random_segments"](SIGNAL, params)
    pooled = FEATURE_SETS["efficientnet_lite0_random"](SIGNAL, params)
    assert rows.shape == (6, len(FEATURE_SETS["efficientnet_lite0_random_segments"].names(params)))
    np.testing.assert_allclose(pooled[0], np.concatenate([rows.mean(0), rows.std(0)]), atol=1e-5)  # all are loud
    framing = FEATURE_SETS["efficientnet_lite0_random_segments"].framing(audio=params["audio"])
    assert framing == pytest.approx((0.64, 0.32))


def test_random_weights_follow_from_the_seed_and_no_unit_is_dead(random_folder):
    (first,), (again,) = (RandomEfficientNetLite.load(random_folder)(SIGNAL) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    (random_folder / "seed.txt").write_text("1\n")
    (other,) = RandomEfficientNetLite.load(random_folder)(SIGNAL)
    assert np.abs(first - other).max() > 0.1
    (random_folder / "seed.txt").write_text("one\n")
    with pytest.raises(UserError, match=r"seed\.txt: no seed.*Write a whole number"):
        RandomEfficientNetLite.load(random_folder)


def test_audio_at_another_rate_is_an_error(params, random_folder):
    slow = params | {"audio": params["audio"].model_copy(update={"sampling_rate": 8_000})}
    with pytest.raises(UserError, match=r"hears 16000 Hz, but audio\.sampling_rate in .* is 8000\. Set it to 16000"):
        FEATURE_SETS["efficientnet_lite0_random_segments"](SIGNAL, slow)
