"""Image networks on patches: Keras' own, but for the batch statistics; and the message of a wrong setting."""

import socket
import time

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.networks import backbones
from ser_tasks.models.networks.backbones import patch_vectors
from tests.models.networks.small_networks import values

pytestmark = pytest.mark.network

SHAPE = (32, 32, 3)
PATCHES = np.random.default_rng(0).normal(size=(4, *SHAPE)).astype(np.float32)
REAL = np.array([1, 1, 1, 0], np.float32)


@pytest.fixture(scope="module")
def application() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=SHAPE, pooling="avg")


@pytest.fixture(scope="module")
def masked(application: keras.Model) -> keras.Model:
    return backbones._masked(application)


def with_mask(patches: np.ndarray, real: np.ndarray) -> np.ndarray:
    return np.concatenate([patches, np.ones_like(patches[..., :1]) * real[:, None, None, None]], axis=-1)


def test_in_use_a_masked_backbone_is_the_application_with_its_weights(application, masked):
    assert masked.count_params() == application.count_params()
    found = values(masked(with_mask(PATCHES, REAL), training=False))
    np.testing.assert_allclose(found, values(application(PATCHES, training=False)), atol=1e-4)


def test_in_training_a_patch_of_padding_changes_no_other(masked):
    before = masked.get_weights()
    found = []
    for patches, real in ((PATCHES[:3], REAL[:3]), (PATCHES, REAL), (PATCHES, np.ones_like(REAL))):
        masked.set_weights(before)
        found.append(values(masked(with_mask(patches, real), training=True))[:3])
    bare, padded, unmasked = found
    np.testing.assert_allclose(padded, bare, atol=1e-2)  # rounding, through 52 normalisations of three values each
    assert np.abs(unmasked - bare).max() > 0.3


def test_three_standard_deviations_fill_the_range_of_the_backbone(monkeypatch):
    seen = []
    monkeypatch.setattr(backbones, "_masked", lambda application: lambda x: seen.append(x) or x)
    monkeypatch.setattr(backbones, "_application", lambda *args, **kwargs: None)
    patches, real = keras.Input(SHAPE), keras.Input(())
    for name, ends in (("resnet50v2", (-1, 1)), ("mobilenetv2", (-1, 1)), ("efficientnetb0", (0, 255))):
        patch_vectors(patches, real, backbone=name, weights="none")
        scaled = keras.Model([patches, real], seen[-1])
        for level, wanted in zip((-3.0, 3.0), ends, strict=True):
            found = values(scaled([np.full((1, *SHAPE), level, np.float32), np.ones(1, np.float32)]))
            np.testing.assert_allclose(found[..., :3], wanted, atol=1e-3)


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"backbone": "alexnet", "weights": "none"}, "add a line to BACKBONES"),
        ({"backbone": "small", "weights": "imagenet"}, "Set weights: none"),
        ({"backbone": "mobilenetv2", "weights": "no/such/file.h5"}, "Give the path of a weights file without top"),
    ],
)
def test_a_backbone_or_weights_that_are_not_there_are_errors(settings, hint):
    with pytest.raises(UserError, match=hint):
        patch_vectors(keras.Input(SHAPE), keras.Input(()), **settings)


def test_patches_too_small_for_a_backbone_are_errors():
    with pytest.raises(UserError, match="Take 32 or more of both"):
        patch_vectors(keras.Input((64, 16, 3)), keras.Input(()), backbone="resnet50v2", weights="none")


def test_a_file_that_holds_no_weights_is_named(tmp_path):
    (tmp_path / "broken.h5").write_bytes(b"not weights")
    with pytest.raises(UserError, match=r"broken\.h5.*Download the file without top"):
        patch_vectors(keras.Input(SHAPE), keras.Input(()), backbone="mobilenetv2", weights=str(tmp_path / "broken.h5"))


@pytest.fixture
def silent_server():
    """Accepts every connection, and never sends a byte."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_download_that_stands_still_is_an_error_within_its_time_limit(monkeypatch, silent_server, tmp_path):
    def build(**_):
        keras.utils.get_file("weights.h5", f"http://127.0.0.1:{silent_server}/weights.h5", cache_dir=tmp_path)

    monkeypatch.setitem(backbones.BACKBONES, "mobilenetv2", backbones.Backbone(build, low=-1, high=1))
    monkeypatch.setattr(backbones, "STALLED_S", 0.5)
    began = time.monotonic()
    with pytest.raises(UserError, match=r"'imagenet' of mobilenetv2 cannot be loaded: .*timed out.*Download the file"):
        patch_vectors(keras.Input(SHAPE), keras.Input(()), backbone="mobilenetv2", weights="imagenet")
    assert time.monotonic() - began < 5
    assert socket.getdefaulttimeout() is None
