"""Files that lack bytes which their header promises, or hold more than it knows of: they still play, in part."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ser_tasks.audio.recording import AudioError, PointerError, truncated

POINTER = b"version https://git-lfs.github.com/spec/"
LARGEST_POINTER = 1024  # bytes, by its specification
NOT_KNOWN = (0, 2**32 - 1, 2**64 - 1)  # sizes that are written before the size is known
PAD = 1  # byte that stands behind an odd length, and that some writers count and do not write
CHUNK = 12  # bytes of a CAF chunk's head
SPHERE_HEADER = 1024  # bytes that are read of it: its own length stands in them

Promised = Callable[[bytes, Path], int | None]


def refuse_partial(path: Path) -> None:
    """Raise AudioError where the file lacks bytes that its header promises, or a second recording stands behind it.

    Raises:
        PointerError: a Git LFS pointer
        AudioError: cut; or two files in one
    """
    if is_pointer(path):
        raise PointerError(f"{path}: a Git LFS pointer, not the recording. Fetch what it stands for: git lfs pull.")
    with path.open("rb") as file:
        head = file.read(SPHERE_HEADER)
    promised = next((find(head, path) for magic, find in PROMISED.items() if head.startswith(magic)), None)
    size = path.stat().st_size
    if promised is None:
        return
    if size < promised - PAD:
        raise truncated(path, promised=promised, found=size, unit="bytes")
    if promised < size and _begins_at(path, promised) == head[:4]:
        raise AudioError(
            f"{path}: two recordings in one file: the first ends at byte {promised} of {size}, where another begins. "
            "Expected one: split it there, or join the sound instead of the files."
        )


def is_pointer(path: Path) -> bool:
    """What Git LFS leaves in the place of a file that was not fetched."""
    return path.is_file() and path.stat().st_size < LARGEST_POINTER and _begins_at(path, 0, len(POINTER)) == POINTER


def _begins_at(path: Path, place: int, length: int = 4) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(length)


def _number(head: bytes, first: int, last: int, order: str) -> int | None:
    """The unsigned integer in head[first:last]; None where it stands for a size that is not known."""
    value = int.from_bytes(head[first:last], order)  # type: ignore[arg-type]
    return None if value in NOT_KNOWN or len(head) < last else value


def _plus(number: int | None, more: int) -> int | None:
    return None if number is None else number + more


def _riff(head: bytes, path: Path) -> int | None:
    return _plus(_number(head, 4, 8, "little"), 8) if head[8:12] in (b"WAVE", b"AVI ") else None


def _rf64(head: bytes, path: Path) -> int | None:
    return _plus(_number(head, 20, 28, "little"), 8) if head[12:16] == b"ds64" else None


def _w64(head: bytes, path: Path) -> int | None:
    return _number(head, 16, 24, "little")


def _form(head: bytes, path: Path) -> int | None:
    return _plus(_number(head, 4, 8, "big"), 8) if head[8:12] in (b"AIFF", b"AIFC") else None


def _snd(head: bytes, path: Path) -> int | None:
    return _plus(_number(head, 8, 12, "big"), int.from_bytes(head[4:8], "big"))


def _caf(head: bytes, path: Path) -> int | None:
    """The end of the last chunk that begins inside the file; the sound's own may be open."""
    size, place = path.stat().st_size, 8
    with path.open("rb") as file:
        while place + CHUNK <= size:
            file.seek(place)
            chunk = file.read(CHUNK)
            length = _number(chunk, 4, 12, "big")
            if length is None:
                return None
            if chunk.startswith(b"caff"):  # another file
                break
            place += CHUNK + length
    return place


def _sphere(head: bytes, path: Path) -> int | None:
    """NIST SPHERE: text, of which three lines give the samples; files that are packed inside state no bytes."""
    lines = [line.split(maxsplit=2) for line in head.splitlines()]
    said = {line[0]: line[2] for line in lines if len(line) == 3}
    sizes = [said.get(name, b"") for name in (b"sample_count", b"sample_n_bytes", b"channel_count")]
    sizes.append(b"".join(lines[1]) if len(lines) > 1 else b"")  # of the header itself
    if not all(size.isdigit() for size in sizes) or b"shorten" in said.get(b"sample_coding", b""):
        return None
    count, width, channels, header = map(int, sizes)
    return header + count * width * channels


PROMISED: Mapping[bytes, Promised] = {
    b"RIFF": _riff,  # WAV and AVI
    b"RF64": _rf64,
    b"riff": _w64,
    b"FORM": _form,  # AIFF
    b".snd": _snd,  # AU
    b"caff": _caf,
    b"NIST_1A": _sphere,
}
"""What a file begins with: the bytes that it should have by its header; None where that does not say."""
