"""A folder of EmoBox's repository, data/NAME: recordings, labels, and speakers where a table beside says them."""

import json
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.emobox.lists import PublishedFolds, find_lists, read_folds, read_speakers
from ser_tasks.corpora.importing.problem import SourceError
from ser_tasks.corpora.importing.source_table import NO_MEANINGS, ColumnChoice, Meanings, SourceTable
from ser_tasks.corpora.importing.values import PARTS

WHY = "EmoBox says so"
LABELS = ("label_map.json", "label_dict.json")  # beside its folds: label -> word


def has_folds(folder: Path) -> bool:
    """Whether it is one."""
    return bool(find_lists(folder))


def read_emobox(folder: Path) -> SourceTable:
    """Every recording of its lists once. One fold is the official split; several are folds, and no split.

    Speakers in it that are another one for every recording are taken for what they are: none.

    Raises:
        UserError: lists that are not whole
    """
    published, speakers = read_folds(folder), read_speakers(folder)
    split = _split(published)
    rows = {
        f"{key}": {
            **{"wav": item.wav, "emo": item.emotion, "speaker": speakers.get(key), "part": split.get(key)},
            **{"start_time": item.start, "end_time": item.end},
        }
        for key, item in sorted(published.items.items())
    }
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    roles = {"path": ColumnChoice("wav", WHY), "emotion": ColumnChoice("emo", WHY)}
    if table.speaker.notna().any() and table.speaker.nunique() < len(table):
        roles["speaker"] = ColumnChoice("speaker", "the table beside its folds says so")
    roles |= {
        role: ColumnChoice(name, WHY)
        for role, name in (("start", "start_time"), ("end", "end_time"))
        if table[name].notna().any()
    }
    if split:
        roles["split"] = ColumnChoice("part", "its one fold")
    note = f"{len(published.folds)} folds of {len(rows)} recordings"
    root = folder.resolve()
    return SourceTable(
        "EmoBox lists",
        table.where(table.notna(), None),
        (root, *root.parents[:2]),  # data/NAME, data, the repository: its paths begin there
        roles=roles,
        notes=(note if split else f"{note}: a protocol of their own, not the split",),
        meanings=_meanings(folder),
        emobox=folder,
    )


def _meanings(folder: Path) -> Meanings:
    """Its labels in its words, if it says them."""
    file = next((folder / name for name in LABELS if (folder / name).is_file()), None)
    if file is None:
        return NO_MEANINGS
    try:
        said = json.loads(file.read_text(encoding="utf-8-sig"))
        return Meanings(file.name, {str(label): str(word) for label, word in said.items()})
    except (ValueError, AttributeError) as error:
        raise SourceError(f"{file}: not a map of labels to words ({error}). Get it again.") from error


def _split(published: PublishedFolds) -> dict[str, str]:
    """{key: part} of the only fold."""
    if len(published.folds) > 1:
        return {}
    (parts,) = published.folds.values()
    return {item.key: PARTS[part] for part, items in parts.items() for item in items}
