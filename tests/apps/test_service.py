"""The HTTP service, in the same process."""

import asyncio
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from apps.limiter import RequestLimiter
from apps.service import service
from apps.startup import ready_bundle
from apps.uploads import BusyError, UploadTimeoutError, uploads_of
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.inference.estimate import estimate
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.bundles.inference.served import recording_from_bytes
from ser_tasks.text.asr.engine import Transcript
from tests.apps.conftest import encoded
from tests.bundles.dimensions.small_dimension_bundles import rated_sentences, small_dimension_bundle
from tests.bundles.small_bundles import RATE, voice


def loaded(bundle) -> Future:
    done = Future()
    done.set_result(bundle)
    return done


@pytest.fixture
def client(bundle, limits, scratch):
    with TestClient(service(loaded(bundle), limits)) as client:
        yield client
    assert list(scratch.iterdir()) == []  # nothing is left of any request


def test_a_recording_has_the_prediction_of_the_command_line(client, bundle, anger):
    reply = client.post("/v1/recognise?name=a.wav", content=anger).json()
    expected = recognise(bundle, Recording(voice("anger", speaker=5, take=7)[:, None], RATE))
    assert reply["file"] == "a.wav"
    assert reply["emotion"] == expected.emotion == "anger"
    assert reply["probabilities"] == pytest.approx(dict(expected.probabilities), abs=1e-3)  # 16 bits are not 32
    assert (reply["bundle"], reply["unsure"], reply["duration"]) == ("small", expected.unsure, 0.6)


def test_a_form_is_as_good_as_a_raw_body(client, anger):
    form = client.post("/v1/recognise", files={"file": ("a.wav", anger)}).json()
    assert form == client.post("/v1/recognise?name=a.wav", content=anger).json()


def test_a_batch_has_a_prediction_or_an_error_for_each_file_in_its_order(client, anger):
    files = [("files", ("good.wav", anger)), ("files", ("bad.txt", b"hello")), ("files", ("short.wav", anger[:44]))]
    results = client.post("/v1/recognise/batch", files=files).json()["results"]
    assert [result["file"] for result in results] == ["good.wav", "bad.txt", "short.wav"]
    assert results[0]["emotion"] == "anger"
    assert "its first bytes are b'hello'" in results[1]["error"]
    assert results[2]["error"].startswith("short.wav: ")


@pytest.mark.parametrize(
    ("content", "status", "detail"),
    [
        (b"GIF89a", 415, "the recording: not readable as sound"),
        (b"", 422, "the recording: the file is empty"),
        (b"RIFF\xff\x00\x00\x00WAVE", 422, "the recording: truncated: the header promises 263 bytes"),
        (bytes(600_000), 413, "The request holds more than 0.5 MB"),
    ],
)
def test_errors_have_a_status_and_the_text_of_the_command_line(client, content, status, detail):
    reply = client.post("/v1/recognise", content=content)
    assert reply.status_code == reply.json()["status"] == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["detail"].startswith(detail)


def test_a_stream_of_unknown_size_is_cut_off_at_the_limit(client):
    parts = iter([bytes(100_000)] * 50)  # of 5 MB, where 0.5 are read
    assert client.post("/v1/recognise", content=parts).status_code == 413


def test_a_body_that_does_not_arrive_in_time_is_given_up(limits):
    async def never() -> dict:
        await asyncio.sleep(60)

    hasty = limits.model_copy(update={"upload_seconds": 0.01})
    request = Request({"type": "http", "headers": [], "query_string": b""}, never)
    with pytest.raises(UploadTimeoutError, match=r"did not arrive within 0.01 s"):
        asyncio.run(uploads_of(request, limits=hasty))


def test_forms_without_files_or_with_too_many_are_reported_with_how_to_send_them(client, anger):
    assert "curl -F" in client.post("/v1/recognise", files={"comment": (None, "no file")}).json()["detail"]
    many = client.post("/v1/recognise/batch", files=[("files", (str(i), anger)) for i in range(4)])
    assert (many.status_code, "at most 3" in many.json()["detail"]) == (400, True)
    two = client.post("/v1/recognise", files=[("files", (str(i), anger)) for i in range(2)])
    assert (two.status_code, "Send several to /v1/recognise/batch" in two.json()["detail"]) == (400, True)


def test_before_the_bundle_is_loaded_the_service_is_alive_and_not_ready(limits):
    with TestClient(service(Future(), limits)) as client:
        assert client.get("/health").json() == {"status": "alive"}
        for reply in (client.get("/ready"), client.get("/v1/bundle"), client.post("/v1/recognise", content=b"x")):
            assert reply.status_code == 503
            assert int(reply.headers["retry-after"]) > 0


def test_the_card_describes_the_model(client, bundle):
    assert client.get("/ready").json() == {"status": "ready", "bundle": "small"}
    assert client.get("/v1/bundle").json() == bundle.card.model_dump(mode="json")


