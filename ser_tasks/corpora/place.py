"""Where a corpus lies on this machine, and in what state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ser_tasks.corpora.corpus import Corpus, CorpusError
from ser_tasks.corpora.imported import SOUNDS
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import read_manifest


@dataclass(frozen=True)
class Place:
    """The corpus root, a folder or a link to one, and the manifest of its version."""

    root: Path
    manifest: Path


@dataclass(frozen=True)
class State:
    """What is there: cheap to find out, no file is opened but the manifest."""

    kind: Literal["absent", "linked", "unpacked", "broken"]
    target: str | None = None  # of the link
    n_files: int = 0
    manifest: Literal["none", "in date", "out of date"] = "none"
    problem: str | None = None


def place_of(corpus: Corpus, data_folder: Path) -> Place:
    """The two paths of a corpus below the data folder."""
    return Place(data_folder / "corpora" / corpus.name, data_folder / "manifests" / f"{corpus.name}.csv")


def state_of(corpus: Corpus, data_folder: Path) -> State:
    """State on this machine; the manifest is compared by the number of files."""
    place = place_of(corpus, data_folder)
    link = place.root if place.root.is_symlink() else place.root / SOUNDS  # of an imported corpus
    target = str(link.readlink()) if link.is_symlink() else None
    if target is None and not place.root.exists():
        return State("absent")
    try:
        n_files = len(list_audio(place.root, corpus).version)
        listed = len(read_manifest(place.manifest)) if place.manifest.exists() else None
    except CorpusError as error:
        return State("broken", target, problem=str(error))
    manifest: Literal["none", "in date", "out of date"] = "in date" if listed == n_files else "out of date"
    return State("linked" if target else "unpacked", target, n_files, "none" if listed is None else manifest)
