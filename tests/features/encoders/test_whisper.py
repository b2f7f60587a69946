"""The encoder of Whisper against the reference implementation: transformers 5.0.0, and weights by CTranslate2 4.8.5.

`reference/make.py` wrote what is compared with: a small model with random weights, and its hidden states.
"""

import struct
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.ctranslate2_weights import read_weights
from ser_tasks.features.encoders.whisper import HOP, STRIDE, WhisperEncoder, log_mel

REFERENCE = Path(__file__).parent / "reference"
RECOGNISED = np.load(REFERENCE / "hidden_states.npz")
SIGNAL, LAYERS = RECOGNISED["signal"], RECOGNISED["layers"]


def relative(found, expected):
    """Largest difference, as a share of the largest expected value."""
    return np.abs(found - expected).max() / np.abs(expected).max()


def test_its_log_mel_spectrogram_is_that_of_transformers():
    found = log_mel(SIGNAL, n_mels=80)
    assert found.shape == RECOGNISED["mel"].shape
    assert relative(found, RECOGNISED["mel"]) < 1e-5


def test_its_log_mel_spectrogram_keeps_eight_orders_of_magnitude_of_power():
    # section 2.2 of the paper scales them to about [-1, 1]: a range of 8 / 4
    quiet = SIGNAL * np.where(np.arange(len(SIGNAL)) < 4800, 1, 1e-6).astype(np.float32)
    found = log_mel(quiet, n_mels=80)
    assert found.max() - found.min() == pytest.approx(2, abs=1e-6)
    assert found[:28].max() == found.max()


def test_every_layer_is_that_of_transformers():
    found = WhisperEncoder.load(REFERENCE / "float32")(SIGNAL)
    assert len(found) == len(LAYERS)
    for layer, expected in zip(found, LAYERS, strict=True):
        assert layer.shape == expected.shape
        assert relative(layer, expected) < 1e-5


@pytest.mark.parametrize(("kind", "most"), [("float16", 2e-3), ("int8", 6e-2)])
def test_weights_of_fewer_bits_give_what_their_rounding_allows(kind, most):
    found = WhisperEncoder.load(REFERENCE / kind)(SIGNAL)
    assert all(relative(layer, expected) < most for layer, expected in zip(found, LAYERS, strict=True))


def test_quantised_weights_are_the_nearest_of_255_steps_in_each_row():
    exact = read_weights(REFERENCE / "float32" / "model.bin", below="encoder/")["layer_0/ffn/linear_0/weight"]
    found = read_weights(REFERENCE / "int8" / "model.bin", below="encoder/")["layer_0/ffn/linear_0/weight"]
    step = np.abs(exact).max(axis=1, keepdims=True) / 127
    assert (np.abs(found - exact) <= step * 0.5001).all()


def test_what_is_longer_than_its_positions_is_encoded_in_equal_parts():
    encoder = WhisperEncoder.load(REFERENCE / "float32")
    half = 24 * HOP * STRIDE  # 24 frames of each half: more than the 30 positions of the small model together
    long = np.concatenate([SIGNAL, SIGNAL])[: 2 * half]
    for whole, one, other in zip(encoder(long), encoder(long[:half]), encoder(long[half:]), strict=True):
        np.testing.assert_array_equal(whole, np.concatenate([one, other]))


@pytest.mark.parametrize("beyond", [1, 160, 320])
def test_a_clip_just_beyond_the_positions_has_no_part_of_a_moment(beyond):
    encoder = WhisperEncoder.load(REFERENCE / "float32")
    signal = np.resize(SIGNAL, 30 * HOP * STRIDE + beyond)
    assert len(encoder(signal)[0]) == len(signal) // HOP // STRIDE


@pytest.mark.parametrize("samples", [1, 399, 400, 401])
def test_a_clip_of_a_moment_is_filled_up_with_silence(samples):
    encoder, moment = WhisperEncoder.load(REFERENCE / "float32"), SIGNAL[:samples]
    padded = np.pad(moment, (0, max(0, 400 - samples)))
    assert [layer.shape for layer in encoder(moment)] == [(1, 16)] * 3
    np.testing.assert_array_equal(encoder(moment)[1], encoder(padded)[1])


def test_digital_silence_gives_finite_numbers():
    found = WhisperEncoder.load(REFERENCE / "float32")(np.zeros(4000, np.float32))
    assert all(np.isfinite(layer).all() for layer in found)


def test_no_samples_are_errors():
    with pytest.raises(UserError, match=r"\(0,\)"):
        WhisperEncoder.load(REFERENCE / "float32")(np.zeros(0, np.float32))


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.1, 0.5, 0.999])
def test_a_file_that_ends_too_early_says_where(tmp_path, share):
    whole = (REFERENCE / "float32" / "model.bin").read_bytes()
    (tmp_path / "model.bin").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UserError, match=r"model\.bin.*at byte \d+"):
        WhisperEncoder.load(tmp_path)


def test_a_newer_format_and_another_model_are_named(tmp_path):
    whole = (REFERENCE / "float32" / "model.bin").read_bytes()
    (tmp_path / "model.bin").write_bytes(struct.pack("<I", 7) + whole[4:])
    with pytest.raises(UserError, match=r"begins with 7"):
        WhisperEncoder.load(tmp_path)
    (tmp_path / "model.bin").write_bytes(whole.replace(b"encoder/conv1", b"encoder/conv9"))
    with pytest.raises(UserError, match=r"no conv1/weight"):
        WhisperEncoder.load(tmp_path)
    with pytest.raises(UserError, match=r"no model\.bin"):
        WhisperEncoder.load(tmp_path / "elsewhere")