def test_the_description_names_every_address_and_its_page_fetches_nothing(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/v1/recognise", "/v1/recognise/batch", "/health", "/ready", "/v1/bundle"}
    page = client.get("/docs").text
    assert all(path in page for path in paths)
    assert page.count("<code>?channel=</code> What is read of several channels: mix, left, right, or the number") == 2
    assert [*client.get("/openapi.json").json()["paths"]["/ready"]["get"]["responses"]] == ["200", "503"]
    assert "http" not in page.replace("http-equiv", "")
    assert client.get("/nothing").json()["detail"] == "Not Found. See /docs."


def test_a_request_beyond_the_limit_gets_the_time_to_retry():
    async def three_at_a_place_for_two() -> BusyError:
        limiter, free = RequestLimiter(at_once=1, waiting=1), threading.Event()
        limiter.seconds = 2.5  # of earlier jobs

        async def hold() -> None:
            async with limiter.slot():
                await limiter.run(free.wait)

        holding = [asyncio.create_task(hold()) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as refused:
            await hold()
        free.set()
        await asyncio.gather(*holding)
        async with limiter.slot():  # there is room again
            limiter.close()
        return refused.value

    assert asyncio.run(three_at_a_place_for_two()).seconds == 5  # two jobs of 2.5 s, one after the other


def test_the_channel_of_a_call_may_be_chosen(client, bundle):
    left, right = voice("anger", speaker=5, take=7), voice("sadness", speaker=6, take=8)
    length = min(len(left), len(right))
    call = encoded(np.stack([left[:length], right[:length]], axis=1))
    for channel, signal in (("left", left), ("2", right)):
        reply = client.post(f"/v1/recognise?channel={channel}", content=call).json()
        expected = recognise(bundle, Recording(signal[:length, None], RATE))
        assert reply["probabilities"] == pytest.approx(dict(expected.probabilities), abs=1e-3)
    assert any("channels differ" in remark for remark in client.post("/v1/recognise", content=call).json()["remarks"])
    unknown = client.post("/v1/recognise?channel=both", content=call)
    assert (unknown.status_code, unknown.headers["content-type"]) == (422, "application/problem+json")
    assert unknown.json()["detail"].startswith("channel='both': ")
    missing = client.post("/v1/recognise?channel=3", content=call)
    assert (missing.status_code, "channel 3 is asked for" in missing.json()["detail"]) == (422, True)


def test_a_batch_is_a_form(client, anger):
    reply = client.post("/v1/recognise/batch", content=anger)
    assert (reply.status_code, reply.json()["detail"][:24]) == (400, "The request is no form. ")


def test_every_error_is_described_as_it_is_sent(client):
    for operations in client.get("/openapi.json").json()["paths"].values():
        for operation in operations.values():
            errors = {status: reply for status, reply in operation["responses"].items() if status >= "400"}
            assert all(list(reply["content"]) == ["application/problem+json"] for reply in errors.values())


@pytest.fixture
def words_client(ensemble, limits):
    with TestClient(service(loaded(ensemble), limits)) as client:
        yield client


def test_the_reply_has_the_words_with_their_times_and_what_each_member_answers(words_client, ensemble, anger):
    reply = words_client.post("/v1/recognise", content=anger).json()
    expected = recognise(ensemble, Recording(voice("anger", speaker=5, take=7)[:, None], RATE))
    assert (reply["transcript"], reply["language"]) == ("stop it now", "en")
    assert reply["words"][1] == {"text": "it", "start": 0.2, "end": pytest.approx(0.3), "confidence": 0.9}
    assert set(reply["members"]) == {"svm", "tfidf"}
    for name, own in expected.members.items():
        assert reply["members"][name] == pytest.approx(dict(own), abs=1e-3)


def test_words_that_come_with_the_form_are_used_in_place_of_the_recogniser(words_client, parrot, anger):
    parrot.languages.clear()
    file = {"file": ("a.wav", anger)}
    reply = words_client.post("/v1/recognise", files=file, data={"transcript": "nobody is left"}).json()
    assert (reply["transcript"], reply["words"], parrot.languages) == ("nobody is left", [], [])
    assert max(reply["members"]["tfidf"], key=reply["members"]["tfidf"].get) == "sadness"
    empty = words_client.post("/v1/recognise", files=file, data={"transcript": " "}).json()
    assert (empty["transcript"], len(parrot.languages)) == ("stop it now", 1)


def test_a_batch_takes_words_for_each_file_in_their_order_or_for_none(words_client, anger):
    files = [("files", (name, anger)) for name in ("a.wav", "b.wav")]
    both = words_client.post("/v1/recognise/batch", files=files, data={"transcript": ["", "nobody is left"]}).json()
    assert [one["transcript"] for one in both["results"]] == ["stop it now", "nobody is left"]
    one = words_client.post("/v1/recognise/batch", files=files, data={"transcript": "nobody is left"})
    assert (one.status_code, "1 fields transcript for 2 files" in one.json()["detail"]) == (400, True)


def test_words_for_a_bundle_that_reads_none_and_unknown_fields_are_refused_with_the_remedy(client, anger):
    file = {"file": ("a.wav", anger)}
    words = client.post("/v1/recognise", files=file, data={"transcript": "hello"})
    assert words.status_code == 422
    assert words.json()["detail"].startswith(
        "a.wav: a transcript was given, but the bundle small (svm) reads no words."
    )
    channel = client.post("/v1/recognise", files=file, data={"channel": "left"})
    assert (channel.status_code, "?channel=left" in channel.json()["detail"]) == (400, True)


@pytest.mark.parametrize("address", ["?transcript=hello", "?chanel=left", "?name=a.wav&transcript="])
def test_an_unknown_parameter_in_the_address_is_refused_with_those_that_are_known(client, anger, address):
    reply = client.post(f"/v1/recognise{address}", content=anger)
    unknown = "chanel" if "chanel" in address else "transcript"
    assert reply.status_code == 400
    assert reply.json()["detail"].startswith(
        f"The address has parameters that mean nothing here: {unknown}. It takes channel, and name for a raw body; "
        "words go into a field of a form"
    )


def test_a_name_in_the_address_is_of_a_raw_body_alone(client, anger):
    for path in ("/v1/recognise", "/v1/recognise/batch"):
        reply = client.post(f"{path}?name=b.wav", files={"file": ("a.wav", anger)})
        assert (reply.status_code, "mean nothing here: name." in reply.json()["detail"]) == (400, True)


def test_words_that_come_as_a_file_are_refused_with_how_to_send_their_text(words_client, anger):
    files = {"file": ("a.wav", anger), "transcript": ("words.txt", b"nobody is left")}
    reply = words_client.post("/v1/recognise", files=files)
    assert (reply.status_code, "-F 'transcript=<words.txt'" in reply.json()["detail"]) == (400, True)


def test_a_bundle_without_words_says_so_in_the_reply(client, anger):
    reply = client.post("/v1/recognise", content=anger).json()
    assert [reply[name] for name in ("transcript", "words", "language", "members")] == [None, [], None, {}]


def test_the_description_names_the_fields_of_the_form(client):
    schema = client.get("/openapi.json").json()["paths"]["/v1/recognise"]["post"]["requestBody"]["content"]
    assert set(schema["multipart/form-data"]["schema"]["properties"]) == {"file", "transcript"}
    assert "<code>transcript</code>: The words of the file" in client.get("/docs").text


def test_a_recogniser_is_used_by_one_thread_at_a_time(ensemble, parrot, monkeypatch):
    inside, most = [], []

    def transcribe(self, signal, *, sampling_rate, language):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        return parrot.transcript

    monkeypatch.setattr(parrot, "transcribe", transcribe)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: ensemble.speech_to_text(np.zeros(160, np.float32), sampling_rate=RATE), range(4)))
    assert most == [1, 1, 1, 1]


