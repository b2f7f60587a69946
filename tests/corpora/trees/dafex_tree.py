"""Tiny DaFEx: `<actor>/<block>/<words>.avi`, the silent blocks included; the meaning of most words is not known."""

from pathlib import Path

from tests.corpora.trees.video import write_video

EMOTIONS = ("ang", "dis", "fea", "hap", "neu", "sad", "sur")


def clip_name(emotion: str, actor: int) -> str:
    return f"a b c d e f{actor} {emotion} high"


def write_dafex_tree(root: Path, *, actors=(1, 4), blocks=(1, 3), emotions=EMOTIONS) -> None:
    for actor in actors:
        for block in blocks:
            for i, emotion in enumerate(emotions):
                codec = None if block in (3, 6) else "pcm_s16le"
                path = root / f"actor {actor}" / f"block {block}" / f"{clip_name(emotion, actor)}.avi"
                write_video(path, codec=codec, frequency=200 * actor + 50 * i)
