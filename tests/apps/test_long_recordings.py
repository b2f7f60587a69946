"""Recordings that are too long for one prediction: a timeline, as `ser predict --timeline` makes it."""

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from apps.page import results, summary
from apps.recording_prediction import predictions_of, timelines_of
from apps.uploads import TooLongError
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.inference.timeline_pass import timeline_of
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.errors import UserError
from tests.apps.conftest import encoded
from tests.bundles.small_bundles import RATE


@pytest.fixture(scope="module")
def talk(synthesis):
    """Two sentences with 2 s of a quiet room between them."""
    room = 1e-4 * np.random.default_rng(0).normal(size=2 * RATE)
    first, second = (synthesise_utterance(0, "neutral", index, synthesis)[0] for index in (0, 1))
    return np.concatenate([room, first, room, second, room]).astype(np.float32)


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def found(bundle, talk, timeline, steps):
    (one,) = timelines_of(
        [bundle],
        encoded(talk),
        name="talk.wav",
        seconds=30,
        timeline=timeline,
        progress=lambda step, share: steps.append((step, share)),
    )
    return one


def test_it_is_that_of_the_command_line(found, bundle, talk, timeline, tmp_path):
    (tmp_path / "talk.wav").write_bytes(encoded(talk))
    expected = timeline_of(
        open_sound(tmp_path / "talk.wav"),
        card=bundle.card,
        settings=timeline,
        map_batches=lambda function, batches: (function(bundle, batch) for batch in batches),
        progress=lambda step, seconds: None,
    )
    assert found.timeline.segments == expected.segments
    assert found.timeline.windows == expected.windows
    assert found.duration == pytest.approx(len(talk) / RATE)


def test_progress_goes_from_pass_to_pass_to_the_end_or_the_last_speech(found, steps):
    last = dict(steps)
    assert list(last) == ["small: level", "small: speech", "small: emotion"]
    assert [last[f"small: {step}"] for step in ("level", "speech")] == pytest.approx([1, 1], abs=1e-6)
    assert found.moments[-1].end / found.duration <= last["small: emotion"] <= 1
    assert all(0 < share <= 1 for _, share in steps)


def test_the_page_shows_what_most_of_the_speech_is_and_when(found):
    html = results("talk.wav", [found])
    lengths = {}
    for moment in found.moments:
        lengths[moment.emotion] = lengths.get(moment.emotion, 0) + moment.end - moment.start
    most = max(lengths, key=lengths.get)
    assert f"Mostly {most}</strong>: {100 * lengths[most] / sum(lengths.values()):.1f} % of the speech." in html
    assert "too long for one answer" in html
    assert f"{len(found.timeline.emotion_segments)} stretches" in html
    assert "<audio" not in html
    assert most in summary([found])
    entry = json.loads(_download(html))["answers"][0]
    assert entry["speech"] == [list(span) for span in found.timeline.segments]
    assert len(entry["timeline"]) == len(found.moments)


@pytest.mark.parametrize(("doubtful", "announced"), [(1, "anger, 75.0 %."), (2, "unsure, likeliest anger, 75.0 %.")])
def test_it_is_unsure_where_most_of_its_likeliest_emotion_is(found, doubtful, announced):
    spans = [("anger", place < doubtful) for place in range(3)] + [("sadness", True)]
    windows = tuple(
        replace(found.moments[0], start=float(start), end=start + 1.0, emotion=emotion, unsure=unsure)
        for start, (emotion, unsure) in enumerate(spans)
    )
    assert summary([replace(found, timeline=replace(found.timeline, windows=windows))]) == f"small: {announced}"


def _download(html):
    return base64.b64decode(re.search(r'download="talk.json" href="data:[^;]+;base64,([^"]+)"', html).group(1))


def test_each_side_of_a_call_has_its_own(bundle, talk, timeline):
    sides = np.stack([talk, np.roll(talk, 3 * RATE)], axis=1)
    options = {"name": "call", "seconds": 30, "timeline": timeline, "progress": lambda step, share: None}
    both = timelines_of([bundle], encoded(sides), **options)
    assert [one.channel for one in both] == ["left", "right"]
    (left,) = timelines_of([bundle], encoded(sides), channel="left", **options)
    assert left.timeline.windows == both[0].timeline.windows


def test_longer_than_the_limit_is_refused_by_the_header_and_where_that_states_nothing(bundle, timeline, monkeypatch):
    content = encoded(np.zeros(31 * RATE, np.float32), "FLAC")
    options = {"name": "a", "seconds": 30, "timeline": timeline, "progress": lambda step, share: None}
    with pytest.raises(TooLongError, match=r"a: 31.0 s of sound, at most 30 s are read"):
        timelines_of([bundle], content, **options)
    stated = open_sound
    monkeypatch.setattr("apps.recording_prediction.open_sound", lambda path: _without_length(stated(path)))
    with pytest.raises(TooLongError, match=r"a: 31.0 s of sound"):
        timelines_of([bundle], content, **options)


def _without_length(source):
    return replace(source, n_samples=None)


def test_without_speech_the_message_names_the_file_as_its_sender_does(bundle, timeline):
    options = {"seconds": 30, "timeline": timeline, "progress": lambda step, share: None}
    with pytest.raises(UserError, match=r"^quiet.wav: no speech in 12.0 s"):
        timelines_of([bundle], encoded(np.full(12 * RATE, 1e-4, np.float32)), name="quiet.wav", **options)


def test_words_of_a_window_can_be_read(ensemble, talk, timeline):
    (one,) = timelines_of(
        [ensemble], encoded(talk), name="a", seconds=30, timeline=timeline, progress=lambda step, share: None
    )
    assert any(moment.transcript for moment in one.moments)
    short = predictions_of([ensemble], Recording(talk[:, None], RATE), timeline=timeline)
    assert short[0].answer.transcript.text == "stop it now"
