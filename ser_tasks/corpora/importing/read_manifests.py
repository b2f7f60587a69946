"""Data directories of Kaldi and manifests of Lhotse, as recipes of speech toolkits prepare a corpus.

Source: https://kaldi-asr.org/doc/data_prep.html and https://lhotse.readthedocs.io (1.33.0, whose files are read)
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import PARTS, ColumnChoice, SourceError, SourceTable
from ser_tasks.corpora.vocabulary import plain

RECORDINGS = "wav.scp"  # a data directory of Kaldi has it
SEGMENTS = "segments"
NAMES = {"spk": "speaker", "emo": "emotion", "lang": "language", "sex": "gender", "dur": None, "num_frames": None}
ABSENT = ("None", "<unk>", "<UNK>")  # as Lhotse exports to Kaldi a transcript, or a speaker, that it has not
MANIFEST = re.compile(r"(?P<head>.*?)(?P<kind>recordings|supervisions|cuts)(?P<tail>.*)\.jsonl(\.gz)?$")
SAMPLE = 1e-3  # s: a supervision as long as its recording, but for rounding, is all of it
Row = dict[str, Any]


def is_kaldi(folder: Path) -> bool:
    """Whether it is a data directory."""
    return (folder / RECORDINGS).is_file()


def read_kaldi(folder: Path) -> SourceTable:
    """A row for each utterance: of `segments`, else of `wav.scp`; and what the files utt2… and spk2… state of it.

    A speaker of its own for each utterance, which Kaldi wants where nobody knows the speakers, is none.

    Raises:
        SourceError: a recording that is the output of a command, a segment of no recording, no emotions
    """
    recordings = _pairs(folder / RECORDINGS)
    if piped := next((name for name, value in recordings.items() if value.rstrip().endswith("|")), None):
        raise SourceError(
            f"{folder / RECORDINGS}: {piped} is the output of a command ({recordings[piped]}), which is not run. Run "
            "each with its output in a file, as sox a.sph -t wav - > a.wav, and state the file in place of the command."
        )
    rows = _kaldi_rows(folder, recordings)
    stated = dict[str, dict[str, str]]()
    for file in sorted(folder.glob("utt2*")):
        if name := NAMES.get(file.name[4:], file.name[4:]):
            stated[name] = _pairs(file)
    for file in sorted(folder.glob("spk2*")):
        if file.name != "spk2utt" and (name := NAMES.get(file.name[4:], file.name[4:])) and name not in stated:
            own = _pairs(file)
            stated[name] = {utterance: own.get(who, "") for utterance, who in stated.get("speaker", {}).items()}
    if (folder / "text").is_file():
        stated["text"] = _pairs(folder / "text", empty=True)
    for name, values in stated.items():
        for utterance, row in rows.items():
            row[name] = None if values.get(utterance, "") in ("", *ABSENT) else values[utterance]
    notes = _unknown_speakers(rows)
    root = folder.resolve()
    return _source("data directory of Kaldi", list(rows.values()), (root, *root.parents), notes, dropped={})


def _kaldi_rows(folder: Path, recordings: Mapping[str, str]) -> dict[str, Row]:
    if not (folder / SEGMENTS).is_file():
        return {name: {"utterance": name, "path": path} for name, path in recordings.items()}
    rows = dict[str, Row]()
    for name, line in _pairs(folder / SEGMENTS).items():
        recording, *times = line.split()
        if recording not in recordings or len(times) < 2:
            raise SourceError(
                f"{folder / SEGMENTS}: {name} {line}: expected a recording of {RECORDINGS}, a start and an end in s. "
                "utils/fix_data_dir.sh mends such a folder."
            )
        start, end = times[:2]
        rows[name] = {"utterance": name, "path": recordings[recording], "start": start}
        rows[name]["end"] = None if float(end) < 0 else end  # -1: to the end of the recording
    lengths = _pairs(folder / "reco2dur") if (folder / "reco2dur").is_file() else {}
    whole = {recordings[name]: float(length) for name, length in lengths.items()}
    if all(float(row["start"]) == 0 and _is_whole(row["end"], whole.get(row["path"])) for row in rows.values()):
        return {name: {key: row[key] for key in ("utterance", "path")} for name, row in rows.items()}
    return rows


def _is_whole(end: str | float | None, length: float | None) -> bool:
    return end is None or (length is not None and float(end) >= length - SAMPLE)


def _pairs(file: Path, *, empty: bool = False) -> dict[str, str]:
    """The first word of each line, and what stands behind it."""
    found = dict[str, str]()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        name, _, value = line.strip().partition(" ") if "\t" not in line else line.strip().partition("\t")
        if not name:
            continue
        if name in found or not (value.strip() or empty):
            wrong = "stands there twice" if name in found else "has nothing behind it"
            raise SourceError(f"{file}: line {number}: {name} {wrong}. utils/fix_data_dir.sh mends such a folder.")
        found[name] = value.strip()
    return found


def _unknown_speakers(rows: Mapping[str, Row]) -> list[str]:
    speakers = [row.get("speaker") for row in rows.values()]
    if len(rows) < 2 or len(set(speakers)) < len(rows) or None in speakers:
        return []
    for row in rows.values():
        del row["speaker"]
    return ["utt2spk gives every utterance a speaker of its own, as Kaldi wants it where speakers are unknown: none"]


@dataclass(frozen=True)
class Manifest:
    """Supervisions beside their recordings, or cuts, which hold both."""

    supervisions: Path
    recordings: Path | None
    part: str | None  # of a split, by the end of its name


def find_lhotse(path: Path) -> list[Manifest]:
    """The manifests at a path: all of a folder, or the one that a file belongs to; none: it is something else."""
    files = {file.name: file for file in sorted((path if path.is_dir() else path.parent).glob("*.jsonl*"))}
    found = []
    for name, file in files.items():
        match = MANIFEST.match(name)
        if match is None or match["kind"] == "recordings":
            continue
        cut = match["kind"] == "cuts"
        beside = [f"{match['head']}recordings{match['tail']}.jsonl{ending}" for ending in (".gz", "")]
        recordings = None if cut else next((files[own] for own in beside if own in files), None)
        part = PARTS.get(plain(match["tail"].strip("_-. ")))
        if (cut or recordings) and (path.is_dir() or path in (file, recordings)):
            found.append(Manifest(file, recordings, part))
    supervised = [own for own in found if own.recordings]
    return supervised or found  # cuts are made of both


def read_lhotse(manifests: Iterable[Manifest], path: Path) -> SourceTable:
    """A row for each supervision, with what stands in `custom`; parts of a split by the names of the manifests.

    Raises:
        SourceError: a line that is not of a manifest, sounds that are no files, no emotions
    """
    rows, dropped, used = list[Row](), Counter[str](), list(manifests)
    for manifest in used:
        known = {own["id"]: own for own in _lines(manifest.recordings)} if manifest.recordings else {}
        for where, supervision, recording in _supervised(manifest, known, dropped):
            rows.append(_row(where, supervision, recording) | {"split": manifest.part})
    if len({manifest.part for manifest in used}) < 2:
        for row in rows:
            del row["split"]
    if all(row["whole"] for row in rows):
        for row in rows:
            del row["start"], row["duration"]
    for row in rows:
        del row["whole"]
    root = (path if path.is_dir() else path.parent).resolve()
    return _source("manifests of Lhotse", rows, (root, *root.parents), [], dropped)


def _supervised(manifest: Manifest, known: Mapping[str, Row], dropped: Counter[str]) -> Iterator[tuple[str, Row, Row]]:
    """Each supervision with its recording, and where it stands; those without are counted."""
    for number, line in enumerate(_lines(manifest.supervisions), 1):
        where = f"{manifest.supervisions}: line {number}"
        if manifest.recordings is None:
            if "recording" not in line:
                dropped["are cuts of several recordings, or of none"] += 1
                continue
            for own in line.get("supervisions", ()):
                yield where, own | {"start": line["start"] + own["start"]}, line["recording"]
        elif line.get("recording_id") in known:
            yield where, line, known[line["recording_id"]]
        else:
            dropped["are of a recording that the manifest has not"] += 1


def _row(where: str, supervision: Row, recording: Row) -> Row:
    try:
        channel, start, duration = supervision["channel"], supervision["start"], supervision["duration"]
        asked = [channel] if isinstance(channel, int) else []  # of several, the mix
        source = next(own for own in recording["sources"] if {*asked} <= {*own["channels"]})
        kind, channels, length = source["type"], source["channels"], float(recording["duration"])
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise SourceError(f"{where}: not a supervision and its recording as Lhotse has them ({error!r}).") from error
    if kind != "file":
        raise SourceError(
            f"{where}: the sound is no file, but of type {kind}: {source['source']}. Write files, and the manifests "
            "anew: recordings.save_audios(FOLDER)"
        )
    plain_values = {
        name: value
        for name, value in {**supervision, **(supervision.get("custom") or {})}.items()
        if isinstance(value, str | int | float) and name not in ("id", "recording_id", "channel", "start", "duration")
    }
    beside = {"channel": channels.index(channel) + 1} if asked and len(channels) > 1 else {}
    return {
        **{"utterance": supervision["id"], "path": source["source"], "start": start, "duration": duration},
        **{"whole": start == 0 and duration >= length - SAMPLE, **beside, **plain_values},
    }


def _lines(file: Path) -> Iterator[Row]:
    with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as text:
        for number, line in enumerate(text, 1):
            try:
                found = json.loads(line)
                _ = found["id"]
            except (ValueError, TypeError, KeyError) as error:
                raise SourceError(f"{file}: line {number}: not an object with an id ({error!r}).") from error
            yield found


def _source(
    name: str, rows: list[Row], folders: tuple[Path, ...], notes: list[str], dropped: Mapping[str, int]
) -> SourceTable:
    if not rows:
        counted = "".join(f"; {count} {why}" for why, count in dropped.items())
        raise SourceError(f"{folders[0]}: {name}, but no utterance is left of it{counted}. Prepare them again.")
    table = as_text(pd.DataFrame(rows, dtype=object)).set_axis([f"utterance {row['utterance']}" for row in rows])
    return SourceTable(
        name,
        table.drop(columns="utterance"),
        folders,
        roles={role: ColumnChoice(role, "stated by the format") for role in ("path", "channel") if role in table},
        notes=tuple(notes),
        dropped=dict(dropped),
    )
