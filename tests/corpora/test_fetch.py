"""Corpora into place: linked, unpacked, downloaded, and never half."""

import threading
import zipfile
from dataclasses import replace

import pytest
from filelock import FileLock

from ser_tasks.corpora.catalogue import emodb, ravdess
from ser_tasks.corpora.corpus import CorpusError, Source
from ser_tasks.corpora.fetching.download import md5
from ser_tasks.corpora.fetching.fetch import fetch, find_root
from ser_tasks.corpora.manifest import read_manifest
from ser_tasks.corpora.place import place_of, state_of
from ser_tasks.corpora.reading import read_corpus
from tests.corpora.conftest import EMODB_NAMES, Behaviour, write

CORPUS = emodb.CORPUS


def pack(folder, archive, prefix=""):
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                packed.write(file, prefix + file.relative_to(folder).as_posix())
    return archive


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def archive(emodb_root, tmp_path):
    return pack(emodb_root, tmp_path / "copy.zip")


def utterances(corpus, data):
    place = place_of(corpus, data)
    return read_corpus(corpus, place.root, place.manifest).utterance_id.tolist()


def leftovers(data):
    return [p.name for p in (data / "corpora").iterdir() if p.name not in (CORPUS.name, f".{CORPUS.name}.lock")]


def test_a_folder_is_linked_not_copied(emodb_root, data):
    done = fetch(CORPUS, data, origin=emodb_root)
    assert done.root.readlink() == emodb_root
    assert done.n_files == len(EMODB_NAMES)
    assert utterances(CORPUS, data) == sorted(EMODB_NAMES)


def test_an_archive_is_unpacked_with_its_label_files(archive, data):
    done = fetch(CORPUS, data, origin=archive)
    assert not done.root.is_symlink()
    assert (done.root / "lablaut" / "03a01Fa.lablaut").is_file()
    assert utterances(CORPUS, data) == sorted(EMODB_NAMES)
    assert leftovers(data) == []


def test_a_file_address_is_a_path(archive, emodb_root, data, tmp_path):
    fetch(CORPUS, data, origin=archive.as_uri())
    assert len(utterances(CORPUS, data)) == len(EMODB_NAMES)
    fetch(CORPUS, tmp_path / "other", origin=emodb_root.as_uri())
    assert (tmp_path / "other" / "corpora" / "emodb").is_symlink()


@pytest.mark.parametrize("prefix", ["", "emodb/", "download/Emo DB/"])
def test_the_root_is_found_however_deep_it_was_packed(emodb_root, data, tmp_path, prefix):
    fetch(CORPUS, data, origin=pack(emodb_root, tmp_path / "a.zip", prefix))
    assert read_manifest(data / "manifests" / "emodb.csv")[0].path == "wav/03a01Fa.wav"


def test_the_root_of_ravdess_is_above_its_actors(data, tmp_path):
    for actor in ("01", "02"):
        write(tmp_path / "r", f"Actor_{actor}/03-01-03-01-01-01-{actor}.wav")
    fetch(ravdess.CORPUS, data, origin=pack(tmp_path / "r", tmp_path / "r.zip", "RAVDESS/"))
    assert [e.path for e in read_manifest(data / "manifests" / "ravdess.csv")] == [
        "Actor_01/03-01-03-01-01-01-01.wav",
        "Actor_02/03-01-03-01-01-01-02.wav",
    ]


def test_without_the_usual_folders_wrappers_are_stepped_over(tmp_path):
    write(tmp_path, "outer/inner/03a01Fa.wav")
    write(tmp_path, "outer/inner/03a01Wa.wav")
    (tmp_path / "__MACOSX").mkdir()
    assert find_root(CORPUS, tmp_path) == tmp_path / "outer" / "inner"


def served(corpus, archive, serve, *, checksum=None):
    address = serve(Behaviour(archive.read_bytes()))
    official = Source(f"{address}/download.zip", archive.stat().st_size, checksum or md5(archive))
    return replace(corpus, sources=(official,))


