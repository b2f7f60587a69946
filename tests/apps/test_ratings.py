"""Valence, activation and dominance on the page: those of the library and of the command line, drawn to scale."""

import base64
import csv
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from apps import picture
from apps.live import MOST, LiveRating, extended, history_of, live_ratings, piece_of
from apps.page import live_view, model_line, results, summary
from apps.recording_prediction import predictions_of, timelines_of
from apps.web import Responder
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.inference.estimate import Estimate, estimate, estimate_all
from ser_tasks.bundles.inference.rating_timeline import WindowEstimate, window_estimates
from ser_tasks.bundles.inference.served import recording_from_bytes
from ser_tasks.bundles.inference.timeline_pass import rating_timeline_of
from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Transcript
from tests.apps.conftest import encoded
from tests.apps.test_live import ENDS, live_history
from tests.apps.test_live import sent as piece
from tests.apps.test_long_recordings import talk  # noqa: F401  a fixture
from tests.bundles.dimensions.small_dimension_bundles import DIMENSIONS, rated_sentences, small_dimension_bundle
from tests.bundles.dimensions.test_dimension_ensemble_bundle import SOUND, made  # noqa: F401  a fixture
from tests.bundles.small_bundles import RATE, voice


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated") / "rated"
    small_dimension_bundle(folder)
    bundle = load_any_bundle(folder)
    return replace(bundle, card=bundle.card.model_copy(update={"name": "rated"}))


def offered(html: str) -> dict[str, bytes]:
    found = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', html)
    return {name: base64.b64decode(content) for name, content in found}


def drawn(html: str) -> list[list[float]]:
    """Of each dimension, left and width of its bar, and the place of its mark, in %."""
    row = r"ser-scale.*?margin-left:([-\d.]+)%;width:([-\d.]+)%.*?left:([-\d.]+)%"
    return [[float(number) for number in found] for found in re.findall(row, html, re.S)]


def test_a_short_recording_has_the_estimates_of_the_library_drawn_on_their_scale(rated, timeline, anger):
    recording = recording_from_bytes(anger)
    (one,) = predictions_of([rated], recording, timeline=timeline)
    expected = estimate(rated, recording)
    assert one.answer == expected
    assert one.moments == ()
    html = results("a.wav", [one])
    lowest, highest = rated.card.scale
    for own, (left, width, mark) in zip(expected.dimensions.values(), drawn(html), strict=True):
        found = [lowest + (highest - lowest) * place / 100 for place in (left, left + width, mark)]
        assert found == pytest.approx([own.low, own.high, own.value], abs=0.005)
        assert f"{own.value:.1f} ({own.low:.1f} to {own.high:.1f})" in html
    assert "From 1 to 5: the rating (mark), and an interval that should hold 90 % of the ratings (bar)" in html
    assert "in the cross-validation they held 88 % (valence), 88 % (activation), 88 % (dominance)" in html


def test_a_longer_one_has_curves_that_are_smoothed_as_in_a_timeline(rated, timeline, long_voice):
    (one,) = predictions_of([rated], Recording(long_voice[:, None], RATE), timeline=timeline)
    spans = [(float(start), float(start + 1)) for start in range(4)]
    parts = [Recording(long_voice[start * RATE : (start + 1) * RATE, None], RATE) for start in range(4)]
    expected = window_estimates(spans, estimate_all(rated, parts), segment=1, card=rated.card, smoothing=0.0)
    assert list(one.moments) == expected
    html = results("talk.wav", [one])
    assert html.count('class="ser-lane ser-curve" viewBox') == len(DIMENSIONS)
    shown = re.findall(r"<tr><td>(\d\.\d) s</td><td>\d\.\d s</td><td>([\d.]+)", html)
    assert shown == [(f"{m.start:.1f}", f"{m.dimensions['valence'].value:.1f}") for m in expected]


def window(start, end, value, *, segment=1, unsure=False):
    return WindowEstimate(start, end, segment, {"valence": Estimate(value, value - 1, value + 1)}, unsure, ())


