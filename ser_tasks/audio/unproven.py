"""Files whose header does not prove how much sound they hold, though libsndfile takes it for proof.

The frames that libsndfile states are exact for what counts its samples. They are an estimate, and the end of what it
reads, for MP3 without a count of frames; and the first stream alone where several stand one after the other.
"""

import mmap
from pathlib import Path

import soundfile

from ser_tasks.audio.tags import end_of_sound

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


def unproven(path: Path, sound: soundfile.SoundFile) -> list[str] | None:
    """What is to be said of a file that libsndfile may not read whole; None where it does.

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
    """What is to be said of an Ogg file, whoever reads it: several streams, or no end."""
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
    return behind <= 0  # less than is stated is cut, which counting tells


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
