"""What was predicted since the page was opened, beside the training sets."""

import re
from dataclasses import replace

import pytest

from apps.page import session_table
from apps.recording_prediction import prediction_of
from apps.session import checked, comparisons, session_after
from ser_tasks.audio.recording import Recording
from tests.bundles.small_bundles import RATE, voice


def test_a_short_recording_counts_whole_and_a_longer_one_by_its_windows(bundle, timeline, long_voice):
    short = prediction_of(bundle, Recording(voice("anger")[:, None], RATE), timeline=timeline)
    assert not short.answer.unsure
    session = session_after({}, [short])
    assert session == {"small": {"anger": pytest.approx(0.6)}}
    longer = prediction_of(bundle, Recording(long_voice[:, None], RATE), timeline=timeline)
    after = session_after(session, [longer])
    spent = {"anger": 0.6}
    for moment in longer.moments:  # of 1 s each
        label = "unsure" if moment.unsure else moment.emotion
        spent[label] = spent.get(label, 0) + 1
    assert after["small"] == pytest.approx(spent)
    assert session == {"small": {"anger": pytest.approx(0.6)}}, "the earlier one stays as it was"


def test_a_short_recording_that_is_unsure_counts_as_unsure(bundle, timeline):
    short = prediction_of(bundle, Recording(voice("anger")[:, None], RATE), timeline=timeline)
    doubtful = replace(short, answer=replace(short.answer, unsure=True))
    assert session_after({}, [doubtful]) == {"small": {"unsure": pytest.approx(0.6)}}


def test_shares_are_of_what_is_sure_and_of_the_training_recordings(bundle):
    utterances = {"anger": 30, "neutral": 10, "sadness": 60}
    card = bundle.card.model_copy(
        update={"training": bundle.card.training.model_copy(update={"utterances": utterances})}
    )
    other = type(bundle)(bundle.folder, card, bundle.recogniser, bundle.detector)
    (found,) = comparisons({"small": {"sadness": 3.0, "anger": 1.0, "unsure": 6.0}}, {"small": other})
    assert (found.emotion, found.seconds, found.unsure) == ("sadness", 4.0, 6.0)
    assert [(row.label, row.session, row.training) for row in found.rows] == [
        ("anger", 0.25, 0.3),
        ("neutral", 0.0, 0.1),
        ("sadness", 0.75, 0.6),
    ]
    html = session_table({"small": {"sadness": 3.0, "anger": 1.0}}, {"small": other})
    drawn = re.findall(r"width:([\d.]+)%.*?left:([\d.]+)%", html)
    assert drawn == [("25.0", "30.0"), ("0.0", "10.0"), ("75.0", "60.0")]
    assert "no judgement of a person" in html


def test_a_session_that_is_unsure_throughout_names_no_emotion(bundle):
    (found,) = comparisons({"small": {"unsure": 2.0}}, {"small": bundle})
    assert (found.emotion, found.unsure) == (None, 2.0)
    assert "Nothing that it is sure of." in session_table({"small": {"unsure": 2.0}}, {"small": bundle})
    assert session_table({}, {"small": bundle}) == ""


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "<b>",
        [1],
        {"other": {"anger": 1.0}},
        {"small": [1]},
        {"small": {"<b>": 1.0}},
        {"small": {"anger": "<b>"}},
        {"small": {"anger": float("nan")}},
        {"small": {"anger": -1.0}},
        {"small": {"anger": 10**400}},
    ],
)
def test_what_the_browser_sends_back_is_never_taken_on_trust(bundle, sent):
    assert checked(sent, {"small": bundle}) in ({}, {"small": {}})


def test_a_session_survives_the_way_through_the_browser(bundle):
    session = {"small": {"anger": 0.6, "unsure": 1}}
    assert checked(session, {"small": bundle}) == session