def test_a_curve_is_level_in_each_window_in_its_interval_and_breaks_with_the_speech():
    (curve,) = picture.curves([window(0, 1, 3), window(1, 2, 4, unsure=True), window(5, 6, 2, segment=2)], (1.0, 5.0))
    assert curve.sure == "M0 0.500H1M5 0.750H6"  # the middle of the scale is half way down
    assert curve.unsure == "M1 0.250H2"
    assert curve.interval == "M0 0.750V0.250H1V0.000H2V0.500H1V0.750H0zM5 1.000V0.500H6V1.000H5z"
    found = json.loads(picture.values(6, picture.NO_RANGE, words=(), moments=[window(0, 1, 3)], attention=None))
    assert found["moments"] == [[0, 1, "valence 3.0 (2.0 to 4.0)"]]


@pytest.fixture(scope="module")
def long_one(rated, timeline, talk):  # noqa: F811
    (one,) = timelines_of(
        [rated], encoded(talk), name="talk.wav", seconds=30, timeline=timeline, progress=lambda step, share: None
    )
    return one


def test_a_long_recording_has_the_timeline_of_the_command_line_and_its_mean(rated, timeline, talk, long_one, tmp_path):  # noqa: F811
    (tmp_path / "talk.wav").write_bytes(encoded(talk))
    expected = rating_timeline_of(
        open_sound(tmp_path / "talk.wav"),
        card=rated.card,
        settings=timeline,
        map_batches=lambda function, batches: (function(rated, batch) for batch in batches),
        progress=lambda step, seconds: None,
    )
    assert (long_one.timeline.windows, long_one.timeline.segments) == (expected.windows, expected.segments)
    html = results("talk.wav", [long_one])
    seconds = np.array([window.end - window.start for window in expected.windows])
    for label, (left, width, mark) in zip(DIMENSIONS, drawn(html), strict=True):
        values = np.array([window.dimensions[label].value for window in expected.windows])
        found = np.array([left, left + width, mark]) / 25 + 1
        mean = (values * seconds).sum() / seconds.sum()
        np.testing.assert_allclose(found, [values.min(), values.max(), mean], atol=0.01)
    assert "from the lowest to the highest moment" in html
    assert f"the ratings over its {len(expected.segments)} segments of speech" in html


@pytest.mark.parametrize(("doubtful", "unsure"), [(0.4, False), (0.6, True)])
def test_a_long_recording_is_unsure_where_most_of_its_speech_is(long_one, doubtful, unsure):
    first = long_one.timeline.windows[0]
    windows = tuple(replace(first, start=n / 10, end=(n + 1) / 10, unsure=n < 10 * doubtful) for n in range(10))
    one = replace(long_one, timeline=replace(long_one.timeline, windows=windows))
    assert ("Unsure.</strong> Do not rely on it." in results("talk.wav", [one])) is unsure
    assert (": unsure, valence" in summary([one])) is unsure


def test_downloads_hold_every_figure_once_beside_those_of_a_model_of_classes(rated, bundle, timeline, long_voice):
    found = predictions_of([bundle, rated], Recording(long_voice[:, None], RATE), timeline=timeline)
    files = offered(results("talk.wav", found))
    assert list(files) == ["talk.json", "talk.csv", "talk.ratings.csv"]
    one = found[1]
    rows = list(csv.DictReader(io.StringIO(files["talk.ratings.csv"].decode())))
    whole = [(row["dimension"], float(row["rating"]), float(row["low"]), float(row["high"])) for row in rows[:3]]
    expected = [(name, own.value, own.low, own.high) for name, own in one.answer.dimensions.items()]
    for (name, *numbers), (other, *others) in zip(whole, expected, strict=True):
        assert name == other
        assert numbers == pytest.approx(others, abs=1e-6)
    assert {row["transcript"] for row in rows} == {""}
    assert [(float(row["start"]), row["dimension"]) for row in rows[3:]] == [
        (moment.start, name) for moment in one.moments for name in DIMENSIONS
    ]
    assert {row["bundle"] for row in csv.DictReader(io.StringIO(files["talk.csv"].decode()))} == {"small"}
    entry = json.loads(files["talk.json"])["answers"][1]
    assert entry["scale"] == [1, 5]
    assert entry["dimensions"]["valence"]["value"] == one.answer.dimensions["valence"].value
    assert len(entry["timeline"]) == len(one.moments)


