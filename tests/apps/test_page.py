"""What the page shows, and what it keeps: nothing."""

import base64
import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from gradio import FileData, routes
from starlette.testclient import TestClient

from apps.page import TEMPLATES, error_message, model_line, results, summary
from apps.recording_prediction import prediction_of, predictions_of
from apps.web import Responder, demo, separate_uploads, theme
from ser_tasks.audio.recording import Recording
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Transcript
from tests.apps.conftest import encoded
from tests.apps.test_clip import video
from tests.bundles.small_bundles import CLASSES, RATE, voice


@pytest.fixture(scope="module")
def prediction(bundle, timeline, long_voice):
    return prediction_of(bundle, Recording(long_voice[:, None], RATE), timeline=timeline)


@pytest.fixture(scope="module")
def page(prediction):
    return results('"><b>talk.wav', [prediction, prediction])


def links(html: str) -> dict[str, bytes]:
    """The files that are offered, by name."""
    found = re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', html)
    return {name: base64.b64decode(content) for name, content in found}


def test_the_timeline_covers_the_recording_and_follows_it(prediction):
    assert [(moment.start, moment.end) for moment in prediction.moments] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert [moment.emotion for moment in prediction.moments] == ["anger", "anger", "sadness", "sadness"]


def test_a_short_recording_has_no_timeline_and_an_svm_no_attention(bundle, timeline):
    short = prediction_of(bundle, Recording(voice("anger")[:, None], RATE), timeline=timeline)
    assert short.moments == ()
    assert short.attention is None


def test_the_prediction_is_a_table_for_screen_readers_and_bars_of_its_length(bundle, timeline):
    short = prediction_of(bundle, Recording(voice("anger", speaker=5, take=7)[:, None], RATE), timeline=timeline)
    html = results("a.wav", [short])
    assert re.findall(r'<th scope="row">(\w+)</th>', html) == list(CLASSES)
    shown = [float(text) for text in re.findall(r"<span>([\d.]+) %</span>", html)]
    assert shown == pytest.approx([100 * share for share in short.answer.probabilities.values()], abs=0.05)
    assert [float(text) for text in re.findall(r"width:([\d.]+)%", html)] == shown
    assert re.search(r'role="img" aria-label="a.wav, 0.6 s: waveform, log-mel spectrogram"', html)


def test_unsure_is_shown_in_words_with_its_reasons(prediction, page):
    assert prediction.answer.unsure  # 4 s, trained on half a second
    assert "<strong>Unsure.</strong>" in page
    assert prediction.answer.remarks
    assert all(remark in page for remark in prediction.answer.remarks)
    assert summary([prediction]).startswith("small: unsure, likeliest ")


@pytest.mark.parametrize(("less", "shown"), [(0.01, True), (0.0, False)])
def test_low_confidence_is_shown_with_its_limit(prediction, less, shown):
    limit = prediction.card.unsure_below
    found = replace(prediction, answer=replace(prediction.answer, confidence=limit - less))
    remark = f"less than the {100 * limit:.1f} % from which on this model counts as sure"
    assert (remark in results("a.wav", [found])) == shown


def test_bundles_stand_side_by_side(page):
    assert page.count('class="ser-answer"') == 2


def test_names_of_files_are_text_and_never_markup(page):
    assert "<b>" not in page + error_message("<b>")
    assert "&#34;&gt;&lt;b&gt;talk.json" in page


def test_the_downloads_hold_the_prediction(prediction, page, long_voice):
    as_json, as_csv = links(page).values()
    entry = json.loads(as_json)["answers"][0]
    assert entry["probabilities"] == dict(prediction.answer.probabilities)
    assert [moment["emotion"] for moment in entry["timeline"]] == [moment.emotion for moment in prediction.moments]
    rows = list(csv.DictReader(io.StringIO(as_csv.decode())))
    assert {row["file"] for row in rows} == {'"><b>talk.wav'}
    assert len(rows) == 2 * (1 + len(prediction.moments)) * len(CLASSES)
    assert sum(float(row["probability"]) for row in rows) == pytest.approx(2 * (1 + len(prediction.moments)), abs=1e-4)
    assert {row["channel"] for row in rows} == {"mix"}
    sound = re.search(r'src="data:audio/wav;base64,([^"]+)"', page)
    samples, rate = soundfile.read(io.BytesIO(base64.b64decode(sound.group(1))))
    np.testing.assert_allclose(samples, long_voice, atol=1 / 32767)
    assert rate == RATE


