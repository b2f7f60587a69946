"""What `ser segment` does: the sentences of recordings, each as a file, and a table of where they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.sound_files import Job, channels_wanted, make_files, write_reported
from ser_tasks.audio.channels import check_channel
from ser_tasks.audio.recording import Source
from ser_tasks.audio.write import ENDINGS
from ser_tasks.bundles.inference.files import Columns, Row
from ser_tasks.bundles.inference.sentences import sentences
from ser_tasks.params.reading import read_params

if TYPE_CHECKING:
    from ser_tasks.params import VoiceParams

TABLE = "segments.csv"
COLUMNS: Columns = {
    "file": "text",
    "start": "text",
    "end": "text",
    "source": "text",
    "channel": "text",
    "clipped": "count",
}


def segment(inputs: Sequence[str], *, to: Path, form: str, channel: str, overwrite: bool) -> int:
    """The exit status, after every sentence is written.

    Args:
        inputs: files, folders, patterns, or - for a list on standard input
        to: folder to write
        form: wav or flac
        channel: mix, left, right, each, or a number from 1
        overwrite: files of the same names may be replaced

    Raises:
        UserError: nothing can start
    """
    check_channel(channel)
    voice = read_params().timeline.voice
    make = partial(_segments_of, to=to, ending=ENDINGS[form], channel=channel, voice=voice)
    return make_files(inputs, make, to=to, table=TABLE, columns=COLUMNS, overwrite=overwrite, kind="sentences")


def _segments_of(job: Job, source: Source, *, to: Path, ending: str, channel: str, voice: VoiceParams) -> Iterator[Row]:
    for one, suffix in channels_wanted(source, channel):
        for (start, end), sound in sentences(source, voice=voice, channel=one):
            place = job.target.with_name(f"{job.target.name}{suffix}_{_ms(start)}_{_ms(end)}{ending}")
            written = write_reported(to / place, [sound], sampling_rate=source.sampling_rate)
            yield {
                "file": place.as_posix(),
                "start": f"{start:.3f}",
                "end": f"{end:.3f}",
                "source": str(job.source),
                "channel": one,
                "clipped": written.clipped,
            }


def _ms(seconds: float) -> str:
    """Milliseconds, as in the ids of parts of files that `ser import` makes."""
    return f"{round(1000 * seconds):07d}"
