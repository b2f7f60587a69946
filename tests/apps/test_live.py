"""The microphone while it runs."""

import base64
import json

import numpy as np
import pytest

from apps.live import SECONDS, History, LiveWindow, extended, history_of, live_moments, piece_of
from apps.page import live_button, live_view
from apps.web import Responder
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.bundles.inference.timeline import window_predictions
from ser_tasks.errors import UserError
from tests.bundles.small_bundles import RATE, voice
from tests.bundles.word_bundles import ALONE

ENDS = np.arange(0.5, 4.01, 0.5)  # of windows of 1 s


def sent(signal, end):
    """What the browser sends at this second."""
    window = signal[max(0, round((end - 1) * RATE)) : round(end * RATE)]
    pcm = base64.b64encode(np.round(window * 2**15).astype("<i2").tobytes()).decode()
    return json.dumps({"end": float(end), "sampling_rate": RATE, "pcm": pcm})


@pytest.fixture
def slow(timeline):
    """Windows of 1 s every 0.5 s, smoothed."""
    return timeline.model_copy(update={"hop": 0.5, "smoothing": 1.0, "change_cost": 0.5})


@pytest.fixture
def exact(long_voice):
    """With samples that 16 bits hold."""
    return np.round(long_voice * 2**15).astype(np.float32) / 2**15


def live_history(signal, bundles, ends=ENDS):
    history = History()
    for end in ends:
        piece, sound = piece_of(sent(signal, end), most_bytes=10**6, longest=900)
        back = json.loads(history.model_dump_json())  # the way through the browser
        history = extended(history_of(back, bundles, before=piece.end), piece, sound, bundles)
    return history


def test_every_second_has_the_answer_to_the_window_that_ends_there_smoothed_with_those_before(bundle, slow, exact):
    found = live_moments(live_history(exact, [bundle]), bundle, timeline=slow)
    spans = [(max(0.0, end - 1), end) for end in ENDS.tolist()]
    parts = [Recording(exact[round(a * RATE) : round(b * RATE), None], RATE) for a, b in spans]
    expected = window_predictions(
        spans,
        [recognise(bundle, part) for part in parts],
        segment=1,
        unsure_below=bundle.card.unsure_below,
        smoothing=1.0,
        change_cost=0.5,
    )
    for one, other in zip(found, expected, strict=True):
        assert (one.start, one.end, one.emotion, one.unsure) == (other.start, other.end, other.emotion, other.unsure)
        assert one.probabilities == pytest.approx(dict(other.probabilities), abs=1e-9)
    assert [found[0].emotion, found[-1].emotion] == ["anger", "sadness"]


def test_words_are_not_recognised_and_the_sound_decides(ensemble, parrot):
    parrot.languages.clear()
    history = live_history(voice("anger", duration=1), [ensemble], ends=[1.0])
    assert parrot.languages == []
    svm = live_history(voice("anger", duration=1), [ensemble.members["svm"]], ends=[1.0]).windows["small"][0]
    weights = {
        label: share ** (1 / ALONE) for label, share in svm.probabilities.items()
    }  # without words: its temperature
    expected = {label: weight / sum(weights.values()) for label, weight in weights.items()}
    assert history.windows["small"][0].probabilities == pytest.approx(expected, abs=3e-6)  # 1e-6 is the least there is
    piece, sound = piece_of(sent(voice("anger"), 0.6), most_bytes=10**6, longest=900)
    with pytest.raises(UserError, match="read words alone"):
        extended(History(), piece, sound, [ensemble.members["tfidf"]])


def test_the_last_minute_is_kept_and_silence_has_no_answer(bundle):
    old = [
        LiveWindow(start=t, end=t + 1, probabilities=dict.fromkeys(bundle.classes, 1 / 3), doubtful=False)
        for t in range(100)
    ]
    piece, sound = piece_of(sent(voice("anger"), 0.6), most_bytes=10**6, longest=900)
    now = piece.model_copy(update={"end": 101.0})
    kept = extended(History(windows={"small": old}), now, sound, [bundle]).windows["small"]
    assert [one.end for one in kept] == [*range(round(101 - SECONDS) + 1, 101), 101]
    silence = Recording(np.zeros((RATE, 1), np.float32), RATE)
    assert extended(History(), now, silence, [bundle]) == History()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[1]",
        json.dumps({"end": -1, "sampling_rate": RATE, "pcm": ""}),
        sent(voice("anger"), 0.6)[:-9] + '?"}',
    ],
)
def test_what_is_no_piece_of_sound_is_refused(text):
    with pytest.raises(UserError, match="Stop it and start it again"):
        piece_of(text, most_bytes=10**6, longest=900)


def test_too_much_and_too_long_are_refused():
    with pytest.raises(UserError, match="did not arrive whole"):
        piece_of(sent(voice("anger"), 0.6), most_bytes=1000, longest=900)
    with pytest.raises(UserError, match=r"15 minutes are over"):
        piece_of(sent(voice("anger"), 901.0), most_bytes=10**6, longest=900)


@pytest.mark.parametrize(
    "back",
    [
        None,
        "<b>",
        {"windows": {"other": []}},
        {"windows": {"small": [{"start": 0, "end": 1, "probabilities": {"<b>": 1}, "doubtful": False}]}},
        {
            "windows": {
                "small": [
                    {"start": 2, "end": 1, "probabilities": {"anger": 1, "neutral": 0, "sadness": 0}, "doubtful": False}
                ]
            }
        },
        {
            "windows": {
                "small": [
                    {"start": 0, "end": 5, "probabilities": {"anger": 1, "neutral": 0, "sadness": 0}, "doubtful": False}
                ]
            }
        },
    ],
)
def test_a_history_of_something_else_is_left_out(bundle, back):
    assert history_of(back, [bundle], before=5.0) == History()


def test_the_view_says_what_is_now(bundle, slow, exact):
    history = live_history(exact, [bundle])
    last = live_moments(history, bundle, timeline=slow)[-1]
    html = live_view(history, [bundle], seconds=4.0, timeline=slow)
    assert f"{last.emotion}</strong>, {100 * last.confidence:.1f} %" in html
    assert "Listening, 0:04.0" in html
    assert 'aria-label="emotions of the last 4 s; now sadness"' in html
    assert 'data-window="1.0" data-hop="0.5"' in live_button(slow, longest=900)


@pytest.fixture
def respond(bundle, limits, slow, synthesis, tmp_path):
    return Responder({"small": bundle}, requests=limits, timeline=slow, synthesis=synthesis, uploads=tmp_path)


def test_each_second_counts_for_the_session_once_and_nothing_is_written(respond, exact, tmp_path):
    history, session = None, None
    for end in ENDS:
        _, history, compared, session = respond.to_piece(sent(exact, end), ["small"], history, session)
    assert sum(session["small"].values()) == pytest.approx(4.0)
    assert "This session" in compared
    assert list(tmp_path.iterdir()) == []
    assert "Tick one or more" in respond.to_piece(sent(exact, 1.0), [], None, None)[0]
    assert "did not arrive whole" in respond.to_piece("x", ["small"], None, None)[0]


def test_a_muted_microphone_counts_for_no_emotion(respond, exact):
    _, history, _, session = respond.to_piece(sent(exact, 1.0), ["small"], None, None)
    assert sum(session["small"].values()) == pytest.approx(1.0)
    silence = np.zeros(4 * RATE)
    for end in (2.0, 3.0, 4.0):
        _, history, _, session = respond.to_piece(sent(silence, end), ["small"], history, session)
    assert sum(session["small"].values()) == pytest.approx(1.0)
