"""What the page shows, and what it keeps: nothing."""

import base64
import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from gradio import routes
from starlette.testclient import TestClient

from apps.page import error_message, prediction_of, results, summary
from apps.web import demo, on_click, separate_uploads, theme
from ser_tasks.audio.recording import Recording
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
    assert re.search(r'<img [^>]*alt="a.wav, 0.6 s: waveform, log-mel spectrogram"', html)


def test_unsure_is_shown_in_words_with_its_reasons(prediction, page):
    assert prediction.answer.unsure  # 4 s, learnt from half a second
    assert "<strong>Unsure.</strong>" in page
    assert prediction.answer.remarks
    assert all(remark in page for remark in prediction.answer.remarks)
    assert summary([prediction]).startswith("small: unsure, likeliest ")


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
    sound = re.search(r'src="data:audio/wav;base64,([^"]+)"', page)
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(sound.group(1))))
    np.testing.assert_allclose(heard, long_voice, atol=1 / 32767)
    assert rate == RATE


def sent(uploads, content: bytes, name: str = "a.wav") -> str:
    """A file where Gradio puts what was sent: a folder for the upload, in it one for its content."""
    folder = uploads / "upload" / "digest"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)
    return str(folder / name)


def test_the_recording_is_deleted_after_its_prediction_or_error(bundle, limits, timeline, tmp_path, anger):
    ask = on_click({"small": bundle}, requests=limits, timeline=timeline, uploads=tmp_path)
    for content, expected in ((anger, "anger"), (b"hello", "No prediction."), (b"", "No prediction.")):
        html, _, audio = ask(sent(tmp_path, content), ["small"])
        assert expected in html
        assert audio is None
        assert list(tmp_path.iterdir()) == []


def test_a_press_too_early_reports_what_is_missing(bundle, limits, timeline, tmp_path, anger):
    ask = on_click({"small": bundle}, requests=limits, timeline=timeline, uploads=tmp_path)
    assert "Record one, or choose a file" in ask(None, ["small"])[0]
    assert "Tick one or more" in ask(sent(tmp_path, anger), [])[0]
    assert list(tmp_path.iterdir()) != []  # it is not used up
    assert "deleted meanwhile" in ask(str(tmp_path / "gone.wav"), ["small"])[0]


def test_files_in_other_folders_are_never_removed(bundle, limits, timeline, tmp_path, anger):
    own = tmp_path / "mine.wav"
    own.write_bytes(anger)
    (tmp_path / "uploads").mkdir()
    on_click({"small": bundle}, requests=limits, timeline=timeline, uploads=tmp_path / "uploads")(str(own), ["small"])
    assert own.is_file()


@pytest.fixture
def gradio_page(bundle, limits, timeline, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setattr(routes, "upload_fn", routes.upload_fn)  # put back afterwards
    separate_uploads()
    return demo({"small": bundle}, requests=limits, timeline=timeline, uploads=tmp_path)


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
