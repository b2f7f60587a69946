"""Unpack a zip or tar that nobody vouches for: inside one folder, plain files only, bounded."""

import gzip
import itertools
import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.fetching.progress import Progress, Silent

BLOCK = 1 << 20  # bytes copied at a time
REFUSED = "Nothing was unpacked: take the official archive, or unpack this one yourself and give the folder."


@dataclass(frozen=True)
class Limits:
    """What an archive of speech may hold; 16-bit speech shrinks by two to four, never by hundreds."""

    files: int = 200_000
    bytes: int = 100 << 30
    ratio: float = 100.0  # bytes written per byte of archive
    ratio_from: int = 64 << 20  # bytes written before the ratio is checked


@dataclass(frozen=True)
class Member:
    """One file of an archive, as its header declares it."""

    name: str
    size: int
    kind: str  # file, folder, or what it is instead
    handle: zipfile.ZipInfo | tarfile.TarInfo


def unpack(archive: Path, folder: Path, *, limits: Limits | None = None, progress: Progress | None = None) -> int:
    """Number of files of an archive, written below an existing folder.

    The limits hold for what is really written, whatever the headers state.

    Raises:
        CorpusError: broken, not an archive, too large, or a member that is no plain file inside the folder
    """
    limits, progress = limits or Limits(), progress or Silent()
    with _broken_means_fetch_again(archive):
        opened = _open(archive)
        with opened:
            members = _plain(archive, _members(archive, opened, limits))
            _check_declared(archive, members, folder, limits)
            progress.start(f"unpacking {archive.name}", sum(member.size for member in members))
            budget = Budget(archive, limits)
            for member in members:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(_stream(opened, member), target, budget, progress)
    return len(members)


class Budget:
    """Bytes written so far, held against the limits."""

    def __init__(self, archive: Path, limits: Limits) -> None:
        self.archive, self.limits, self.written = archive, limits, 0
        self.size = max(archive.stat().st_size, 1)

    def spend(self, amount: int) -> None:
        """Count `amount` bytes about to be written.

        Raises:
            CorpusError: more than the limits allow
        """
        self.written += amount
        inflated = self.written > self.limits.ratio_from and self.written > self.limits.ratio * self.size
        if self.written > self.limits.bytes or inflated:
            raise CorpusError(
                f"{self.archive}: {self.written} bytes came out of {self.size}, allowed are "
                f"{self.limits.bytes} and {self.limits.ratio:g} times the archive. This is not an archive of "
                "speech: do not unpack it, and take the official one."
            )


def _open(archive: Path) -> zipfile.ZipFile | tarfile.TarFile:
    with archive.open("rb") as file:
        if file.read(2) == b"PK":
            return zipfile.ZipFile(archive)
    return tarfile.open(archive)


@contextmanager
def _broken_means_fetch_again(archive: Path) -> Iterator[None]:
    broken = (
        *(zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile),
        *(zlib.error, lzma.LZMAError, EOFError, NotImplementedError),
    )
    try:
        yield
    except FileExistsError as error:
        raise CorpusError(
            f"{archive}: its file {error.filename} came out of another archive already. Unpack them yourself "
            "and give the folder."
        ) from error
    except broken as error:
        raise CorpusError(
            f"{archive}: broken, or not a zip or tar archive ({_brief(error)}). Remove it and download it again."
        ) from error


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(":") or type(error).__name__


def _members(archive: Path, opened: zipfile.ZipFile | tarfile.TarFile, limits: Limits) -> list[Member]:
    if isinstance(opened, tarfile.TarFile):
        few = itertools.islice(opened, limits.files + 1)
        return [Member(info.name, info.size, _tar_kind(info), info) for info in few]
    encrypted = [info.filename for info in opened.infolist() if info.flag_bits & 1]
    if encrypted:
        raise CorpusError(
            f"{archive}: protected by a password (the first: {encrypted[0]}). Unpack it yourself and give the folder."
        )
    return [Member(info.filename, info.file_size, _zip_kind(info), info) for info in opened.infolist()]


def _tar_kind(info: tarfile.TarInfo) -> str:
    if info.isdir():
        return "folder"
    return "file" if info.isreg() else "link" if info.issym() or info.islnk() else "device"


def _zip_kind(info: zipfile.ZipInfo) -> str:
    if info.is_dir():
        return "folder"
    mode = stat.S_IFMT(info.external_attr >> 16)
    return "link" if mode == stat.S_IFLNK else "file" if mode in (0, stat.S_IFREG) else "device"


def _plain(archive: Path, members: list[Member]) -> list[Member]:
    """The files, once all names are known to be safe and distinct."""
    seen: set[PurePosixPath] = set()
    for member in members:
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or "\\" in member.name or PureWindowsPath(member.name).drive:
            raise CorpusError(f"{archive}: member {member.name!r} leads outside the folder. {REFUSED}")
        if member.kind not in ("file", "folder"):
            raise CorpusError(f"{archive}: member {member.name!r} is a {member.kind}, expected a plain file. {REFUSED}")
        if member.kind == "file" and path in seen:
            raise CorpusError(f"{archive}: member {member.name!r} occurs twice. {REFUSED}")
        seen.add(path)
    return [member for member in members if member.kind == "file"]


def _check_declared(archive: Path, members: list[Member], folder: Path, limits: Limits) -> None:
    total = sum(member.size for member in members)
    if len(members) > limits.files or total > limits.bytes:
        raise CorpusError(
            f"{archive}: {len(members)} files of {total} bytes; allowed are {limits.files} files of "
            f"{limits.bytes}. Unpack it yourself and give the folder, if it is what you want."
        )
    free = shutil.disk_usage(folder).free
    if total > free:
        raise CorpusError(
            f"{folder}: unpacking {archive.name} takes {total / 1e6:.0f} MB, {free / 1e6:.0f} MB are free. "
            "Make room, or give a folder that is already unpacked."
        )


def _stream(opened: zipfile.ZipFile | tarfile.TarFile, member: Member) -> IO[bytes]:
    if isinstance(opened, zipfile.ZipFile):
        assert isinstance(member.handle, zipfile.ZipInfo)
        return opened.open(member.handle)
    assert isinstance(member.handle, tarfile.TarInfo)
    stream = opened.extractfile(member.handle)
    assert stream is not None  # a plain file always has one
    return stream


def _write(stream: IO[bytes], target: Path, budget: Budget, progress: Progress) -> None:
    with stream, target.open("xb") as file:
        while block := stream.read(BLOCK):
            budget.spend(len(block))
            file.write(block)
            progress.advance(len(block))
