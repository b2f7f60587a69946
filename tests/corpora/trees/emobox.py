"""Metadata in EmoBox's format: data/NAME with a list of each part of each fold, and speakers in a table beside them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Lists = Mapping[int, Mapping[str, Sequence[tuple[str, str]]]]  # fold -> part -> (stem, label)


def write_emobox(
    folder: Path,
    name: str,
    lists: Lists,
    *,
    speakers: Mapping[str, str] | None = None,
    wav: str = "downloads/{stem}.wav",
) -> Path:
    """Write .json and .jsonl of every list, as EmoBox has them; `wav` is its authors' path of a file."""
    for fold, parts in lists.items():
        place = folder / f"fold_{fold}"
        place.mkdir(parents=True, exist_ok=True)
        for part, items in parts.items():
            rows = {
                f"{name}-{stem}": {
                    "wav": wav.format(stem=stem),
                    "length": 1.0,
                    "emo": label,
                    "dataset": name,
                    "channel": 1,
                }
                for stem, label in items
            }
            (place / f"{name}_{part}_fold_{fold}.json").write_text(json.dumps(rows, indent=4))
            lines = [json.dumps({"key": key, "type": "raw", "task": "category", **row}) for key, row in rows.items()]
            (place / f"{name}_{part}_fold_{fold}.jsonl").write_text("\n".join(lines) + "\n")
    for stem, speaker in (speakers or {}).items():
        line = f"{name}-{stem} 1 {speaker} 0 1.0 <id={name}-{stem},lang=en,spk={speaker},emotion=x> x\n"
        with (folder / "data.seg.wrd.stm").open("a") as file:
            file.write(line)
    return folder


def folds_of_speakers(items: Mapping[str, tuple[str, str]], test_speakers: Sequence[Sequence[str]]) -> Lists:
    """Lists whose test parts are those of these speakers.

    Args:
        items: stem -> (speaker, label)
    """
    return {
        fold: {
            "train": [(stem, label) for stem, (speaker, label) in items.items() if speaker not in tested],
            "test": [(stem, label) for stem, (speaker, label) in items.items() if speaker in tested],
        }
        for fold, tested in enumerate(test_speakers, 1)
    }
