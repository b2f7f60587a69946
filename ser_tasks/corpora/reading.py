"""From a corpus folder to the table of utterances, refusing what the corpus' grammar does not know.

Three steps, so that a flow can spread the slow one: `describe` (names, no decoding), `read_file` for each
file, `assemble`. `read_corpus` is the three in a row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath

import pandas as pd

from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.corpus import UNKNOWN, Corpus, CorpusError, Parsed, Utterance
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import Entry, check_file, check_names, read_manifest
from ser_tasks.corpora.utterances import utterance_table
from ser_tasks.errors import UserError


@dataclass(frozen=True)
class Sound:
    """Facts from decoding a file: `sha256` is of the sound, the same in WAV and FLAC."""

    path: str  # relative to the corpus root
    duration: float  # s
    sampling_rate: int  # Hz
    sha256: str


def read_corpus(corpus: Corpus, root: Path, manifest: Path) -> pd.DataFrame:
    """All utterances of a corpus folder, in the columns of `ser_tasks.corpora.utterances.SCHEMA`.

    Args:
        corpus: its module's declaration
        root: the folder, or a link to it
        manifest: the version it must be

    Raises:
        CorpusError: a file missing, new or changed since the manifest, or a name outside the grammar
        AudioError: a file that is not readable as sound
    """
    utterances, audio = describe(corpus, root, manifest)
    return assemble(corpus, utterances, read_files(root, audio))


def describe(corpus: Corpus, root: Path, manifest: Path) -> tuple[list[Utterance], list[Entry]]:
    """The utterances as named, and the audio files to decode; no file came, went or is misnamed."""
    listing, entries = list_audio(root, corpus), read_manifest(manifest)
    check_names(root, listing, entries)
    side = set(listing.side)
    for entry in entries:
        if entry.path in side:
            check_file(root, entry)
    utterances = name_utterances(corpus, root, listing.audio)
    paths = {utterance.path for utterance in utterances}
    return utterances, [entry for entry in entries if entry.path in paths]


def read_file(root: Path, entry: Entry) -> Sound:
    """Verify one file against the manifest, and decode it once."""
    check_file(root, entry)
    recording = read_recording(root / entry.path)
    return Sound(entry.path, recording.duration, recording.sampling_rate, recording.sha256)


def read_files(root: Path, entries: Iterable[Entry]) -> list[Sound]:
    """Every file, or one error that names all that cannot be used."""
    sounds: list[Sound] = []
    errors: list[UserError] = []
    for entry in entries:
        try:
            sounds.append(read_file(root, entry))
        except UserError as error:
            errors.append(error)
    if errors:
        raise type(errors[0])("\n".join(map(str, errors)))
    return sounds


def assemble(corpus: Corpus, utterances: Sequence[Utterance], sounds: Iterable[Sound]) -> pd.DataFrame:
    """Join names and sounds; the duration of a part of a file is that of the part."""
    by_path = {sound.path: sound for sound in sounds}
    found = [by_path.get(utterance.path or "") for utterance in utterances]
    parsed = [utterance.parsed for utterance in utterances]
    language = None if corpus.language == UNKNOWN else corpus.language
    columns = {field.name: [getattr(one, field.name) for one in parsed] for field in fields(Parsed)}
    return utterance_table(
        columns
        | {
            name: [getattr(one, name) for one in utterances]
            for name in ("utterance_id", "path", "start", "end", "channel")
        }
        | {
            "corpus": [corpus.name] * len(parsed),
            "language": [one.language or language for one in parsed],
            "votes": [tuple(map(vars, one.votes)) for one in parsed],
            "duration": [_duration(one, sound) for one, sound in zip(utterances, found, strict=True)],
            "sampling_rate": [None if sound is None else sound.sampling_rate for sound in found],
            "sha256": [None if sound is None else sound.sha256 for sound in found],
        }
    )


def _duration(utterance: Utterance, sound: Sound | None) -> float | None:
    if sound is None:
        return None
    return (sound.duration if utterance.end is None else utterance.end) - (utterance.start or 0.0)


def name_utterances(corpus: Corpus, root: Path, audio: Sequence[str]) -> list[Utterance]:
    """Utterances from file names and label files.

    Raises:
        CorpusError: an audio file whose name is not in the grammar
    """
    if corpus.read is not None:
        return corpus.read(root, audio)
    return [Utterance(PurePosixPath(path).stem, path, parse_name(corpus, root, path)) for path in audio]


def parse_name(corpus: Corpus, root: Path, path: str) -> Parsed:
    """Fields of one file name, or an error that names the file, the expected pattern and the fix."""
    assert corpus.parse is not None
    try:
        parsed = corpus.parse(PurePosixPath(path).stem)
    except CorpusError as error:
        raise CorpusError(f"{root / path}: {error}") from error
    if parsed is None:
        raise CorpusError(
            f"{root / path}: not a file name of {corpus.name}; expected like {corpus.pattern}. "
            "Give it its name from the release, or move it out of the folder "
            f"(`ser check {corpus.name}` lists all such files)."
        )
    return parsed


def unparsed(corpus: Corpus, root: Path, audio: Sequence[str]) -> dict[str, str]:
    """{path: why} of the audio files whose names are not in the grammar; none if names carry no labels."""
    strange = {}
    for path in audio if corpus.parse is not None else ():
        try:
            parse_name(corpus, root, path)
        except CorpusError as error:
            strange[path] = str(error)
    return strange