def test_a_bundle_of_dimensions_replies_with_the_estimates_of_the_command_line(tmp_path, limits, anger):
    small_dimension_bundle(tmp_path / "rated")
    bundle = ready_bundle(tmp_path / "rated")
    expected = estimate(bundle, recording_from_bytes(anger)).dimensions
    with TestClient(service(loaded(bundle), limits)) as client:
        reply = client.post("/v1/recognise?name=a.wav", content=anger).json()
        files = [("files", ("a.wav", anger)), ("files", ("bad.txt", b"hello"))]
        whole, broken = client.post("/v1/recognise/batch", files=files).json()["results"]
        words = client.post("/v1/recognise", files={"file": ("a.wav", anger)}, data={"transcript": "hello"})
        card = client.get("/v1/bundle").json()
    found = {name: (own["value"], own["low"], own["high"]) for name, own in reply["dimensions"].items()}
    assert found == {name: (own.value, own.low, own.high) for name, own in expected.items()}
    assert whole == reply
    assert "not readable as sound" in broken["error"]
    assert "the bundle small (ridge) reads no words" in words.json()["detail"]
    assert card["dimensions"] == list(expected)
    assert reply["transcript"] is None


def test_a_bundle_of_dimensions_that_reads_words_takes_those_of_the_form_and_recognises_the_others(
    tmp_path, limits, anger, parrot
):
    small_dimension_bundle(tmp_path / "words", model="tfidf_ridge", rated=rated_sentences())
    bundle = ready_bundle(tmp_path / "words")
    with TestClient(service(loaded(bundle), limits)) as client:
        form = {"files": {"file": ("a.wav", anger)}, "data": {"transcript": "nobody is left"}}
        given, found = client.post("/v1/recognise", **form).json(), client.post("/v1/recognise", content=anger).json()
    assert (given["transcript"], found["transcript"]) == ("nobody is left", "stop it now")
    assert ([word["text"] for word in found["words"]], found["language"]) == (["stop", "it", "now"], "en")
    expected = estimate(bundle, recording_from_bytes(anger), transcript=Transcript("nobody is left"))
    assert given["dimensions"]["valence"]["value"] == expected.dimensions["valence"].value
    assert given["dimensions"]["valence"] != found["dimensions"]["valence"]