def sent(uploads, content: bytes, name: str = "a.wav") -> str:
    """A file where Gradio puts what was sent: a folder for the upload, in it one for its content."""
    folder = uploads / "upload" / "digest"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return str(folder / name)


@pytest.fixture
def settings(limits, timeline, synthesis, tmp_path):
    return {"requests": limits, "timeline": timeline, "synthesis": synthesis, "uploads": tmp_path}


@pytest.fixture
def ask(bundle, settings):
    """What a press of the button does."""
    return Responder({"small": bundle}, **settings).to_file


def test_the_recording_is_deleted_after_its_prediction_or_error(ask, tmp_path, anger, long_voice):
    too_long = encoded(np.tile(long_voice, 8), "OGG")
    for content, expected in (
        (anger, "anger"),
        (b"hello", "No prediction."),
        (b"", "No prediction."),
        (too_long, "at most 30 s are read"),
    ):
        html, _, audio, *_ = ask(sent(tmp_path, content), ["small"])
        assert expected in html
        assert audio is None
        assert list(tmp_path.iterdir()) == []


def test_a_press_too_early_reports_what_is_missing(ask, tmp_path, anger):
    assert "Record one, or choose a file" in ask(None, ["small"])[0]
    assert "Tick one or more" in ask(sent(tmp_path, anger), [])[0]
    assert list(tmp_path.iterdir()) != []  # it is not used up
    assert "deleted meanwhile" in ask(str(tmp_path / "gone.wav"), ["small"])[0]


def test_files_in_other_folders_are_never_removed(ask, tmp_path_factory, anger):
    own = tmp_path_factory.mktemp("other") / "mine.wav"
    own.write_bytes(anger)
    ask(str(own), ["small"])
    assert own.is_file()


