"""Rows of several files as one matrix, against the same in memory."""

import numpy as np
import pytest

from ser_tasks.evaluation.stored_fold import conditions_on_disk
from ser_tasks.features.joined_rows import joined_rows, scale_of
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.models.speaker_norm import speaker_norm
from tests.models.remote.small_plans import N_DIMS, write_features

RNG = np.random.default_rng(0)
FIRST, SECOND = (RNG.normal(5, 2, (n, 7)).astype(np.float32) for n in (11, 6))
FIRST[:, 3] = 1.5


@pytest.fixture
def parts(tmp_path):
    """Both in files that hold their rows backwards."""
    found = []
    for name, rows in (("first", FIRST), ("second", SECOND)):
        file = tmp_path / name
        file.write_bytes(np.ascontiguousarray(rows[::-1]).tobytes())
        found.append(StoredRows(file, np.arange(len(rows))[::-1].copy(), 7))
    return found


@pytest.mark.parametrize("size", [1, 4, 100])
def test_rows_come_in_the_order_in_which_they_are_asked_for_whatever_file_they_are_in(parts, size):
    joined, whole = joined_rows(parts), np.concatenate([FIRST, SECOND])
    assert joined.shape == (17, 7)
    np.testing.assert_array_equal(np.concatenate([*joined.blocks(size)]), whole)
    asked = np.array([16, 0, 11, 11, 10, 3])
    np.testing.assert_array_equal(np.concatenate([*joined[asked].blocks(size)]), whole[asked])
    np.testing.assert_array_equal(joined[asked][1:4].in_memory(), whole[[0, 11, 11]])
    assert all(block.dtype == np.float32 for block in joined.blocks(size))


def test_joined_rows_can_be_joined(parts):
    joined = joined_rows(parts)
    np.testing.assert_array_equal(
        joined_rows([joined[12:], joined[:2], parts[1]]).in_memory(), np.concatenate([SECOND[1:], FIRST[:2], SECOND])
    )


def test_each_file_is_normalised_over_its_own_rows_as_speakers_are(parts):
    """A column that is constant becomes 0."""
    scales = [scale_of(part) for part in parts]
    wanted = speaker_norm(np.concatenate([FIRST, SECOND]), np.array(["a"] * len(FIRST) + ["b"] * len(SECOND)))
    np.testing.assert_allclose(joined_rows(parts, scales).in_memory(), wanted, atol=1e-6)
    assert not joined_rows(parts, scales).in_memory()[: len(FIRST), 3].any()


def test_an_augmented_copy_is_of_the_clean_utterances_and_tested_ones_are_never_copied(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = {"a": 1, "b": 2, "a~1": 3, "b~1": 4}
    clean, noisy = tmp_path / "features/clean", tmp_path / "features/noisy"
    write_features(clean, list(values), [np.full((1, N_DIMS), value, np.float32) for value in values.values()])
    write_features(noisy, ["b"], [np.full((1, N_DIMS), 9, np.float32)])
    asked = {"utterance_ids": ["a", "b", "b under noise_0"], "tested": ["b", "b under noise_0"]}
    for copy, wanted in ((0, [1, 2, 9]), (1, [3, 4, 9])):
        found = conditions_on_disk(clean, [("noise_0", noisy)], copy=copy, **asked)
        assert found.in_memory()[:, 0].tolist() == wanted
