from ser_tasks.bundles.inference.speech_segments import sentences_in

FRAMES = {
    "onset_frames": 13,
    "onset_share": 0.8,
    "back_up_frames": 20,
    "pause_frames": 26,
    "pause_share": 0.9,
}


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