@pytest.fixture
def gradio_page(bundle, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(routes, "upload_fn", routes.upload_fn)  # put back afterwards
    separate_uploads()
    return demo({"small": bundle}, **settings)


def test_two_users_who_send_the_same_file_do_not_share_it(gradio_page, anger):
    with TestClient(routes.mount_gradio_app(FastAPI(), gradio_page, path="")) as client:
        paths = [client.post("/gradio_api/upload", files={"files": ("a.wav", anger)}).json()[0] for _ in range(2)]
        assert paths[0] != paths[1]
        assert [Path(path).read_bytes() for path in paths] == [anger, anger]


def test_the_page_sends_no_telemetry_and_loads_nothing_from_other_hosts(gradio_page):
    found = theme()["theme"]
    assert gradio_page.analytics_enabled is False
    assert found._stylesheets == []
    assert not re.search(r"@import|url\(.?http", found._get_theme_css())


def test_a_file_that_was_dropped_leaves_nothing_beside_itself(gradio_page, tmp_path, anger):
    """Gradio's own component leaves an empty file in the folder of uploads for each."""
    (dropped,) = (block for block in gradio_page.blocks.values() if block.elem_id == "file")
    path = sent(tmp_path, anger)
    before = sorted(tmp_path.rglob("*"))
    assert dropped.preprocess(FileData(path=path)) == path
    assert sorted(tmp_path.rglob("*")) == before


def test_a_page_loads_no_script_style_or_picture_from_other_hosts(page):
    templates = (TEMPLATES / name for name in ("page.css", "page.js", "page.html.jinja"))
    assert all("http" not in file.read_text(encoding="utf-8") for file in templates)
    assert {found.split(",")[0] for found in re.findall(r'src="([^"]+)"', page)} == {
        "data:audio/wav;base64",
        "data:image/webp;base64",
    }


def test_the_line_of_a_model_has_its_corpus_kind_uar_and_what_it_reads(bundle, ensemble):
    assert model_line(bundle.card) == (
        "small\nBuzzes · synthetic speech · UAR 90.0 % of 3 classes on unseen speakers · reads the sound"
    )
    assert model_line(ensemble.card).endswith("reads sound and words (svm + tfidf)")
    (text,) = (member.card for name, member in ensemble.members.items() if name == "tfidf")
    assert model_line(text.model_copy(update={"durations": None})).endswith("reads the words")


def test_words_stand_at_their_times_and_members_beside_each_other(ensemble, timeline):
    short = prediction_of(ensemble, Recording(voice("anger")[:, None], RATE), timeline=timeline)
    html = results("a.wav", [short])
    assert "Words: “stop it now”" in html
    assert "(en, 90.0 % sure)" in html
    found = re.findall(r'class="ser-row-(\d)" style="left:([\d.]+)%;width:([\d.]+)%[^>]*>(\w+)<', html)
    assert found == [  # of 0.6 s, words at 0, 0.2 and 0.4 s; two rows
        ("0", "0.00", "66.67", "stop"),
        ("1", "33.33", "66.67", "it"),
        ("0", "66.67", "33.33", "now"),
    ]
    header = re.search(r"<caption>What each member says.*?</tr>", html, flags=re.DOTALL).group()
    assert re.findall(r'<th scope="col">(\w+)</th>', header) == ["emotion", "svm", "tfidf", "together"]
    anger = re.search(r"<tr><td>anger</td>(.*?)</tr>", html).group(1)
    shown = [float(share) for share in re.findall(r">([\d.]+) %<", anger)]
    shares = [short.answer.members["svm"]["anger"], short.answer.members["tfidf"]["anger"]]
    assert shown == pytest.approx([100 * one for one in (*shares, short.answer.probabilities["anger"])], abs=0.05)
    entry = json.loads(links(html)["a.json"])["answers"][0]
    assert entry["members"]["svm"] == pytest.approx(dict(short.answer.members["svm"]))
    assert [word["text"] for word in entry["transcript"]["words"]] == ["stop", "it", "now"]


def test_a_member_that_could_not_answer_is_named(ensemble, timeline, parrot):
    parrot.transcript = Transcript("")
    html = results("a.wav", [prediction_of(ensemble, Recording(voice("anger")[:, None], RATE), timeline=timeline)])
    assert "Words: none" in html
    assert "Without an answer: tfidf." in html


def call() -> Recording:
    left, right = voice("anger", speaker=1, duration=2), voice("sadness", speaker=2, duration=2)
    return Recording(np.stack([left, right], axis=1), RATE)


def test_two_sides_of_a_call_are_shown_channel_by_channel(bundle, timeline):
    found = predictions_of([bundle], call(), timeline=timeline)
    assert [(one.channel, one.moments[0].emotion) for one in found] == [("left", "anger"), ("right", "sadness")]
    alone = prediction_of(bundle, Recording(call().samples[:, 1:], RATE), timeline=timeline)
    assert found[1].answer.probabilities == alone.answer.probabilities
    html = results("call.wav", found)
    assert "small · left channel" in html
    assert html.count("<audio") == 2
    assert not any("channels differ" in remark for one in found for remark in one.answer.remarks)


def test_one_voice_on_two_channels_and_a_channel_that_was_chosen_have_one_answer(bundle, timeline):
    same = Recording(np.repeat(voice("anger")[:, None], 2, axis=1), RATE)
    assert [one.channel for one in predictions_of([bundle], same, timeline=timeline)] == ["mix"]
    right = Recording(call().samples[:, 1:], RATE)
    assert [one.channel for one in predictions_of([bundle], right, timeline=timeline, channel="right")] == ["right"]


def test_an_example_is_one_press_away_and_says_what_it_is(bundle, settings, tmp_path):
    respond = Responder({"small": bundle}, **settings)
    html, announced, compared, session = respond.to_example(["small"])
    assert "it is no recording of a person" in html
    assert announced.startswith("small: ")
    assert "It is no judgement of a person" in compared
    assert list(session) == ["small"]
    assert "Tick one or more" in respond.to_example([])[0]
    assert list(tmp_path.iterdir()) == []


def test_an_example_that_a_model_cannot_predict_is_reported_in_the_place_of_the_prediction(
    ensemble, settings, monkeypatch
):
    monkeypatch.setattr(asr, "ENGINES", {})
    respond = Responder({"words": ensemble.members["tfidf"]}, **settings)
    html, announced, *_ = respond.to_example(["words"])
    assert "No prediction." in html
    assert "no speech recogniser" in html
    assert announced == ""


def test_a_video_is_recognised_by_its_sound_track(ask, tmp_path):
    html, *_ = ask(sent(tmp_path, video(voice("anger", speaker=5, take=7), tmp_path / "v.mkv"), "v.mkv"), ["small"])
    assert re.search(r"<strong>anger, [\d.]+ %</strong>", html)
