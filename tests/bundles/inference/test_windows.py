import numpy as np
import pytest

from ser_tasks.bundles.inference.timeline import cells, cut, windows_in


def test_windows_slide_by_the_hop_and_the_last_ends_with_the_segment():
    assert windows_in((1.0, 6.5), window=3.0, hop=1.0) == [(1.0, 4.0), (2.0, 5.0), (3.0, 6.0), (3.5, 6.5)]
    assert windows_in((1.0, 6.0), window=3.0, hop=1.0) == [(1.0, 4.0), (2.0, 5.0), (3.0, 6.0)]


@pytest.mark.parametrize("segment", [(1.0, 4.0), (1.0, 1.4)])
def test_a_segment_no_longer_than_the_window_is_a_window(segment):
    assert windows_in(segment, window=3.0, hop=1.0) == [segment]


def test_many_small_hops_leave_no_gap_and_no_window_too_many():
    """0.1 is no binary fraction: (4.0 - 1.0) / 0.1 is less than 30 in floating point."""
    windows = windows_in((0.0, 4.0), window=1.0, hop=0.1)
    assert len(windows) == 31
    assert windows[-1] == pytest.approx((3.0, 4.0))


def test_cells_meet_half_way_between_centres_and_fill_the_segment():
    windows = [(1.0, 4.0), (2.0, 5.0), (3.5, 6.5)]  # centres 2.5, 3.5, 5.0
    assert cells(windows) == [(1.0, 3.0), (3.0, 4.25), (4.25, 6.5)]
    assert cells([(1.0, 1.4)]) == [(1.0, 1.4)]


@pytest.mark.parametrize("length", [1, 7, 40, 1_000])
def test_what_is_cut_from_blocks_is_what_is_cut_from_the_whole(length):
    signal = np.arange(500, dtype=np.float32)
    spans = [(0.0, 1.0), (0.2, 1.2), (0.5, 1.2), (3.0, 3.1), (3.0, 4.5), (4.9, 5.0)]
    pieces = cut((signal[i : i + length] for i in range(0, 500, length)), spans, sampling_rate=100)
    for (start, end), piece in zip(spans, pieces, strict=True):
        np.testing.assert_array_equal(piece, signal[round(100 * start) : round(100 * end)])


def test_a_span_beyond_the_end_is_what_there_is_of_it():
    pieces = list(cut([np.arange(10, dtype=np.float32)], [(0.08, 0.2), (0.3, 0.4)], sampling_rate=100))
    assert [piece.tolist() for piece in pieces] == [[8.0, 9.0], []]


def test_only_what_is_still_needed_is_held():
    def endless():
        while True:
            yield np.zeros(1_000, np.float32)

    spans = ((float(k), k + 3.0) for k in range(2_000))
    assert all(len(piece) == 300 and piece.base is None for piece in cut(endless(), spans, sampling_rate=100))
