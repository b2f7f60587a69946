"""Files that hold sound alone: WAV, FLAC, OGG, MP3, AIFF."""

from pathlib import Path

import soundfile

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.audio.riff import refuse_short_riff


def read_sound_file(path: Path) -> Recording:
    """Decode a whole file at its own rate and channels.

    Raises:
        AudioError: truncated or foreign
    """
    refuse_short_riff(path, kind=b"WAVE")
    try:
        with soundfile.SoundFile(path) as sound:
            promised, sampling_rate = sound.frames, sound.samplerate
            samples = sound.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path}: not readable as sound ({error.error_string.rstrip('.')}), {_looks_like(path)}. "
            "Expected WAV, FLAC, OGG, MP3 or AIFF, or a video: copy it again from its source, or remove it from the "
            "folder."
        ) from error
    if len(samples) < promised:
        raise AudioError(
            f"{path}: truncated: the header promises {promised} samples, {len(samples)} are there. "
            "Copy it again from its source."
        )
    return Recording(samples, sampling_rate)


def _looks_like(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    return f"its first bytes are {head!r}"
