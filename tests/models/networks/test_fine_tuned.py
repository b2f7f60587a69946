"""A Whisper encoder trained further: it begins as the encoder, and what is to stay stays.

Hidden states are those of transformers 5.0.0 for a small model (`tests/features/encoders/reference/make.py`).
"""

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.folder import use_folder
from ser_tasks.features.encoders.whisper import WhisperEncoder, log_mel
from ser_tasks.models import MODELS
from ser_tasks.models.networks.fine_tuned import build_fine_tuned
from ser_tasks.models.networks.standardise import set_input_statistics
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT
from tests.models.networks.small_networks import SIZES, values

pytestmark = pytest.mark.network

REFERENCE = PROJECT / "tests" / "features" / "encoders" / "reference"
RECOGNISED = np.load(REFERENCE / "hidden_states.npz")
MEL, LAYERS = RECOGNISED["mel"], RECOGNISED["layers"]


@pytest.fixture(autouse=True)
def _small_whisper():
    use_folder(ENCODERS["own_whisper"], REFERENCE / "float32")


def built(**changes) -> keras.Model:
    _, sizes = SIZES["fine_tuned"]
    return build_fine_tuned(**(sizes | changes))


def states(model: keras.Model, mel: np.ndarray) -> list[np.ndarray]:
    """What enters the first block, and what leaves each, of one clip behind which garbage stands."""
    outputs = [layer.output for layer in model.layers if layer.name in ("front", "layer_0", "layer_1")]
    frames, mask = np.full((1, len(mel) + 8, mel.shape[1]), 99, np.float32), np.zeros((1, len(mel) + 8), np.float32)
    frames[0, : len(mel)], mask[0, : len(mel)] = mel, 1
    found = keras.Model(model.input, outputs)({"frames": frames, "mask": mask})
    return [values(layer)[0, : -(-len(mel) // 2)] for layer in found]


def trained_further(model: keras.Model) -> dict[str, bool]:
    """Of every weight, whether one step of training changed it."""
    model.compile(keras.optimizers.SGD(1.0), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = {weight.path: values(weight) for weight in model.weights}
    frames = np.stack([MEL, MEL[::-1]])
    model.train_on_batch({"frames": frames, "mask": np.ones(frames.shape[:2], np.float32)}, np.array([0, 2]))
    return {weight.path: not np.array_equal(values(weight), before[weight.path]) for weight in model.weights}


@pytest.mark.parametrize("changes", [{}, {"trained_blocks": 0}, {"lora_rank": 0}, {"blocks": 1}, {"blocks": None}])
def test_it_begins_with_the_hidden_states_of_the_encoder(changes):
    found = states(built(**changes), MEL)
    assert len(found) == (2 if changes == {"blocks": 1} else 3)
    for layer, expected in zip(found, LAYERS[:2], strict=False):  # the last is normalised in the reference
        np.testing.assert_allclose(layer, expected, atol=2e-5 * np.abs(expected).max())


def test_of_an_odd_number_of_frames_the_last_sees_nothing_of_the_padding():
    signal = RECOGNISED["signal"][:-160]
    mel = log_mel(signal, n_mels=80)
    assert len(mel) % 2 == 1
    expected = WhisperEncoder.load(REFERENCE / "float32")(signal)
    for layer, own in zip(states(built(), mel)[:2], expected, strict=False):
        np.testing.assert_allclose(layer, own, atol=2e-5 * np.abs(own).max())


def test_the_last_block_leaves_what_the_encoder_normalises():
    *_, last = states(built(), MEL)
    weights = WhisperEncoder.load(REFERENCE / "float32").weights
    normalised = (last - last.mean(axis=1, keepdims=True)) / np.sqrt(last.var(axis=1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(
        normalised * weights["layer_norm/gamma"] + weights["layer_norm/beta"], LAYERS[-1], atol=1e-4
    )


def test_changes_of_low_rank_are_the_encoder_with_these_changes_in_its_matrices():
    model, generator = built(lora_alpha=6.0, lora_rank=3), np.random.default_rng(0)
    encoder = WhisperEncoder.load(REFERENCE / "float32")
    merged = dict(encoder.weights)
    for number in range(2):
        block = model.get_layer(f"layer_{number}")
        block.low.assign(generator.normal(size=block.low.shape))
        block.back.assign(generator.normal(size=block.back.shape))
        name = f"layer_{number}/self_attention/linear_0/weight"
        merged[name] = merged[name] + 6 / 3 * (values(block.low) @ values(block.back)).T
    expected = WhisperEncoder(merged)(RECOGNISED["signal"])
    changed = states(model, MEL)
    np.testing.assert_allclose(changed[1], expected[1], atol=1e-4 * np.abs(expected[1]).max())
    assert np.abs(changed[1] - LAYERS[1]).max() > 0.1 * np.abs(LAYERS[1]).max()


def test_of_frozen_blocks_the_changes_of_low_rank_alone_are_trained():
    model = built(trained_blocks=0)
    for number in range(2):  # else the gradient of `low` is 0 in the first step
        model.get_layer(f"layer_{number}").back.assign(np.ones((2, 48)))
    changed = trained_further(model)
    of_encoder = {path: moved for path, moved in changed.items() if path.startswith(("front", "layer_"))}
    moved = {path for path, moved in of_encoder.items() if moved}
    assert moved == {f"layer_{number}/{name}" for number in range(2) for name in ("low", "back")}
    assert len(of_encoder) == 5 + 2 * (12 + 2)


def test_blocks_that_are_trained_wholly_are_the_last():
    changed = trained_further(built(trained_blocks=1, lora_rank=0))
    moved = {path.split("/")[0] for path, moved in changed.items() if moved and path.startswith(("front", "layer_"))}
    assert moved == {"layer_1"}
    assert all(moved for path, moved in changed.items() if path.startswith("layer_1/"))


def test_with_neither_nothing_of_the_encoder_is_trained():
    changed = trained_further(built(trained_blocks=0, lora_rank=0))
    assert not any(moved for path, moved in changed.items() if path.startswith(("front", "layer_")))
    assert changed["logits/kernel"]


def test_the_scale_of_the_training_part_is_kept_and_changes_no_logit():
    model, given = built(), {"frames": MEL[None], "mask": np.ones((1, len(MEL)), np.float32)}
    before, (mean, std) = values(model(given)), np.random.default_rng(0).uniform(1, 2, (2, 80))
    set_input_statistics(model, mean=mean, std=std)
    np.testing.assert_array_equal(values(model(given)), before)
    np.testing.assert_allclose(values(model.get_layer("standardise").mean), mean, rtol=1e-6)


def test_beyond_its_last_position_they_begin_again():
    n_positions = 30
    long = np.tile(MEL[:2], (n_positions + 5, 1))  # the same two frames again and again
    front, *_ = states(built(), long)
    np.testing.assert_allclose(front[n_positions + 1 : -1], front[1:4], atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"blocks": 3}, r"blocks: 3, trained_blocks: 1, but own_whisper has 2 blocks\. Keep at most 2"),
        ({"blocks": 1, "trained_blocks": 2}, r"blocks: 1, trained_blocks: 2, but own_whisper has 2 blocks"),
    ],
)
def test_more_blocks_than_there_are_is_an_error(changes, said):
    with pytest.raises(UserError, match=said):
        built(**changes)


def test_each_line_of_the_table_begins_with_the_encoder_that_its_name_states():
    params = read_params(PROJECT / "params.yaml")
    for name, encoder in (("fine_tuned", "whisper_base"), ("whisper_small_fine_tuned", "whisper_small")):
        line = MODELS[name]
        assert line.feature_set == f"{encoder}_mel"
        section = line.section(params)
        assert section.sizes["encoder"] == section.model_dump()["encoder"] == encoder
        assert section.sizes["lora_rank"] == params.networks.fine_tuned.lora_rank


def test_other_weights_of_the_encoder_make_another_network():
    exact = states(built(), MEL)[-1]
    use_folder(ENCODERS["own_whisper"], REFERENCE / "float16")
    rounded = states(built(), MEL)[-1]
    assert 0 < np.abs(rounded - exact).max() < 1e-2 * np.abs(exact).max()
