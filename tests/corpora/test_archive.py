"""Unpacking what nobody vouches for."""

import io
import stat
import tarfile
import zipfile

import pytest

from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.fetching.archive import Limits, unpack

FILES = {"wav/a.wav": b"one" * 1000, "wav/b.wav": b"two", "README": b""}


def make_zip(path, files=FILES, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def make_tar(path, members, mode="w"):
    with tarfile.open(path, mode) as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def plain(name):
    return tarfile.TarInfo(name)


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def nothing_outside(tmp_path):
    return sorted(p.name for p in tmp_path.iterdir() if p.suffix not in (".zip", ".tar")) == ["out"]


def test_a_zip_comes_out_as_it_went_in(tmp_path, out):
    assert unpack(make_zip(tmp_path / "a.zip"), out) == 3
    assert contents(out) == FILES


@pytest.mark.parametrize("packing", ["", "gz", "bz2", "xz"])
def test_a_tar_comes_out_as_it_went_in(tmp_path, out, packing):
    members = [(plain(name), content) for name, content in FILES.items()]
    assert unpack(make_tar(tmp_path / "a.tar", members, f"w:{packing}"), out) == 3
    assert contents(out) == FILES


@pytest.mark.parametrize("name", ["../evil.wav", "wav/../../evil.wav", "/evil.wav", "C:/evil.wav", "..\\evil.wav"])
def test_a_zip_that_climbs_out_is_refused_before_anything_is_written(tmp_path, out, name):
    archive = make_zip(tmp_path / "a.zip", {"good.wav": b"x", name: b"evil"})
    with pytest.raises(CorpusError, match=r"leads outside.*Nothing was unpacked: take the official archive"):
        unpack(archive, out)
    assert contents(out) == {}
    assert nothing_outside(tmp_path)


@pytest.mark.parametrize("name", ["../evil.wav", "/evil.wav"])
def test_a_tar_that_climbs_out_is_refused(tmp_path, out, name):
    with pytest.raises(CorpusError, match=r"leads outside.*take the official archive"):
        unpack(make_tar(tmp_path / "a.tar", [(plain("a.wav"), b"x"), (plain(name), b"x")]), out)
    assert contents(out) == {}


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (tarfile.SYMTYPE, "link"),
        (tarfile.LNKTYPE, "link"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.FIFOTYPE, "device"),
    ],
)
def test_links_and_devices_in_a_tar_are_refused(tmp_path, out, kind, word):
    members = [(special("wav", kind, "/etc"), b""), (plain("wav/passwd"), b"x")]
    with pytest.raises(CorpusError, match=rf"'wav' is a {word}.*unpack this one yourself"):
        unpack(make_tar(tmp_path / "a.tar", members), out)
    assert list(out.iterdir()) == []


def test_a_link_in_a_zip_is_refused(tmp_path, out):
    info = zipfile.ZipInfo("wav")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc")
    with pytest.raises(CorpusError, match=r"is a link.*unpack this one yourself"):
        unpack(tmp_path / "a.zip", out)


def test_a_bomb_is_stopped_by_what_it_writes(tmp_path, out):
    archive = make_zip(tmp_path / "a.zip", {"a.wav": bytes(20_000_000)})
    with pytest.raises(CorpusError, match=r"not an archive of speech"):
        unpack(archive, out, limits=Limits(ratio_from=1_000_000))
    assert sum(len(content) for content in contents(out).values()) < 3_000_000


def test_a_bomb_that_lies_about_its_size_is_stopped_too(tmp_path, out):
    archive = make_zip(tmp_path / "a.zip", {"a.wav": bytes(20_000_000)})
    blob = archive.read_bytes().replace((20_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    archive.write_bytes(blob)
    with pytest.raises(CorpusError):
        unpack(archive, out, limits=Limits(ratio_from=1_000_000))
    assert sum(len(content) for content in contents(out).values()) < 3_000_000


def test_quiet_speech_that_packs_well_is_no_bomb(tmp_path, out):
    archive = make_zip(tmp_path / "a.zip", {"a.wav": bytes(5_000_000)})
    assert unpack(archive, out) == 1


@pytest.mark.parametrize("limits", [Limits(files=2), Limits(bytes=100)])
def test_more_or_larger_files_than_the_limits_are_refused_unopened(tmp_path, out, limits):
    with pytest.raises(CorpusError, match=r"allowed are.*Unpack it yourself"):
        unpack(make_zip(tmp_path / "a.zip"), out, limits=limits)
    assert contents(out) == {}


@pytest.mark.parametrize("cut", [10, 600])
def test_a_truncated_zip_is_broken_and_to_be_fetched_again(tmp_path, out, cut):
    archive = make_zip(tmp_path / "a.zip")
    archive.write_bytes(archive.read_bytes()[:-cut] if cut < 600 else archive.read_bytes()[:40])
    with pytest.raises(CorpusError, match=r"download it again"):
        unpack(archive, out)


def test_a_zip_with_spoilt_content_is_broken(tmp_path, out):
    archive = make_zip(tmp_path / "a.zip", {"a.wav": b"sound" * 100}, zipfile.ZIP_STORED)
    archive.write_bytes(archive.read_bytes().replace(b"soundsound", b"noisesound", 1))
    with pytest.raises(CorpusError, match=r"CRC.*download it again"):
        unpack(archive, out)


@pytest.mark.parametrize("packing", ["gz", "xz"])
def test_a_truncated_tar_is_broken(tmp_path, out, packing):
    members = [(plain(f"{i}.wav"), bytes(range(256)) * 40 * (i + 1)) for i in range(9)]
    archive = make_tar(tmp_path / "a.tar", members, f"w:{packing}")
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(CorpusError, match=r"download it again"):
        unpack(archive, out)


def test_what_is_no_archive_is_reported(tmp_path, out):
    (tmp_path / "a.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(CorpusError, match=r"not a zip or tar.*download it again"):
        unpack(tmp_path / "a.zip", out)


def test_a_full_disk_is_seen_before_unpacking(tmp_path, out, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 10})())
    with pytest.raises(CorpusError, match=r"Make room"):
        unpack(make_zip(tmp_path / "a.zip"), out)
    assert contents(out) == {}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_name_twice_is_refused(tmp_path, out):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.wav", b"1")
        archive.writestr("a.wav", b"2")
    with pytest.raises(CorpusError, match=r"occurs twice"):
        unpack(tmp_path / "a.zip", out)