def test_the_official_archive_is_downloaded_verified_unpacked_and_removed(archive, data, serve, notes):
    done = fetch(served(CORPUS, archive, serve), data, progress=notes)
    assert done.how.startswith("downloaded from http://127.0.0.1")
    assert utterances(CORPUS, data) == sorted(EMODB_NAMES)
    assert not list((data / "corpora" / ".downloads").rglob("*.zip"))
    assert [step.split()[0] for step, *_ in notes.steps] == ["downloading", "unpacking"]
    assert not any("not verified" in note for note in notes.notes)


def test_a_wrong_checksum_leaves_nothing_in_place(archive, data, serve):
    with pytest.raises(CorpusError, match=r"not the official archive"):
        fetch(served(CORPUS, archive, serve, checksum="0" * 32), data)
    assert state_of(CORPUS, data).kind == "absent"
    assert not (data / "manifests").exists()


def test_another_address_is_taken_and_reported_as_unverified(archive, data, serve, notes):
    address = serve(Behaviour(archive.read_bytes()))
    fetch(CORPUS, data, origin=f"{address}/mine.zip", progress=notes)
    assert "mine.zip: checksum not verified (not the official archive)" in notes.notes


def test_a_copy_of_the_official_archive_is_verified_by_its_name_and_size(archive, data, notes):
    official = Source("http://127.0.0.1/copy.zip", archive.stat().st_size, md5(archive))
    fetch(replace(CORPUS, sources=(official,)), data, origin=archive, progress=notes)
    assert "copy.zip: the official archive, checksum verified" in notes.notes


def test_a_spoilt_copy_of_the_official_archive_is_refused(archive, data):
    official = Source("http://127.0.0.1/copy.zip", archive.stat().st_size, "0" * 32)
    with pytest.raises(CorpusError, match=r"not the official archive: expected"):
        fetch(replace(CORPUS, sources=(official,)), data, origin=archive)
    assert archive.exists()


def test_an_archive_of_another_name_is_taken_and_reported_as_unverified(archive, data, notes):
    fetch(CORPUS, data, origin=archive, progress=notes)
    assert "copy.zip: not the official archive: checksum not verified" in notes.notes


def test_optional_archives_come_only_with_everything(tmp_path, data, serve):
    archives = []
    for channel in ("01", "02"):
        write(tmp_path / channel, f"Actor_01/03-{channel}-03-01-01-01-01.wav")
        packed = pack(tmp_path / channel, tmp_path / f"{channel}.zip")
        archives.append(Source(f"{serve(Behaviour(packed.read_bytes()))}/{channel}.zip", optional=channel == "02"))
    corpus = replace(ravdess.CORPUS, sources=tuple(archives))
    assert fetch(corpus, data).n_files == 1
    assert fetch(corpus, tmp_path / "other", everything=True).n_files == 2


def test_fetching_again_keeps_the_folder_and_states_the_new_version(emodb_root, data, notes):
    fetch(CORPUS, data, origin=emodb_root)
    write(emodb_root, "wav/03a02Wa.wav")
    done = fetch(CORPUS, data, progress=notes)
    assert done.how == "used as it is, linked before"
    assert "another version than the manifest stated: 1 files new, 0 gone, 0 changed" in notes.notes
    assert "03a02Wa" in utterances(CORPUS, data)


def test_a_link_may_be_replaced_by_an_archive_and_the_users_folder_stays(emodb_root, archive, data):
    fetch(CORPUS, data, origin=emodb_root)
    fetch(CORPUS, data, origin=archive)
    assert state_of(CORPUS, data).kind == "unpacked"
    assert len(list((emodb_root / "wav").iterdir())) == len(EMODB_NAMES)


def test_an_unpacked_folder_is_never_overwritten(emodb_root, archive, data):
    fetch(CORPUS, data, origin=archive)
    with pytest.raises(CorpusError, match=r"unpacked here already. Remove that folder"):
        fetch(CORPUS, data, origin=emodb_root)


