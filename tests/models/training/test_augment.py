"""Augmented batches: what changes, what does not, and what padding may not do."""

import numpy as np
import pytest

from ser_tasks.models.training.augment import Batch, augmented, mixup
from ser_tasks.params import AugmentationParams, SpecAugmentParams

OFF = AugmentationParams(tempo=None, spec_augment=None, mixup_alpha=None)
MASKS = SpecAugmentParams(time_masks=2, time_width=20, time_share=0.2, frequency_masks=1, frequency_width=4)
CLIP = np.random.default_rng(0).normal(size=(100, 16)).astype(np.float32)


def generator() -> np.random.Generator:
    return np.random.default_rng(1)


def test_null_means_untouched():
    assert augmented(CLIP, generator=generator(), settings=OFF) is CLIP


def test_tempo_changes_the_length_within_its_range():
    settings = OFF.model_copy(update={"tempo": (0.5, 2.0)})
    chance = generator()
    lengths = [len(augmented(CLIP, generator=chance, settings=settings)) for _ in range(50)]
    assert 50 <= min(lengths) < 90
    assert 110 < max(lengths) <= 200


def test_masks_put_the_mean_where_something_was_and_leave_the_rest():
    settings = OFF.model_copy(update={"spec_augment": MASKS})
    masked = augmented(CLIP, generator=generator(), settings=settings)
    changed = masked != CLIP
    assert 0 < changed.mean() < 0.6
    np.testing.assert_allclose(masked[changed], CLIP.mean(), rtol=1e-6)


@pytest.fixture
def batch() -> Batch:
    """Two clips, of 4 and of 2 frames, the second padded with what must never be used."""
    frames = np.array([[[1], [1], [1], [1]], [[5], [5], [99], [99]]], np.float32)
    mask = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], np.float32)
    return Batch(frames, mask, np.eye(2, dtype=np.float32), np.array([1, 3], np.float32))


def test_without_alpha_the_batch_stays(batch):
    assert mixup(batch, generator=generator(), alpha=None) is batch


def test_mixup_is_linear_where_both_speak_and_the_one_alone_where_one_does(batch):
    for seed in range(20):
        mixed = mixup(batch, generator=np.random.default_rng(seed), alpha=1.0)
        share = mixed.targets[0, 0]
        np.testing.assert_allclose(mixed.targets.sum(axis=1), 1, rtol=1e-6)
        if share == 1:  # each clip met itself
            np.testing.assert_array_equal(mixed.frames * mixed.mask[..., None], batch.frames * batch.mask[..., None])
            continue
        both = share * 1 + (1 - share) * 5
        np.testing.assert_allclose(mixed.frames[0, :, 0], [both, both, 1, 1], rtol=1e-5)
        assert mixed.mask.all()
        assert mixed.weights[0] == pytest.approx(share * 1 + (1 - share) * 3, rel=1e-5)
