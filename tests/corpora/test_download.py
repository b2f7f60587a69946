"""Downloads that break off, servers that misbehave, checksums that do not fit."""

import hashlib
import itertools

import numpy as np
import pytest

from ser_tasks.corpora.corpus import CorpusError, Source
from ser_tasks.corpora.fetching.download import ATTEMPTS, download
from tests.corpora.conftest import Behaviour

CONTENT = np.random.default_rng(0).bytes(1_500_000)
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def source(address, *, size=1_500_000, md5=MD5):
    return Source(f"{address}/corpus.zip?download=1", size, md5)


def get(address, tmp_path, **more):
    return download(source(address), tmp_path, sleep=lambda seconds: None, **more)


def test_the_archive_arrives_whole_under_its_own_name(serve, tmp_path):
    path = get(serve(Behaviour(CONTENT)), tmp_path)
    assert path == tmp_path / "corpus.zip"
    assert path.read_bytes() == CONTENT
    assert [p.name for p in tmp_path.iterdir()] == ["corpus.zip"]


def test_a_broken_transfer_goes_on_where_it_broke_off(serve, tmp_path):
    behaviour = Behaviour(CONTENT, break_after=[600_000, 300_000])
    assert get(serve(behaviour), tmp_path).read_bytes() == CONTENT
    asked = [request.get("Range") for request in behaviour.asked]
    assert asked[0] is None
    assert all(0 < int(range_[6:-1]) <= 900_000 for range_ in asked[1:])
    assert behaviour.asked[1]["If-Range"] == '"one"'


def test_a_later_run_goes_on_too(serve, tmp_path, notes):
    first = Behaviour(CONTENT, break_after=[400_000] + [0] * (ATTEMPTS - 1))
    address = serve(first)
    with pytest.raises(CorpusError, match=r"run `ser fetch` again: it goes on where it broke off"):
        get(address, tmp_path)
    kept = (tmp_path / "corpus.zip.part").stat().st_size
    assert kept > 0
    assert get(address, tmp_path, progress=notes).read_bytes() == CONTENT
    assert first.asked[-1]["Range"] == f"bytes={kept}-"
    assert notes.steps[-1][1:] == (len(CONTENT), kept)


def test_a_server_without_ranges_starts_again_from_the_first_byte(serve, tmp_path):
    behaviour = Behaviour(CONTENT, ranges=False, break_after=[700_000])
    assert get(serve(behaviour), tmp_path).read_bytes() == CONTENT
    assert len(behaviour.asked) == 2


def test_a_file_that_changed_meanwhile_starts_again(serve, tmp_path):
    behaviour = Behaviour(b"old" * 500_000, break_after=[300_000] + [0] * ATTEMPTS)
    address = serve(behaviour)
    with pytest.raises(CorpusError, match=r"again"):
        get(address, tmp_path)
    behaviour.content, behaviour.etag, behaviour.break_after = CONTENT, '"two"', []
    assert get(address, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("etag", "modified", "resumes"),
    [('W/"weak"', "Mon, 01 Jan 2024 00:00:00 GMT", True), ('W/"weak"', None, False), (None, None, False)],
)
def test_only_a_strong_validator_or_a_date_allows_going_on(serve, tmp_path, etag, modified, resumes):
    behaviour = Behaviour(CONTENT, etag=etag, modified=modified, break_after=[600_000])
    assert get(serve(behaviour), tmp_path).read_bytes() == CONTENT
    assert ("Range" in behaviour.asked[1]) is resumes


def test_a_busy_server_is_tried_again_with_growing_pauses(serve, tmp_path):
    pauses = []
    behaviour = Behaviour(CONTENT, status=[503, 429, 500])
    download(source(serve(behaviour)), tmp_path, sleep=pauses.append)
    assert pauses == [1, 2, 4]


def test_a_refusal_is_final_and_reports_what_to_do_by_hand(serve, tmp_path):
    behaviour = Behaviour(CONTENT, status=[404])
    with pytest.raises(CorpusError, match=r"404 Not Found.*download it by hand"):
        get(serve(behaviour), tmp_path)
    assert len(behaviour.asked) == 1


def test_an_unreachable_server_is_reported_after_some_attempts(tmp_path):
    pauses = []
    with pytest.raises(CorpusError, match=rf"after {ATTEMPTS} attempts.*Check the connection"):
        download(source("http://127.0.0.1:9"), tmp_path, sleep=pauses.append)
    assert len(pauses) == ATTEMPTS - 1


def test_a_wrong_checksum_names_both_and_removes_the_file(serve, tmp_path):
    other = CONTENT[:-1] + b"?"
    found = hashlib.md5(other, usedforsecurity=False).hexdigest()
    with pytest.raises(CorpusError, match=rf"expected .*{MD5}, found .*{found}.*removed. Run `ser fetch` again"):
        get(serve(Behaviour(other)), tmp_path)
    assert not (tmp_path / "corpus.zip.part").exists()
    assert get(serve(Behaviour(CONTENT)), tmp_path).read_bytes() == CONTENT


def test_a_longer_file_is_not_the_official_one(serve, tmp_path):
    with pytest.raises(CorpusError, match=r"not the official archive: expected 1500000 bytes"):
        get(serve(Behaviour(CONTENT + b"!")), tmp_path)


def test_a_file_that_is_merely_short_is_kept(serve, tmp_path):
    with pytest.raises(CorpusError, match=r"1000000 bytes, expected 1500000: the file is short. It is kept"):
        get(serve(Behaviour(CONTENT[:1_000_000])), tmp_path)
    assert (tmp_path / "corpus.zip.part").stat().st_size == 1_000_000


def test_without_a_published_checksum_the_file_is_taken(serve, tmp_path):
    path = download(source(serve(Behaviour(CONTENT)), size=None, md5=None), tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_full_disk_is_seen_before_downloading(serve, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1_000_000})())
    with pytest.raises(CorpusError, match=r"Make room, or link a folder"):
        get(serve(Behaviour(CONTENT)), tmp_path)


def test_any_sequence_of_breaks_gives_the_same_file(serve, tmp_path):
    for number, breaks in enumerate(itertools.permutations([1, 100_000, 262_144, 262_145])):
        if number % 6 == 0:
            folder = tmp_path / str(number)
            assert get(serve(Behaviour(CONTENT, break_after=list(breaks))), folder).read_bytes() == CONTENT


def test_an_archive_left_by_an_earlier_run_is_used_only_if_its_checksum_fits(serve, tmp_path, notes):
    behaviour = Behaviour(CONTENT)
    address = serve(behaviour)
    (tmp_path / "corpus.zip").write_bytes(b"from somewhere else")
    assert get(address, tmp_path).read_bytes() == CONTENT
    assert get(address, tmp_path, progress=notes).read_bytes() == CONTENT
    assert len(behaviour.asked) == 1
    assert "checksum verified" in notes.notes[0]
    download(source(address, md5=None), tmp_path)
    assert len(behaviour.asked) == 2
