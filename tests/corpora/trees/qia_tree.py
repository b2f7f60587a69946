"""Tiny QIA / MERC 2020: clips of the labelled parts have the emotion as seventh field, those of the test parts none."""

from pathlib import Path

from tests.corpora.trees.video import write_video

EMOTIONS = ("hap", "ang", "dis", "fea", "neu", "sad", "sur")


def write_qia_tree(root: Path, *, clips: int = 7) -> None:
    for p, part in enumerate(("train", "val", "test1", "test2", "test3")):
        for i in range(clips if part == "train" else 2):
            number = 1 + 100 * p + i
            name = f"{number:05d}-1-2-3-4-5-{EMOTIONS[i % 7]}-6" if part in ("train", "val") else f"{number:05d}"
            write_video(root / part / f"{name}.mp4", codec="aac", frequency=200 + 10 * number)
