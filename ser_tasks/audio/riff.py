"""RIFF containers (WAV, AVI) that were cut: they still play, shortened."""

from pathlib import Path

from ser_tasks.audio.recording import AudioError

STREAMED = (8, 2**32 + 7)  # bytes promised by a header that was written before the size was known: 0, or all ones


def refuse_short_riff(path: Path, *, kind: bytes) -> None:
    """Raise AudioError where a RIFF file of this kind (b"WAVE" or b"AVI ") has fewer bytes than its header states."""
    with path.open("rb") as file:
        head = file.read(12)
    promised = int.from_bytes(head[4:8], "little") + 8
    if (head[:4], head[8:]) == (b"RIFF", kind) and promised not in STREAMED and path.stat().st_size < promised:
        raise AudioError(
            f"{path}: truncated: the header promises {promised} bytes, {path.stat().st_size} are there. "
            "Copy it again from its source."
        )
