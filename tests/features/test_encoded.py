"""A speech encoder as a feature set: statistics of every layer, kept apart by the weights that made them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoded import EncoderParams, encoded
from ser_tasks.features.encoder_frames import EncoderFramesParams, encoder_frames
from ser_tasks.features.encoder_mel import encoder_mel
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import load, use_folder
from ser_tasks.features.encoders.whisper import WhisperEncoder
from ser_tasks.features.store import describe
from ser_tasks.features.table import FEATURE_SETS, SECTIONS
from ser_tasks.params.reading import read_params

REFERENCE = Path(__file__).parent / "encoders" / "reference"
SIGNAL = np.load(REFERENCE / "hidden_states.npz")["signal"]
OWN = ("own_encoder", "own_whisper")
SMALL = Encoder("small_whisper", ENCODERS["whisper_base"].family, "nowhere/small", "none", 0.01, 3, 16, "none")


@pytest.fixture
def params():
    """Those of params.yaml."""
    own = read_params(Path(__file__).parents[2] / "params.yaml")
    return {name: getattr(own, name) for name in SECTIONS}


@pytest.fixture(autouse=True)
def weights(tmp_path):
    """The small encoder of the tests, in a folder of its own."""
    folder = tmp_path / "small"
    shutil.copytree(REFERENCE / "float32", folder)
    use_folder(SMALL, folder)
    return folder


def test_an_utterance_is_the_mean_and_the_standard_deviation_of_each_unit_in_each_layer(params):
    features = encoded(SMALL)
    values, names = features(SIGNAL, params), features.names(params)
    layers = np.load(REFERENCE / "hidden_states.npz")["layers"].astype(np.float64)  # by transformers
    assert values.shape == (1, len(names)) == (1, 3 * 2 * 16)
    for layer, unit in ((0, 0), (1, 5), (2, 15)):
        assert values[0, names.index(f"layer_{layer}_mean_{unit}")] == pytest.approx(
            layers[layer][:, unit].mean(), abs=1e-4
        )
        assert values[0, names.index(f"layer_{layer}_std_{unit}")] == pytest.approx(
            layers[layer][:, unit].std(), abs=1e-4
        )


def test_statistics_are_those_that_params_yaml_names(params):
    only = params | {"encoder": EncoderParams(statistics=("std",), loudness_range=None)}
    assert encoded(SMALL)(SIGNAL, only).shape == (1, 3 * 16)
    assert encoded(SMALL).names(only)[0] == "layer_0_std_0"


def test_pauses_do_not_count_unless_all_frames_are_asked_for(params):
    quiet = SIGNAL * np.where(np.arange(len(SIGNAL)) < 4800, 1, 1e-3).astype(np.float32)  # the second half 60 dB lower
    layers = WhisperEncoder.load(REFERENCE / "float32")(quiet)
    everything = params | {"encoder": params["encoder"].model_copy(update={"loudness_range": None})}
    names, n = encoded(SMALL).names(params), len(layers[0])
    assert n == 30
    for settings, frames in ((params, slice(0, 15)), (everything, slice(0, 30))):
        values = encoded(SMALL)(quiet, settings)[0]
        assert values[names.index("layer_1_mean_3")] == pytest.approx(layers[1][frames, 3].mean(), abs=0.05)
        assert values[names.index("layer_2_std_7")] == pytest.approx(layers[2][frames, 7].std(), abs=0.05)
    assert np.abs(encoded(SMALL)(quiet, settings) - encoded(SMALL)(quiet, params)).max() > 0.3


@pytest.mark.parametrize(("decibels", "counts"), [(-25, True), (-35, False)])
def test_frames_count_down_to_the_loudness_range_of_30_decibels(params, decibels, counts):
    steady = np.sin(2 * np.pi * 400 / 16_000 * np.arange(9600)).astype(np.float32)
    quiet = steady * np.where(np.arange(9600) < 4800, 1, 10 ** (decibels / 20)).astype(np.float32)
    layers = WhisperEncoder.load(REFERENCE / "float32")(quiet)
    frames = slice(0, 30 if counts else 15)
    expected = [statistic(layer[frames], axis=0) for layer in layers for statistic in (np.mean, np.std)]
    np.testing.assert_allclose(encoded(SMALL)(quiet, params)[0], np.concatenate(expected), atol=1e-5)


@pytest.mark.parametrize("pool", [7, 10, 60])
def test_frames_are_all_layers_side_by_side_a_few_frames_averaged_into_one(params, pool):
    layers = np.load(REFERENCE / "hidden_states.npz")["layers"].astype(np.float64)  # by transformers
    features, own = encoder_frames("small_whisper_frames", SMALL), EncoderFramesParams(pool=pool)
    sections = params | {"encoder_frames": own}
    rows, names = features(SIGNAL, sections), features.names(sections)
    assert rows.shape == (-(-len(layers[0]) // pool), len(names)) == (len(rows), 3 * 16)
    for layer, unit in ((0, 0), (1, 5), (2, 15)):
        column = rows[:, names.index(f"layer_{layer}_{unit}")]
        parts = [layers[layer][at : at + pool, unit].mean() for at in range(0, len(layers[0]), pool)]
        np.testing.assert_allclose(column, parts, atol=1e-4)
    assert features.framing(**features.settings(sections)) == (pool * 0.02, pool * 0.02)


def test_frames_come_from_weights_that_are_part_of_what_names_a_shard(params):
    assert set(encoder_frames("small_whisper_frames", SMALL).facts()) == set(encoded(SMALL).facts())


def test_digital_silence_counts_whole(params):
    assert np.isfinite(encoded(SMALL)(np.zeros(3200, np.float32), params)).all()


def test_the_weights_are_part_of_what_names_a_shard(params, weights):
    def named():
        facts = json.loads(describe("small_whisper", params)["facts"])
        return facts["weights"]["model.bin"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(FEATURE_SETS, "small_whisper", encoded(SMALL))
        before = named()
        shutil.copy(REFERENCE / "float16" / "model.bin", weights)
        assert named() != before
        before = encoded(SMALL)(SIGNAL, params)
        shutil.copy(REFERENCE / "int8" / "model.bin", weights)
        assert np.abs(encoded(SMALL)(SIGNAL, params) - before).max() > 0  # and those that are used


def test_weights_that_are_not_here_say_how_to_get_them(params, tmp_path):
    use_folder(SMALL, tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"weights are not here.*ser fetch-encoder small_whisper"):
        encoded(SMALL)(SIGNAL, params)


def test_weights_of_another_size_are_errors(params):
    other = Encoder("small_whisper", SMALL.family, "nowhere/small", "none", 0.01, 7, 512, "none")
    with pytest.raises(UserError, match="3 layers of 16 units, but small_whisper has 7 of 512"):
        load(other, REFERENCE / "float32")
    with pytest.raises(UserError, match="3 layers of 16 units, but small_whisper has 7 of 512"):
        encoded(other)(SIGNAL, params)


def test_another_sampling_rate_than_the_encoders_is_an_error(params):
    audio = params["audio"].model_copy(update={"sampling_rate": 8000})
    with pytest.raises(UserError, match=r"small_whisper hears 16000 Hz.*is 8000\. Set it to 16000"):
        encoded(SMALL)(SIGNAL, params | {"audio": audio})


def test_what_a_whisper_reads_is_its_log_mel_spectrogram_kept_apart_by_the_weights(params, weights):
    features = encoder_mel("small_whisper_mel", SMALL)
    found = features(SIGNAL, params)
    np.testing.assert_allclose(found, np.load(REFERENCE / "hidden_states.npz")["mel"], atol=1e-5)  # by transformers
    assert features.names(params) == tuple(f"mel_{band}" for band in range(80))
    assert features.framing(audio=params["audio"]) == (0.025, 0.010)
    assert features.facts() == encoded(SMALL).facts()


def test_weights_that_take_other_mel_bands_than_the_table_says_are_refused(params, weights):
    large = replace(SMALL, name="whisper_large_v3")  # which reads 128
    use_folder(large, weights)
    with pytest.raises(UserError, match=r"whisper_large_v3: its weights take 80 mel bands, expected 128\. Fetch them"):
        encoder_mel("large", large)(SIGNAL, params)


def test_a_whisper_of_ones_own_has_the_bands_of_its_weights(params, weights):
    own = ENCODERS["own_whisper"]
    use_folder(own, weights)
    assert len(FEATURE_SETS["own_whisper_mel"].names(params)) == 80
    assert FEATURE_SETS["own_whisper"](SIGNAL, params).shape == (1, 3 * 2 * 16)


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
def test_every_line_of_the_table_is_complete(encoder):
    assert encoder.licence
    assert encoder.languages
    assert "arXiv:" in encoder.family.paper or encoder.name in OWN
    assert (encoder.hub is None) == (encoder.name in OWN) == (encoder.layers == 0)


def test_the_sizes_of_whisper_in_the_table_are_those_of_its_architecture():
    # two convolutions, the positions, four projections and two layers of an MLP in each block, all norms
    for name in ("tiny", "tiny_en", "base", "small", "medium", "large_v3"):
        one = ENCODERS[f"whisper_{name}"]
        mel, d, blocks = (128 if name == "large_v3" else 80), one.width, one.layers - 1
        block = 4 * d * d + 3 * d + 8 * d * d + 5 * d + 4 * d
        total = 3 * mel * d + d + 3 * d * d + d + 1500 * d + blocks * block + 2 * d
        assert one.parameters == pytest.approx(total / 1e6, abs=0.06)