def test_ratings_alone_offer_no_table_of_classes(rated, timeline, anger):
    found = predictions_of([rated], recording_from_bytes(anger), timeline=timeline)
    assert list(offered(results("a.wav", found))) == ["a.json", "a.ratings.csv"]


def test_what_is_unsure_says_so_to_eyes_and_ears(rated, timeline, anger):
    (one,) = predictions_of([rated], recording_from_bytes(anger), timeline=timeline)
    valence = one.answer.dimensions["valence"].value
    doubtful = replace(one, answer=replace(one.answer, unsure=True, remarks=("clipped",)))
    assert "Unsure.</strong> Do not rely on it." in results("a.wav", [doubtful])
    assert "<li>clipped</li>" in results("a.wav", [doubtful])
    assert summary([doubtful]).startswith(f"rated: unsure, valence {valence:.1f}")
    sure = replace(one, answer=replace(one.answer, unsure=False))
    assert "Unsure" not in results("a.wav", [sure])
    assert summary([sure]).startswith(f"rated: valence {valence:.1f}")


@pytest.fixture
def of_words(tmp_path, parrot):
    small_dimension_bundle(tmp_path / "words", model="tfidf_ridge", rated=rated_sentences())
    return load_any_bundle(tmp_path / "words")


def test_ratings_of_words_show_the_words_and_are_for_no_live_microphone(of_words, rated, timeline, long_voice):
    (one,) = predictions_of([of_words], Recording(long_voice[:, None], RATE), timeline=timeline)
    assert one.answer == estimate(of_words, Recording(long_voice[:, None], RATE))
    assert [moment.transcript for moment in one.moments] == ["stop it now", "", "", ""]  # a word every 0.2 s
    html = results("talk.wav", [one])
    table = csv.DictReader(io.StringIO(offered(html)["talk.ratings.csv"].decode()))
    assert [row["transcript"] for row in table if row["dimension"] == "valence"] == ["stop it now"] * 2 + [""] * 3
    assert "Words: “stop it now”" in html
    assert re.findall(r'<span class="ser-row-\d"[^>]*>(\w+)</span>', html) == ["stop", "it", "now"]
    assert "reads the words" in model_line(of_words.card)
    words, sound = piece_of(piece(voice("anger", duration=1), 1.0), most_bytes=10**6, longest=900)
    with pytest.raises(UserError, match="read words alone"):
        extended(history_of(None, [of_words], before=1.0), words, sound, [of_words])
    both = extended(history_of(None, [of_words, rated], before=1.0), words, sound, [of_words, rated])
    assert list(both.rated) == ["rated"]


def test_live_an_ensemble_rates_by_its_sound_in_the_interval_of_that(made, parrot):  # noqa: F811
    ensemble = load_any_bundle(made / "both")
    one, sound = piece_of(piece(voice("anger", duration=1), 1.0), most_bytes=10**6, longest=900)
    now = extended(history_of(None, [ensemble], before=1.0), one, sound, [ensemble])
    (window,) = now.rated[ensemble.card.name]
    assert parrot.languages == []
    assert window.half_widths == dict(zip(DIMENSIONS, SOUND.half_widths, strict=True))
    expected = estimate(ensemble, sound, transcript=Transcript(""))
    assert window.values == {name: own.value for name, own in expected.dimensions.items()}


def test_the_list_of_models_says_what_it_predicts_and_how_well(rated):
    assert "CCC 0.60 of valence, activation, dominance on unseen speakers · reads the sound" in model_line(rated.card)


