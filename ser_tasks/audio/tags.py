"""Tags at the end of bare packets (MP3, AAC): pictures in them may look like sound.

Sources: https://id3.org/ID3v1, https://wiki.hydrogenaud.io/index.php?title=APEv2_specification, https://id3.org/Lyrics3v2
"""

from pathlib import Path

ID3V1, APE, LYRICS = 128, 32, 15  # bytes of a tag; of the foot of one; of the size and the mark at its end


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
    if foot.startswith(b"APETAGEX"):  # its size is without its head, of which the highest flag tells
        return int.from_bytes(foot[12:16], "little") + (APE if foot[23:24] >= b"\x80" else 0)
    size = last[-LYRICS:-9]
    return int(size) + LYRICS if last.endswith(b"LYRICS200") and size.isdigit() else 0
