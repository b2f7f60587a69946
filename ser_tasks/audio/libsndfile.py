"""Sound files as libsndfile reads them, and those whose header does not prove how much sound they hold.

The frames that libsndfile states are exact for what counts its samples. They are an estimate, and the end of what it
reads, for MP3 without a count of frames; and the first stream alone where several stand one after the other.

Tags at the end of bare packets (MP3, AAC) may hold pictures that look like sound. Sources: https://id3.org/ID3v1,
https://wiki.hydrogenaud.io/index.php?title=APEv2_specification, https://id3.org/Lyrics3v2
"""

import mmap
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import soundfile

from ser_tasks.audio.recording import Samples, Source, damaged, truncated

SAMPLES_UNKNOWN = slice(21, 26)  # of a FLAC file: the last 36 of these 40 bits are the number of samples
STREAMS = {
    "FLAC": b"fLaC\x00\x00\x00\x22",  # the mark, and the head of the block that must follow
    "OGG": b"OggS\x00\x02",  # a page that is the first of its stream
}
OGG_PAGE, LAST_PAGE = b"OggS", 4  # the flag stands in byte 5
XING = (b"Xing", b"Info")
COUNTED = 0b11  # the flags of a Xing header that states its frames and bytes

SEVERAL = "several streams one after the other in one file: all are heard"
OPEN_END = "the file has no end mark: it was cut, or its recorder was stopped"
NEVER_FINISHED = "the header was never finished (its data has size 0): the sound behind it is heard"

ID3V1, APE, LYRICS = 128, 32, 15  # bytes of a tag; of the foot of one; of the size and the mark at its end


class NotBySndfile(Exception):  # noqa: N818 - no fault of the file
    """A file that libsndfile does not know, or would read in part; `notes` are those found so far."""

    def __init__(self, reason: str, notes: list[str]) -> None:
        super().__init__(reason)
        self.notes = notes


def open_libsndfile(path: Path) -> Source:
    """A file whose length libsndfile knows.

    Raises:
        NotBySndfile: a file that it does not know, or would read in part
    """
    notes = notes_on_ogg(path)
    try:
        with soundfile.SoundFile(path) as sound:
            doubts = unproven(path, sound)
            rate, channels, n_samples = sound.samplerate, sound.channels, sound.frames
    except soundfile.LibsndfileError as error:
        raise NotBySndfile(f"libsndfile: {error.error_string.strip().rstrip('.')}", notes) from error
    if doubts is not None:
        raise NotBySndfile("libsndfile: it would be read in part", notes + doubts)
    return Source(path, rate, channels, n_samples, partial(_blocks, path), notes)


def _blocks(path: Path, n_samples: int) -> Iterator[Samples]:
    found = 0
    try:
        with soundfile.SoundFile(path) as sound:
            promised, rate = sound.frames, sound.samplerate
            while found < promised:
                samples = sound.read(min(n_samples, promised - found), dtype="float32", always_2d=True)
                if not len(samples):
                    break
                found += len(samples)
                yield samples
    except soundfile.LibsndfileError as error:
        raise damaged(path, error.error_string.strip(), after=found / rate) from error
    if found < promised:
        raise truncated(path, promised=promised, found=found, unit="samples")


def unproven(path: Path, sound: soundfile.SoundFile) -> list[str] | None:
    """Notes on a file that libsndfile may not read whole; None where it does.

    Args:
        path: of the file
        sound: the file as libsndfile opened it
    """
    if sound.frames == 0:
        return [NEVER_FINISHED]
    if sound.subtype.startswith("MPEG_LAYER"):
        return None if sound.format == "MP3" and _counts_its_frames(path) else []
    if sound.format in STREAMS and _holds(path, STREAMS[sound.format]) > 1:
        return [] if sound.format == "OGG" else [SEVERAL]
    return [] if sound.format == "FLAC" and _flac_of_unknown_length(path) else None


def notes_on_ogg(path: Path) -> list[str]:
    """Notes on an Ogg file, whoever reads it: several streams, or no end."""
    with path.open("rb") as file:
        if file.read(4) != OGG_PAGE:
            return []
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            flags = content.rfind(OGG_PAGE) + 5
            ended = flags < len(content) and content[flags] & LAST_PAGE
    return [SEVERAL] * (_holds(path, STREAMS["OGG"]) > 1) + [OPEN_END] * (not ended)


def _counts_its_frames(path: Path) -> bool:
    """An MP3 whose Xing or Info header states frames and bytes, and the bytes are those that are there."""
    with path.open("rb") as file:
        start = 0
        head = file.read(10)
        if head[:3] == b"ID3":  # ID3v2: 28 bits in four bytes of seven
            start = 10 + sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(reversed(head[6:10])))
        file.seek(start)
        frame = file.read(200)
    at = max(frame.find(mark) for mark in XING)
    if at < 0 or frame[at + 7] & COUNTED != COUNTED:
        return False
    behind = end_of_sound(path) - start - int.from_bytes(frame[at + 12 : at + 16], "big")
    return behind <= 0  # less than is stated is cut, which counting shows


def _flac_of_unknown_length(path: Path) -> bool:
    with path.open("rb") as file:
        content = file.read(SAMPLES_UNKNOWN.stop)
    return content[:4] == b"fLaC" and int.from_bytes(content[SAMPLES_UNKNOWN], "big") & (2**36 - 1) == 0


def _holds(path: Path, mark: bytes) -> int:
    """How often a mark stands in a file."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        count, place = 0, content.find(mark)
        while place >= 0:
            count, place = count + 1, content.find(mark, place + 1)
        return count


def end_of_sound(path: Path) -> int:
    """The byte where the tags at the end of a file begin; of a file without, its size."""
    end = path.stat().st_size
    with path.open("rb") as file:
        while True:
            file.seek(max(end - ID3V1, 0))
            length = _tag(file.read(min(ID3V1, end)))
            if not 0 < length <= end:
                return end
            end -= length


def _tag(last: bytes) -> int:
    """Bytes of the tag that these are the last of; 0: of none."""
    if len(last) == ID3V1 and last.startswith(b"TAG"):
        return ID3V1
    foot = last[-APE:]
    if foot.startswith(b"APETAGEX"):  # its size is without its head, which the highest flag marks
        return int.from_bytes(foot[12:16], "little") + (APE if foot[23:24] >= b"\x80" else 0)
    size = last[-LYRICS:-9]
    return int(size) + LYRICS if last.endswith(b"LYRICS200") and size.isdigit() else 0
