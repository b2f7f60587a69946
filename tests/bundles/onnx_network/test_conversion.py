"""A network as ONNX: the logits that Keras gives, in the same bytes each time, or the reason why not."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable

import keras
import numpy as np
import onnx
import pytest
from keras import layers, ops

from ser_tasks.bundles.onnx_network import conversion
from ser_tasks.bundles.onnx_network.agreement import check_agreement, drawn
from ser_tasks.bundles.onnx_network.conversion import NotConvertedError, onnx_bytes
from ser_tasks.bundles.onnx_network.runtime import OnnxNetwork
from ser_tasks.models.networks.masked_input import masked_input
from ser_tasks.models.networks.recurrent import lstm
from ser_tasks.models.text.dialogue_blstm import build_dialogue_blstm
from ser_tasks.models.text.text_lstm import POOLING, build_text_lstm
from tests.models.multimodal import small_fusion
from tests.models.networks.small_networks import FUSED, SMALL, batch, small_network, values

pytestmark = pytest.mark.network

WORDS = {"n_words": 30, "n_classes": 3, "embedding": 6, "units": 4, "word_dropout": 0.1, "dropout": 0.1}


def text_network(pooling: str) -> keras.Model:
    return build_text_lstm(**WORDS, bidirectional=pooling != "last", pooling=pooling)


def saved(network: keras.Model, folder) -> OnnxNetwork:
    (folder / "network.onnx").write_bytes(onnx_bytes(network))
    return OnnxNetwork(folder / "network.onnx")


def assert_equal(network: keras.Model, found: OnnxNetwork, given: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose(found.predict_on_batch(given), values(network(given)), atol=1e-5)
    assert found.output_shape == network.output_shape


@pytest.mark.parametrize("name", SMALL)
def test_every_network_has_the_same_logits_whatever_its_padding_holds(name, tmp_path):
    network, n_dims = small_network(name), SMALL[name][1]["n_dims"]
    found = saved(network, tmp_path)
    for lengths, padding in (((23, 7, 1), 5), ((1,), 0), ((64, 64), 0)):
        assert_equal(network, found, batch(lengths, n_dims=n_dims, padding=padding))


@pytest.mark.parametrize("name", FUSED)
def test_a_fusion_has_them_with_and_without_sound_and_words(name, tmp_path):
    network = FUSED[name]()
    given = small_fusion.batch((9, 1, 0), (4, 0, 3), n_dims=network.input["frames"].shape[-1] - 2, padding=3)
    assert_equal(network, saved(network, tmp_path), given)


TEXT: dict[str, Callable[[], keras.Model]] = {
    **{name: lambda name=name: text_network(name) for name in POOLING},
    "dialogue": lambda: build_dialogue_blstm(**WORDS, previous_turns=3, dense=5),
}


@pytest.mark.parametrize("name", TEXT)
def test_a_network_on_words_has_them(name, tmp_path):
    network = TEXT[name]()
    found, generator = saved(network, tmp_path), np.random.default_rng(1)
    frames = np.full((3, 12, 3), 7, np.float32)  # padding: a word, seven turns ago
    mask = np.zeros((3, 12), np.float32)
    for row, n_tokens in enumerate((10, 3, 1)):
        frames[row, :n_tokens], mask[row, :n_tokens] = drawn(network, n_tokens, generator), 1
    assert_equal(network, found, {"frames": frames, "mask": mask})


CONVERT = """
import hashlib
from ser_tasks.bundles.onnx_network.conversion import onnx_bytes
from tests.models.networks.small_networks import small_network
print(hashlib.sha256(onnx_bytes(small_network("cnn_blstm_attention"))).hexdigest())
"""


def test_the_same_network_gives_the_same_bytes_after_others_and_in_another_process():
    small_network("mlp"), small_network("lstm_attention")
    here = hashlib.sha256(onnx_bytes(small_network("cnn_blstm_attention"))).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", CONVERT],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split()[-1] == here


def test_axes_of_any_length_are_named_and_recurrent_layers_are_no_loops():
    graph = onnx.load_from_string(onnx_bytes(small_network("blstm_attention"))).graph
    shapes = {
        value.name: [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {"frames": ["batch", "n_frames", 6], "mask": ["batch", "n_frames"], "logits": ["batch", 3]}
    assert [node.op_type for node in graph.node if node.op_type in ("LSTM", "Loop")] == ["LSTM", "LSTM"]


def with_recurrent_layer(recurrent) -> keras.Model:
    inputs, x, mask = masked_input(2)
    return keras.Model(inputs, layers.Dense(2)(recurrent(x, mask)), name="other")


def test_a_network_whose_graph_would_have_a_loop_is_not_converted():
    network = with_recurrent_layer(lambda x, mask: layers.GRU(3)(x, mask=ops.cast(mask, "bool")))
    with pytest.raises(NotConvertedError, match=r"control flow \(Loop\)"):
        onnx_bytes(network)


def test_the_file_of_a_network_with_other_weights_does_not_agree(tmp_path):
    network, other = (
        with_recurrent_layer(lambda x, mask: lstm(x, mask, units=3, bidirectional=False, dropout=0.0)[1])
        for _ in range(2)
    )
    (tmp_path / "other.onnx").write_bytes(onnx_bytes(other))
    with pytest.raises(NotConvertedError, match=r"logits differ by .* on utterances of 600, 150, 40, 7, 2, 1 frames"):
        check_agreement(network, tmp_path / "other.onnx")


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(conversion, "find_spec", lambda name: None if name == "tf2onnx" else name)
    with pytest.raises(NotConvertedError, match="it takes tf2onnx, not installed here"):
        onnx_bytes(small_network("mlp"))
