"""`ser import`: a preview, then the files and the one entry of params.yaml that make a corpus of it."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rich.console import Console

from pipelines import paths
from pipelines.commands.dvc_add import dvc_add
from pipelines.display.importing import show_changes, show_import, show_written
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora import CORPORA as TABLE_OF_CORPORA
from ser_tasks.corpora.imported import (
    DESCRIPTION,
    SOUNDS,
    TABLE,
    Description,
    imported_corpus,
    read_description,
    read_rows,
)
from ser_tasks.corpora.importing.options import DROP, ImportOptions
from ser_tasks.corpora.importing.plan import Import, plan_import
from ser_tasks.corpora.importing.source_table import SourceError, as_language
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import digest_files, save_entries
from ser_tasks.params import Params
from ser_tasks.params.editing import with_values
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import PARAMS_FILE, read_params

PAIRS = {"--column": "ROLE=COLUMN", "--label": "LABEL=CLASS", "--split": "PART=train, validation, test or drop"}
NAME = re.compile(r"[a-z][a-z0-9_]*")
OF_THE_SOURCE: dict[str, Any] = {
    "column": {},
    "pattern": None,
    "table": (),
    "split": {},
    "times": None,
    "encoding": None,
}


def options_of(path: str, options: Mapping[str, Any]) -> ImportOptions:
    """What was said on the command line.

    Raises:
        SourceError: a value that an option does not have
    """
    try:
        given = ImportOptions(path=path, **options)
    except ValidationError as error:
        (first, *_) = error.errors()
        found, expected = first["input"], first["msg"].removeprefix("Input should be ")
        raise SourceError(f"--{first['loc'][0]} {found}: expected {expected}.") from error
    if given.audio is not None and not Path(given.audio).expanduser().is_dir():
        raise SourceError(f"--audio {given.audio}: no such folder. Give the one that the paths begin at.")
    if given.language is not None and as_language(given.language) != given.language:
        raise SourceError(f"--language {given.language}: expected two small letters of ISO 639-1, as de.")
    return given


def pairs(option: str, said: Sequence[str] | None) -> dict[str, str]:
    """ROLE=COLUMN, LABEL=CLASS and PART=test; a label or a part may hold an equals sign, a class cannot.

    Raises:
        SourceError: without an equals sign
    """
    found = {}
    for words in said or ():
        left, equals, right = words.partition("=") if option == "--column" else words.rpartition("=")
        if not (left and equals and right):
            raise SourceError(f"{option} {words}: expected {PAIRS[option]}.")
        found[left] = right
    return found


def bring(said: ImportOptions, name: str | None, *, dry_run: bool) -> None:
    """Show what would become of it; then write it, if nothing is left open.

    Raises:
        SourceError: what is left open, all of it
    """
    params = read_params()
    name, given, before = _whose(said, name)
    plan = plan_import(name, given)
    if before is not None and _is_own_table(given, name):
        plan = replace(plan, description=before.model_copy(update={"labels": plan.description.labels}))
    show_import(plan)
    if plan.problems:
        raise SourceError("\n".join(plan.problems))
    old = read_rows(_table(name)) if before is not None and _table(name).exists() else None
    show_changes(plan, before, old)
    if dry_run:
        return
    edits = _edits(plan, params, said)
    text = with_values(PARAMS_FILE.read_text(encoding="utf-8"), edits)
    ProjectParams.model_validate(yaml.safe_load(text))
    _write(plan)
    with atomic_path(PARAMS_FILE) as temporary:
        temporary.write_text(text, encoding="utf-8")
    tracked = [dvc_add(path) for path in (_table(name), paths.manifest(name))]
    show_written(plan, edits, tracked)


def _whose(said: ImportOptions, name: str | None) -> tuple[str, ImportOptions, Description | None]:
    """The name, what was said now and before, and the corpus as it was imported before."""
    again = name is None and not Path(said.path).expanduser().exists() and _described(said.path) is not None
    name = said.path if again else name or _name_of(Path(said.path).expanduser())
    if name in TABLE_OF_CORPORA:
        raise SourceError(
            f"{name} is a corpus that this project knows (ser corpora). Give yours another name: add --name NAME."
        )
    if not NAME.fullmatch(name):
        raise SourceError(f"{name!r} is no name for a corpus: small letters, digits, underscores. Add --name NAME.")
    before = _described(name)
    if before is None:
        return name, said, None
    earlier = ImportOptions.model_validate(before.options)
    if _is_own_table(
        said, name
    ):  # on another machine: names of its columns are ours, and no longer those of the source
        known = before.labels | dict.fromkeys(before.dropped, DROP)
        return name, said.over(earlier.model_copy(update=OF_THE_SOURCE | {"label": known})), before
    return name, (said.model_copy(update={"path": earlier.path}) if again else said).over(earlier), before


def _is_own_table(given: ImportOptions, name: str) -> bool:
    return Path(given.path).expanduser().resolve() == _table(name).resolve()


def _name_of(path: Path) -> str:
    stem = path.resolve().parent.name if path.name == "db.yaml" else path.resolve().stem
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")


def _described(name: str) -> Description | None:
    file = paths.IMPORTED / f"{name}.yaml"
    return read_description(file) if file.is_file() else None


def _table(name: str) -> Path:
    return paths.IMPORTED / f"{name}.csv"


def _write(plan: Import) -> None:
    """The description, the table, a root that links to both and to the sounds, and the manifest of all of it."""
    with atomic_path(_table(plan.name)) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(plan.table.columns)
        lines.writerows(plan.table.fillna("").itertuples(index=False))
    description = paths.IMPORTED / f"{plan.name}.yaml"
    with atomic_path(description) as temporary:
        said = plan.description.model_dump(mode="json", exclude_none=True)
        text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
        temporary.write_text(f"# Made by `ser import`, which keeps what is given here.\n{text}", encoding="utf-8")
    root = paths.corpus_root(plan.name)
    with atomic_path(root) as folder:
        folder.mkdir()
        above = Path("..", "..", paths.IMPORTED.name)
        (folder / DESCRIPTION).symlink_to(above / description.name)
        (folder / TABLE).symlink_to(above / _table(plan.name).name)
        (folder / SOUNDS).symlink_to(plan.sounds, target_is_directory=True)
    corpus = imported_corpus(description)
    with Console().status(f"digests of {plan.table.path.nunique()} files"):
        save_entries(digest_files(root, list_audio(root, corpus)), paths.manifest(plan.name))


def _edits(plan: Import, params: Params, said: ImportOptions) -> dict[str, Any]:
    """What changes in params.yaml: the entry; of an entry that is there, what no longer holds or was said anew."""
    before, new = params.corpus.get(plan.name), plan.section
    edits: dict[str, Any] = {}
    if before is None:
        edits[f"corpus.{plan.name}"] = new
    else:
        if before.preset not in plan.presets:
            edits[f"corpus.{plan.name}.preset"] = new["preset"]
        own = before.speaker_independent and before.speaker_independent.model_dump()
        replaced = own is None or new["speaker_independent"] is None or said.protocol or said.speakers
        if replaced and own != new["speaker_independent"]:
            edits[f"corpus.{plan.name}.speaker_independent"] = new["speaker_independent"]
    return edits
