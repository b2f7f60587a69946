import pytest

from ser_tasks.bundles.inference.speech_segments import sentence_spans, sentences_in

FRAMES = {
    "onset_frames": 13,
    "onset_share": 0.8,
    "back_up_frames": 20,
    "pause_frames": 26,
    "pause_share": 0.9,
}
SETTINGS = {"sampling_rate": 16_000, "frame": 0.030, "aggressiveness": 3, **FRAMES, "longest": 10.0}


def row(*parts):
    return [voiced for voiced, count in parts for _ in range(count)]


def test_a_sentence_begins_and_ends_at_the_frames_worked_by_hand():
    """11 of 13 voiced are more than 80 %: heard after 51 frames; 24 of 26 more than 90 % of the pause."""
    voiced = row((False, 40), (True, 50), (False, 100))
    assert sentences_in(voiced, **FRAMES, longest_frames=1_000) == [(51 - 20, 90 + 24)]


def test_ten_of_thirteen_frames_are_no_sentence():
    assert sentences_in(row((False, 40), (True, 10), (False, 40)), **FRAMES, longest_frames=1_000) == []


def test_a_sentence_does_not_reach_back_into_the_one_before():
    voiced = row((False, 30), (True, 40), (False, 24), (True, 40), (False, 60))
    assert sentences_in(voiced, **FRAMES, longest_frames=1_000) == [(21, 94), (94, 158)]


def test_what_goes_on_for_too_long_is_cut_without_a_gap_and_ends_with_the_recording():
    assert sentences_in(row((True, 250)), **FRAMES, longest_frames=100) == [(0, 100), (100, 200), (200, 250)]


def test_an_empty_row_holds_no_sentence():
    assert sentences_in([], **FRAMES, longest_frames=100) == []


@pytest.mark.parametrize("longest", [10.0, 4.0])
def test_the_sentences_of_a_recording_hold_its_speech_and_not_its_long_pauses(speak, longest):
    spoken = [(2.0, 5.0), (8.0, 10.0), (13.0, 15.5)]
    signal = speak(
        ("pause", 2.0), ("speech", 3.0), ("pause", 3.0), ("speech", 2.0), ("pause", 3.0), ("speech", 2.5), ("pause", 1)
    )
    found = sentence_spans(signal, **{**SETTINGS, "longest": longest})
    assert len(found) == len(spoken)
    for (start, end), (first, last) in zip(found, spoken, strict=True):
        assert first - 0.61 < start < first
        assert min(last, start + longest) - 0.1 < end < last + 1.2
        assert end - start <= longest + 1e-9


def test_no_sentence_is_longer_than_the_longest_and_none_ends_after_the_recording(speak):
    signal = speak(("speech", 7.01))
    found = sentence_spans(signal, **{**SETTINGS, "longest": 3.0})
    assert [end - start for start, end in found[:2]] == pytest.approx([3.0, 3.0])
    assert found[-1][1] == len(signal) / 16_000