def test_misnamed_files_in_a_linked_folder_are_reported_at_once(emodb_root, data, notes):
    write(emodb_root, "wav/copy of 03a01Fa.wav")
    fetch(CORPUS, data, origin=emodb_root, progress=notes)
    assert any("will be refused" in note and "copy of 03a01Fa.wav" in note for note in notes.notes)


def test_a_folder_of_something_else_is_refused(tmp_path, data):
    write(tmp_path / "music", "song.wav")
    with pytest.raises(CorpusError, match=r"none is named as in emodb.*Give the folder that holds the corpus"):
        fetch(CORPUS, data, origin=tmp_path / "music")
    assert state_of(CORPUS, data).kind == "absent"


def test_an_archive_of_something_else_leaves_nothing_behind(tmp_path, data):
    write(tmp_path / "music", "song.wav")
    with pytest.raises(CorpusError, match=r"none is named as in emodb"):
        fetch(CORPUS, data, origin=pack(tmp_path / "music", tmp_path / "music.zip"))
    assert leftovers(data) == []


@pytest.mark.parametrize("where", ["corpora/mine", "."])
def test_a_folder_inside_or_around_the_corpora_is_refused(data, where):
    write(data / "corpora" / "mine", "wav/03a01Fa.wav")
    with pytest.raises(CorpusError, match=r"Give a folder elsewhere"):
        fetch(CORPUS, data, origin=data / where)


@pytest.mark.parametrize(
    ("origin", "hint"),
    [("ftp://host/a.zip", "http, https, file"), ("nowhere/at/all", "Give the folder, or the zip or tar")],
)
def test_a_source_that_cannot_be_read_is_reported_with_what_can(data, origin, hint):
    with pytest.raises(CorpusError, match=hint):
        fetch(CORPUS, data, origin=origin)


def test_a_corpus_under_licence_is_reported_with_how_to_get_it(data):
    with pytest.raises(CorpusError, match=r"cannot be downloaded. To get it: ask its authors"):
        fetch(replace(CORPUS, sources=(), how_to_get="ask its authors"), data)


def test_a_link_whose_folder_is_gone_is_reported(emodb_root, data):
    fetch(CORPUS, data, origin=emodb_root)
    emodb_root.rename(emodb_root.with_name("moved"))
    with pytest.raises(CorpusError, match=r"a link to .*which is gone.*--from FOLDER"):
        fetch(CORPUS, data)
    assert state_of(CORPUS, data).kind == "broken"
    fetch(CORPUS, data, origin=emodb_root.with_name("moved"))
    assert state_of(CORPUS, data).kind == "linked"


def test_a_second_fetch_waits_for_the_first(emodb_root, data, notes):
    (data / "corpora").mkdir(parents=True)
    lock = FileLock(data / "corpora" / ".emodb.lock", thread_local=False)
    lock.acquire()
    second = threading.Thread(target=fetch, args=(CORPUS, data), kwargs={"origin": emodb_root, "progress": notes})
    second.start()
    second.join(timeout=0.3)
    assert second.is_alive()
    assert not (data / "corpora" / "emodb").exists()
    lock.release()
    second.join(timeout=10)
    assert (data / "corpora" / "emodb").is_symlink()
    assert any("waiting" in note for note in notes.notes)


def test_the_state_follows_what_happens(emodb_root, data):
    assert state_of(CORPUS, data).kind == "absent"
    fetch(CORPUS, data, origin=emodb_root)
    state = state_of(CORPUS, data)
    assert (state.kind, state.target, state.n_files, state.manifest) == (
        "linked",
        str(emodb_root),
        5,
        "in date",
    )
    write(emodb_root, "wav/03a02Wa.wav")
    assert state_of(CORPUS, data).manifest == "out of date"
    (data / "manifests" / "emodb.csv").unlink()
    assert state_of(CORPUS, data).manifest == "none"
