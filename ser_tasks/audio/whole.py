"""Files that lack bytes which their header promises, or hold more than it knows of: they still play, in part."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ser_tasks.audio.recording import AudioError, PointerError, truncated

POINTER = b"version https://git-lfs.github.com/spec/"
LARGEST_POINTER = 1024  # bytes, by its specification
NOT_KNOWN = (range(1), range(2**32 - 2**12, 2**32), range(2**64 - 1, 2**64))
"""Sizes that are written before the size is known: nothing has them."""
PIPED = (range(0x7F00_0000, 0x7F00_1000), range(0x7FFF_F000, 0x8000_1000))
"""The same of SoX, eSpeak and arecord, which write to pipes: files that were split at 2 GiB may have them, too."""
PAD = 1  # byte that stands behind an odd length, and that some writers count and do not write
MOST_CHUNKS = 1_000  # that are looked at; files that people make have some ten
FILLER = 4_096  # bytes behind the end that are no matter: tags, and what fills a sector
SPHERE_HEADER = 1024  # bytes that are read of it: its own length stands in them

OPEN_SIZE = "the header does not know how long it is, as from a pipe: heard to the end of the file"
BEHIND = "{found} bytes stand behind the end that the header states, and are not heard: was it finished?"

Promised = Callable[[bytes, Path], int | None]


def check_whole(path: Path) -> None:
    """Raise AudioError where the file lacks bytes that its header promises, or a second recording stands behind it.

    Raises:
        PointerError: a Git LFS pointer
        AudioError: cut; or two files in one
    """
    if is_pointer(path):
        raise PointerError(f"{path}: a Git LFS pointer, not the recording. Fetch what it stands for: git lfs pull.")
    head, promised, size = _head(path), _promised(path), path.stat().st_size
    if promised is None:
        return
    if size < promised - PAD:
        raise truncated(path, promised=promised, found=size, unit="bytes")
    if promised < size and _begins_at(path, promised) == head[:4] and not _is_continued(path, promised):
        raise AudioError(
            f"{path}: two recordings in one file: the first ends at byte {promised} of {size}, where another begins. "
            "Expected one: split it there, or join the sound instead of the files."
        )


def notes_on_size(path: Path) -> list[str]:
    """Notes on a file whose header proves nothing of its end, or that goes on behind it."""
    promised, size = _promised(path), path.stat().st_size
    if promised is None:
        order = {b"RIFF": "little", b"FORM": "big"}.get(_head(path)[:4])
        return [OPEN_SIZE] if order and _is_in(PIPED, _integer(_head(path), 4, 8, order)) else []
    behind = size - promised
    is_sound = behind > FILLER and any(_begins_at(path, promised, 2**16))
    return [BEHIND.format(found=behind)] if is_sound else []


def _head(path: Path) -> bytes:
    return _begins_at(path, 0, SPHERE_HEADER)


def _promised(path: Path) -> int | None:
    head = _head(path)
    return next((find(head, path) for magic, find in PROMISED.items() if head.startswith(magic)), None)


def _is_continued(path: Path, place: int) -> bool:
    """AVI of more than 1 GB: several lists in a row, all but the first called AVIX."""
    return _begins_at(path, place + 8) == b"AVIX"


def is_pointer(path: Path) -> bool:
    """Whether this is what Git LFS leaves in the place of a file that was not fetched."""
    return path.is_file() and path.stat().st_size < LARGEST_POINTER and _begins_at(path, 0, len(POINTER)) == POINTER


def _begins_at(path: Path, place: int, length: int = 4) -> bytes:
    with path.open("rb") as file:
        file.seek(place)
        return file.read(length)


def _number(head: bytes, first: int, last: int, order: str) -> int | None:
    """The unsigned integer in head[first:last]; None where it stands for a size that is not known."""
    value = _integer(head, first, last, order)
    return None if _is_in((*NOT_KNOWN, *PIPED), value) or len(head) < last else value


def _integer(head: bytes, first: int, last: int, order: str) -> int:
    return int.from_bytes(head[first:last], order)  # type: ignore[arg-type]


def _is_in(ranges: Sequence[range], value: int) -> bool:
    return any(value in one for one in ranges)


def _plus(number: int | None, more: int) -> int | None:
    return None if number is None else number + more


def _riff(head: bytes, path: Path) -> int | None:
    """The end of an AVI, or of a WAV: at least that of its samples, which the size of the whole may misstate."""
    if head[8:12] not in (b"WAVE", b"AVI "):
        return None
    end, size = _plus(_number(head, 4, 8, "little"), 8), path.stat().st_size
    for name, place, length in _chunks(path, 12, width=4, order="little") if head[8:12] == b"WAVE" else ():
        if name == b"data":
            sound = _plus(_number(length, 0, 4, "little"), place)
            if sound is None or end is None:
                return sound
            return size if sound <= size < end else max(sound, end)
    return end


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
    end = 8
    for name, place, length in _chunks(path, end, width=8, order="big"):
        size = _number(length, 0, 8, "big")
        if size is None:
            return None
        if name == b"caff":  # another file
            break
        end = place + size
    return end


def _chunks(path: Path, place: int, *, width: int, order: str) -> Iterator[tuple[bytes, int, bytes]]:
    """Name, first byte behind the head, and length of each chunk; a length of 4 bytes is filled up to an even one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for _ in range(MOST_CHUNKS):
            if place + 4 + width > size:
                return
            file.seek(place)
            head = file.read(4 + width)
            length, place = _integer(head, 4, 4 + width, order), place + 4 + width
            yield head[:4], place, head[4:]
            place += length + (length % 2 if width == 4 else 0)


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
"""What a file begins with: the bytes that it should have by its header; None where that does not state it."""