def test_live_each_window_is_rated_and_smoothed_with_those_before(rated, timeline, long_voice):
    exact = np.round(long_voice * 2**15).astype(np.float32) / 2**15
    slow = timeline.model_copy(update={"hop": 0.5, "smoothing": 1.0})
    history = live_history(exact, [rated])
    spans = [(max(0.0, end - 1), end) for end in ENDS.tolist()]
    parts = [Recording(exact[round(a * RATE) : round(b * RATE), None], RATE) for a, b in spans]
    expected = window_estimates(spans, estimate_all(rated, parts), segment=1, card=rated.card, smoothing=1.0)
    found = live_ratings(history, rated, timeline=slow)
    for one, other in zip(found, expected, strict=True):
        assert (one.start, one.end, one.unsure) == (other.start, other.end, other.unsure)
        assert one.dimensions["activation"].value == pytest.approx(other.dimensions["activation"].value, abs=1e-9)
    now = found[-1].dimensions["activation"]
    assert f"{now.value:.1f} ({now.low:.1f} to {now.high:.1f})" in live_view(history, [rated], seconds=4, timeline=slow)


@pytest.mark.parametrize("values", [{"valence": 3.0}, dict.fromkeys([*DIMENSIONS, "<b>"], 3.0)])
def test_live_ratings_that_the_browser_invents_are_left_out(rated, values):
    made_up = LiveRating(start=0, end=1, values=values, half_widths=values, doubtful=False)
    history = {"rated": {"rated": [made_up.model_dump()]}}
    assert history_of(history, [rated], before=2.0).rated == {}
    whole = {
        "rated": {
            "rated": [
                {
                    "start": 0,
                    "end": 1,
                    "values": dict.fromkeys(DIMENSIONS, 3.0),
                    "half_widths": dict.fromkeys(DIMENSIONS, 1.0),
                    "doubtful": False,
                }
            ]
        }
    }
    assert list(history_of(whole, [rated], before=2.0).rated) == ["rated"]


@pytest.fixture
def respond(rated, bundle, limits, timeline, synthesis, tmp_path):  # noqa: PLR0917
    settings = {"requests": limits, "timeline": timeline, "synthesis": synthesis, "uploads": tmp_path}
    return Responder({"small": bundle, "rated": rated}, **settings)


def test_the_session_counts_emotions_alone(respond):
    html, _, compared, session = respond.to_example(["small", "rated"])
    assert 'aria-label="prediction of rated"' in html
    assert list(session) == ["small"]
    assert "<h3>rated</h3>" not in compared
    assert respond.to_example(["rated"], session={"rated": {"anger": 1.0}})[2:] == ("", {})
    view, history, compared, after = respond.to_piece(piece(voice("anger", duration=1), 1.0), ["rated"], None, session)
    assert "<h2>rated</h2>" in view
    assert list(history["rated"]) == ["rated"]
    assert after == session


RATED = {"start": 0, "end": 1, "values": dict.fromkeys(DIMENSIONS, 3.0), "doubtful": False}
RATED |= {"half_widths": dict.fromkeys(DIMENSIONS, 1.0)}


@pytest.mark.parametrize(
    "sent",
    [
        [RATED | {"values": dict.fromkeys(DIMENSIONS, 5.1)}],
        [RATED | {"values": dict.fromkeys(DIMENSIONS, -1e300)}],
        [RATED | {"half_widths": dict.fromkeys(DIMENSIONS, -1.0)}],
        [RATED | {"start": 1.5}],
        [RATED, RATED | {"end": 0.5}],
        [RATED] * (MOST + 1),
    ],
)
def test_a_live_history_that_no_page_can_have_is_left_out(rated, sent):
    assert history_of({"rated": {"rated": sent}}, [rated], before=2.0).rated == {}
    assert len(history_of({"rated": {"rated": [RATED] * MOST}}, [rated], before=2.0).rated["rated"]) == MOST


def test_a_live_history_never_grows_beyond_what_is_accepted(rated):
    full = history_of({"rated": {"rated": [RATED] * MOST}}, [rated], before=2.0)
    one, sound = piece_of(piece(voice("anger", duration=2), 2.0), most_bytes=10**6, longest=900)
    after = extended(full, one, sound, [rated])
    assert len(after.rated["rated"]) == MOST
    assert after.rated["rated"][-1].end == 2.0


def test_live_sound_that_is_too_short_keeps_what_was_there(rated):
    short, sound = piece_of(piece(voice("anger", duration=1)[:100], 1.0), most_bytes=10**6, longest=900)
    before = history_of(None, [rated], before=1.0)
    assert extended(before, short, sound, [rated]) == before
