"""Corpora that were imported on this machine, and all that can be named: those of the table, and behind it these."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ser_tasks.corpora.catalogue.presets import FOUR, NUMBERS
from ser_tasks.corpora.corpus import Corpus, CorpusError, Parsed, Preset, Utterance, Vote
from ser_tasks.corpora.votes import votes_of_raters

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

DESCRIPTION, TABLE, SOUNDS = "corpus.yaml", "utterances.csv", "audio"
SPEAKERLESS = "speaker unknown: "  # then the utterance: nobody knows which of them share a voice
COLUMNS = (
    *("utterance_id", "path", "start", "end", "emotion", "speaker", "gender", "session", "group", "split", "intensity"),
    *("valence", "activation", "dominance", "transcript", "language"),
)
OPTIONAL = ("channel", "votes", "turn")  # of files with several speakers, of raters whose labels are kept, of dialogs
NUMERIC = ("valence", "activation", "dominance")


class Description(BaseModel):
    """NAME.yaml: what is known of the corpus, its label map, and the options that it was imported with."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    title: str
    kind: Literal["acted", "natural", "synthetic", "unknown"]  # the last one is UNKNOWN
    language: str
    licence: str
    citation: str
    speakers_known: bool
    labels: dict[str, str]  # as the source spells it -> class
    dropped: list[str]  # labels that no class is made of
    source: str  # what was imported, and its format
    options: dict[str, Any] = Field(alias="told")  # of `ser import`, which keeps them
    agreement: str | None = None  # of its raters, in words


def read_description(path: Path) -> Description:
    """The description of one imported corpus.

    Raises:
        CorpusError: not such a file
    """
    try:
        return Description.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{path}: not the description of an imported corpus: {error}. Restore it (git checkout {path}), or import "
            "the corpus again."
        ) from error


def imported_corpus(path: Path) -> Corpus:
    """The corpus that a description states; its name is that of the file."""
    description = read_description(path)
    return Corpus(
        name=path.stem,
        title=description.title,
        citation=description.citation,
        licence=description.licence,
        language=description.language,
        size=f"imported from {description.source}",
        how_to_get=f"ser import {path.stem}",
        sources=(),
        presets=label_maps(description.labels),
        read=read,
        listed=listed,
        pattern=f"{TABLE}: {', '.join(COLUMNS)}",
        side_files=(DESCRIPTION, TABLE),
        agreement=description.agreement,
        votes=_votes if _has_votes(path.with_suffix(".csv")) else None,
        kind=description.kind,
        speakers_known=description.speakers_known,
        speakers_apart=description.options.get("speakers") == "apart",
    )


def _has_votes(table: Path) -> bool:
    """Whether it was imported with --votes keep."""
    if not table.exists():
        return False
    with table.open(encoding="utf-8", newline="") as file:
        return "votes" in next(csv.reader(file), [])


def _votes(root: Path, utterances: "pa.Table") -> "pd.DataFrame":
    """How many raters gave each sound which label, as they spelt it: the label map knows the spellings."""
    return votes_of_raters(utterances, label=str)


def label_maps(labels: Mapping[str, str]) -> dict[str, Preset]:
    """`five_classes` (or however many; none where ratings stand alone): every label that has a class.

    And `four_classes` where it has those and more.
    """
    classes = sorted(set(labels.values()))
    number = NUMBERS.get(len(classes), f"all_{len(classes)}") if classes else "no"
    presets = {f"{number}_classes": Preset(", ".join(classes), dict(labels))}
    if set(FOUR) < set(classes):
        rest = ", ".join(sorted(set(classes) - set(FOUR)))
        four = {label: name for label, name in labels.items() if name in FOUR}
        presets["four_classes"] = Preset(f"{', '.join(FOUR)}; {rest} dropped", four)
    return presets


def listed(root: Path) -> tuple[str, ...]:
    """The sounds that the table names, relative to the root."""
    return tuple(sorted({f"{SOUNDS}/{row['path']}" for row in read_rows(root / TABLE) if row["path"]}))


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """The rows of the table, of these sounds or without any."""
    here = {None, *audio}
    utterances = (_utterance(row) for row in read_rows(root / TABLE))
    return [utterance for utterance in utterances if utterance.path in here]


def read_rows(table: Path) -> list[dict[str, str]]:
    """The lines of an imported table; an empty cell is an empty string.

    Raises:
        CorpusError: not there, or not such a table
    """
    if not table.is_file():
        raise CorpusError(f"{table}: no such table. Get it (dvc pull), or import the corpus again: ser import.")
    with table.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file)
        if tuple(name for name in lines.fieldnames or () if name not in OPTIONAL) != COLUMNS:
            raise CorpusError(f"{table}: expected the columns {', '.join(COLUMNS)}. Import the corpus again.")
        return list(lines)


def _utterance(row: Mapping[str, str]) -> Utterance:
    text = {key: value or None for key, value in row.items()}
    number = {key: float(value) if value else None for key, value in row.items() if key in (*NUMERIC, "start", "end")}
    parsed = Parsed(
        speaker=row["speaker"] or SPEAKERLESS + row["utterance_id"],
        gender=text["gender"],
        emotion=row["emotion"],
        group=text["group"],
        transcript=text["transcript"],
        intensity=text["intensity"],
        session=text["session"],
        split=text["split"],
        language=text["language"],
        valence=number["valence"],
        activation=number["activation"],
        dominance=number["dominance"],
        turn=int(row["turn"]) if row.get("turn") else None,
        votes=tuple(Vote(rater, tuple(labels)) for rater, *labels in json.loads(row.get("votes") or "[]")),
    )
    path, channel = f"{SOUNDS}/{row['path']}" if row["path"] else None, row.get("channel") or None
    return Utterance(row["utterance_id"], path, parsed, number["start"], number["end"], channel)


class KnownCorpora(Mapping[str, Corpus]):
    """The table, and behind it every corpus described in a folder; what is imported meanwhile is found, too."""

    def __init__(self, table: Mapping[str, Corpus], imported: Path) -> None:
        """Nothing is read yet.

        Args:
            table: name -> corpus, of those that have a module
            imported: folder of the descriptions, NAME.yaml; need not be there
        """
        self.table, self.imported = table, imported

    def __getitem__(self, name: str) -> Corpus:
        """The corpus of this name.

        Raises:
            KeyError: there is none
            CorpusError: its description cannot be read
        """
        if name in self.table or name not in self._names():
            return self.table[name]
        return imported_corpus(self.imported / f"{name}.yaml")

    def __iter__(self) -> Iterator[str]:
        """Names, those of the table first."""
        yield from self.table
        yield from (name for name in self._names() if name not in self.table)

    def __len__(self) -> int:
        """Number of corpora."""
        return sum(1 for _ in self)

    def _names(self) -> list[str]:
        return sorted(path.stem for path in self.imported.glob("*.yaml"))
