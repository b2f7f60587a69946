"""Batches of unequal utterances: nobody lost, little padding, the mask tells which is which."""

import numpy as np
import pytest

from ser_tasks.models.training.batches import length_buckets, pad

LENGTHS = np.random.default_rng(0).integers(50, 900, 333)


@pytest.mark.parametrize("seed", [None, 0, 1])
def test_every_utterance_is_in_exactly_one_batch(seed):
    generator = None if seed is None else np.random.default_rng(seed)
    batches = length_buckets(LENGTHS, batch_size=32, generator=generator)
    assert sorted(np.concatenate(batches)) == list(range(333))
    assert sorted(map(len, batches)) == [333 % 32] + [32] * 10


def test_bucketing_leaves_little_of_the_padding_that_random_batches_have():
    def padding(batches):
        return sum((LENGTHS[b].max() - LENGTHS[b]).sum() for b in batches)

    order = np.random.default_rng(0).permutation(333)
    random = [order[i : i + 32] for i in range(0, 333, 32)]
    assert padding(length_buckets(LENGTHS, batch_size=32, generator=np.random.default_rng(0))) < 0.4 * padding(random)
    assert padding(length_buckets(LENGTHS, batch_size=32, generator=None)) < 0.15 * padding(random)


def test_epochs_differ_and_seeds_repeat():
    one = np.random.default_rng(0)
    first, second = (length_buckets(LENGTHS, batch_size=32, generator=one) for _ in range(2))
    again = length_buckets(LENGTHS, batch_size=32, generator=np.random.default_rng(0))
    assert not all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))


def test_padding_is_zero_masked_and_a_multiple():
    utterances = [np.full((3, 2), 7.0, np.float32), np.full((5, 2), 8.0, np.float32)]
    frames, mask = pad(utterances, multiple=4)
    assert frames.shape == (2, 8, 2)
    assert mask.tolist() == [[1] * 3 + [0] * 5, [1] * 5 + [0] * 3]
    np.testing.assert_array_equal(frames[..., 0], mask * [[7], [8]])
