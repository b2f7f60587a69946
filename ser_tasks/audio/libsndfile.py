"""Sound files as libsndfile reads them."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import soundfile

from ser_tasks.audio.recording import damaged, truncated
from ser_tasks.audio.source import Samples, Source
from ser_tasks.audio.unproven import notes_on_ogg, unproven


class NotBySndfile(Exception):  # noqa: N818 - no fault of the file
    """A file that libsndfile does not know, or would read in part; `notes` say what of it is worth saying."""

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
