"""Batches made on the device are those that the ordinary augmentation makes clip by clip."""

import jax.numpy as jnp
import numpy as np
import pytest

from ser_tasks.augmentation.frames import at_tempo
from ser_tasks.models.remote.batches import augmented, gathered
from ser_tasks.models.remote.draws import Draws
from ser_tasks.models.remote.settings import Settings
from ser_tasks.models.training.augment import Batch, mixup
from ser_tasks.models.training.batches import pad

pytestmark = pytest.mark.network

RNG = np.random.default_rng(0)
CLIPS = [RNG.normal(3, 1, (n, 5)).astype(np.float32) for n in (40, 1, 17, 64)]
LENGTH = np.array([len(clip) for clip in CLIPS], np.int32)
FIRST = np.array([0, 40, 41, 58], np.int32)
CORPUS = jnp.asarray(np.concatenate(CLIPS))


def draws(n_frames=LENGTH, **changes) -> Draws:
    none = np.zeros((4, 0), np.int32)
    plain = Draws(
        *(FIRST, LENGTH, np.asarray(n_frames, np.int32)),
        truth=np.array([0, 1, 2, 1], np.int32),
        weight=np.array([1, 2, 0.5, 3], np.float32),
        **dict.fromkeys(("time_start", "time_width", "band_start", "band_width"), none),
        partner=np.arange(4, dtype=np.int32),
        share=np.float32(1),
    )
    return plain._replace(**changes)


def batch(drawn: Draws, **augmentation) -> Batch:
    settings = Settings({"spec_augment": None, "mixup_alpha": None} | augmentation, where="augmentation")
    made = augmented(CORPUS, drawn, padded=64, n_classes=3, settings=settings)
    return Batch(*(np.asarray(values) for values in made))


def test_clips_are_padded_as_in_the_ordinary_training():
    made = batch(draws())
    frames, mask = pad(CLIPS, multiple=64)
    np.testing.assert_array_equal(made.frames, frames)
    np.testing.assert_array_equal(made.mask, mask)
    np.testing.assert_array_equal(made.targets, np.eye(3)[[0, 1, 2, 1]])


@pytest.mark.parametrize("rate", [0.7, 1.3])
def test_another_tempo_is_that_of_the_augmentation(rate):
    expected = [at_tempo(clip, rate=rate) for clip in CLIPS]
    frames, mask = pad(expected, multiple=128)
    made = gathered(CORPUS, FIRST, LENGTH, np.array([len(clip) for clip in expected]), padded=128)
    np.testing.assert_allclose(made[0][:, : frames.shape[1]], frames, atol=1e-4)
    np.testing.assert_array_equal(made[1], mask)


def test_a_filler_is_nothing_but_padding():
    made = batch(draws(n_frames=[40, 1, 17, 0]))
    assert not made.frames[3].any()
    assert not made.mask[3].any()


def test_masked_frames_and_bands_take_the_mean_of_their_clip_and_padding_stays_zero():
    place = {"time_start": 3, "time_width": 4, "band_start": 1, "band_width": 2}
    masks = {name: np.full((4, 1), value, np.int32) for name, value in place.items()}
    made = batch(draws(**masks), spec_augment={})
    expected = CLIPS[0].copy()
    expected[3:7] = expected[:, 1:3] = CLIPS[0].mean()
    np.testing.assert_allclose(made.frames[0, :40], expected, rtol=1e-5)
    assert not made.frames[0, 40:].any()


def test_mixup_is_that_of_the_ordinary_training():
    class Chance:
        def permutation(self, n):
            return np.array([2, 3, 1, 0])

        def beta(self, a, b):
            return 0.3

    expected = mixup(batch(draws()), generator=Chance(), alpha=0.2)
    made = batch(draws(partner=np.array([2, 3, 1, 0]), share=np.float32(0.3)), mixup_alpha=0.2)
    for found, wanted in zip(made, expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
