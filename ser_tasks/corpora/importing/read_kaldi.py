"""Data directories of Kaldi, as recipes of speech toolkits prepare a corpus.

Source: https://kaldi-asr.org/doc/data_prep.html, and extract-segments.cc for the channel of a segment
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.options import DROP, ImportOptions
from ser_tasks.corpora.importing.prepared import ROUNDING, as_source, written_path
from ser_tasks.corpora.importing.source_table import PARTS, SourceError, SourceTable, option
from ser_tasks.corpora.vocabulary import plain

RECORDINGS, SEGMENTS = "wav.scp", "segments"
NAMES = {"spk": "speaker", "emo": "emotion", "lang": "language", "sex": "gender"}  # of utt2… -> column
OF_ARRAYS = ("dur", "num_frames", "utt")  # say nothing of who speaks how
OWN = ("path", "start", "end", "channel")  # columns that no file utt2… may replace
ABSENT = ("None", "<unk>", "<UNK>")  # as Lhotse exports to Kaldi what it has not
Row = dict[str, Any]


def kaldi_folders(folder: Path) -> dict[str, Path]:
    """Data directories: the folder itself, under no name, or those in it or in its `data`, by their names; or none."""
    if (folder / RECORDINGS).is_file():
        return {"": folder}
    for above in (folder, folder / "data"):
        children = sorted(above.iterdir()) if above.is_dir() else []
        if found := {child.name: child for child in children if (child / RECORDINGS).is_file()}:
            return found
    return {}


def read_kaldi(folder: Path, directories: Mapping[str, Path], given: ImportOptions) -> SourceTable:
    """A row for each utterance: of `segments`, else of `wav.scp`; and what the files utt2… and spk2… state of it.

    Of several directories each is a part of the split, by its name, or left out. A speaker of its own for each
    utterance, which Kaldi wants where nobody knows the speakers, is none.

    Raises:
        SourceError: a line that is not in the format, a recording that is the output of a command
    """
    rows, lost, notes = dict[str, Row](), 0, list[str]()
    for name, directory in directories.items():
        if given.split.get(name) == DROP:
            notes.append(f"{name} is not read: --split {name}=drop")
            continue
        own, without = _directory(directory, given)
        notes += _unknown_speakers(own, f"{name}/utt2spk" if name else "utt2spk")
        part = {"split": PARTS.get(plain(name), name)} if len(directories) > 1 else {}
        place = f"utterance {name}/" if name else "utterance "
        rows |= {place + utterance: row | part for utterance, row in own.items()}
        lost += without
    dropped = {"are labelled, but have no recording": lost} if lost else {}
    return as_source("data directory of Kaldi", rows, folder, notes=notes, dropped=dropped)


def _directory(folder: Path, given: ImportOptions) -> tuple[dict[str, Row], int]:
    """Rows by utterance, and how many labels are of no utterance."""
    recordings = _pairs(folder / RECORDINGS)
    if piped := next((name for name, value in recordings.items() if value.endswith("|")), None):
        raise SourceError(
            f"{folder / RECORDINGS}: {piped} is the output of a command ({recordings[piped]}), which is not run. Run "
            "each with its output in a file, as sox a.sph -t wav - > a.wav, and state the file in place of the "
            f"command; or, of several directories, leave this one out: add {option('--split', folder.name + '=drop')}."
        )
    root = folder.resolve()
    rows = _rows(folder, {name: written_path(path, root, given) for name, path in recordings.items()})
    stated = _stated(folder)
    for name, values in stated.items():
        for utterance, row in rows.items():
            row[name] = None if values.get(utterance, "") in ("", *ABSENT) else values[utterance]
    labelled = {utterance for name in COLUMN_NAMES["emotion"].split() for utterance in stated.get(name, ())}
    return rows, len(labelled - rows.keys())


def _stated(folder: Path) -> dict[str, dict[str, str]]:
    """Values by column and utterance; a second file for a column keeps its own name."""
    stated = dict[str, dict[str, str]]()
    if not (folder / "utt2spk").is_file() and (folder / "spk2utt").is_file():
        speakers = _pairs(folder / "spk2utt")
        stated["speaker"] = {utterance: who for who, own in speakers.items() for utterance in own.split()}
    for kind in ("utt2", "spk2"):
        for file in sorted(folder.glob(f"{kind}*")):
            suffix = file.name.removeprefix(kind)
            name = NAMES.get(suffix, suffix)
            if suffix in OF_ARRAYS or (kind == "spk2" and name in stated):
                continue
            own = _pairs(file)
            if kind == "spk2":
                own = {utterance: own.get(who, "") for utterance, who in stated.get("speaker", {}).items()}
            stated[file.name if name in stated or name in OWN else name] = own
    if (folder / "text").is_file():
        stated["text"] = _pairs(folder / "text", empty=True)
    return stated


def _rows(folder: Path, recordings: Mapping[str, str]) -> dict[str, Row]:
    if not (folder / SEGMENTS).is_file():
        return {name: {"path": path} for name, path in recordings.items()}
    rows, whole = dict[str, Row](), True
    lengths = _lengths(folder)
    for name, line in _pairs(folder / SEGMENTS).items():
        recording, *rest = line.split()
        try:
            start, end, channel = float(rest[0]), float(rest[1]), int(rest[2]) + 1 if len(rest) > 2 else None
            row = {"path": recordings[recording], "start": rest[0], "end": None if end < 0 else rest[1]}
        except (KeyError, ValueError, IndexError) as error:
            raise SourceError(
                f"{folder / SEGMENTS}: {name} {line}: expected a recording of {RECORDINGS}, a start and an end in s, "
                "and perhaps a channel, counted from 0. Fix the line."
            ) from error
        rows[name] = row | ({"channel": channel} if channel else {})
        length = lengths.get(recording)
        whole = whole and start == 0 and (end < 0 or (length is not None and abs(end - length) <= ROUNDING))
    for row in rows.values() if whole else ():
        del row["start"], row["end"]
    return rows


def _lengths(folder: Path) -> dict[str, float]:
    file = folder / "reco2dur"
    stated = _pairs(file) if file.is_file() else {}
    return {name: float(length) for name, length in stated.items() if length.replace(".", "", 1).isdecimal()}


def _pairs(file: Path, *, empty: bool = False) -> dict[str, str]:
    """The first word of each line, and what stands behind it."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file}: not UTF-8 ({error}). Write it anew in UTF-8.") from error
    found = dict[str, str]()
    for number, line in enumerate(lines, 1):
        name, *value = line.split(maxsplit=1) or [""]
        if not name:
            continue
        if name in found or not (value or empty):
            wrong = "stands there twice" if name in found else "has nothing behind it"
            raise SourceError(f"{file}: line {number}: {name} {wrong}. Fix the line.")
        found[name] = value[0].strip() if value else ""
    return found


def _unknown_speakers(rows: Mapping[str, Row], file: str) -> list[str]:
    """A note where every utterance of a directory has another speaker; the column is then called as its file is."""
    speakers = {utterance: row["speaker"] for utterance, row in rows.items() if row.get("speaker")}
    alone = len(speakers) > 1 and len({*speakers.values()}) == len(speakers)
    if not alone and not (speakers and all(utterance == who for utterance, who in speakers.items())):
        return []
    for row in rows.values():
        row["utt2spk"] = row.pop("speaker", None)
    return [f"{file} gives every utterance a speaker of its own, as Kaldi wants it where speakers are unknown: none"]
