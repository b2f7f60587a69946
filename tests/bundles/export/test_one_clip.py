"""A network for one clip gives the logits of the network that it was made of."""

import keras
import numpy as np
import pytest

from ser_tasks.bundles.export.graph import one_clip
from tests.models.networks.small_networks import SMALL, small_network

pytestmark = pytest.mark.network


@pytest.mark.parametrize("name", ["td_cnn_lstm", "patch_dcnn_blstm"])
def test_one_clip_without_masks_is_predicted_as_in_a_batch_with_padding(name):
    network, n_dims = small_network(name), SMALL[name][1]["n_dims"]
    alone = one_clip(network)
    for n_frames in (1, 9, 23):
        frames = np.random.default_rng(n_frames).normal(size=(1, n_frames, n_dims)).astype(np.float32)
        padded = np.pad(frames, ((0, 0), (0, 5), (0, 0)))
        mask = (np.arange(n_frames + 5) < n_frames).astype(np.float32)[None]
        expected = network({"frames": padded, "mask": mask})
        found = alone({"frames": frames, "mask": np.ones((1, n_frames), np.float32)})
        np.testing.assert_allclose(*map(keras.ops.convert_to_numpy, (found, expected)), atol=1e-5)
