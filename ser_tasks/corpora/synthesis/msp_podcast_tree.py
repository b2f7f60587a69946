"""A folder in the format of MSP-Podcast with the synthetic voices of the demo corpus, to try the workflow with.

    python -m ser_tasks.corpora.synthesis.msp_podcast_tree FOLDER
    ser fetch msp_podcast --from FOLDER

It has what makes the corpus hard: unknown speakers, a speaker of Train who is in Test1 too, one of Test1 who is in
Test2 too, turns without agreement, sounds of Test3 without labels, a label without a sound, and a turn without words.
Synthetic: scores on it tell nothing about people.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

import soundfile

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.synthesis.corpus import ratings, synthesise_utterance
from ser_tasks.corpora.synthesis.speech import SAMPLING_RATE
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams

Release = Literal["1.5", "1.8", "1.12", "2.0"]

VOICES = {"A": "anger", "H": "happiness", "S": "sadness", "N": "neutral", "X": "neutral", "O": "happiness"}
CODES = ("N", "A", "S", "H", "N", "X", "H", "O")  # the turns of a speaker go round them
WORDS = {"A": "Angry", "H": "Happy", "S": "Sad", "N": "Neutral", "X": "Neutral", "O": "Other-hopeful"}
RATERS = 5
DIFFICULTY = 0.5
TEST3_SOUNDS = 2

# partition -> its speakers, each a voice of the demo corpus; a negative one is that voice, and unknown in the tables
SPEAKERS: dict[str, tuple[int, ...]] = {
    "Train": (0, 1, 2, 3, 4, 5, 8, -11, -12),
    "Development": (6, 7),
    "Test1": (8, 9, 10),
    "Test2": (10, 11),
}


CastVote = tuple[str, str, str, tuple[float, float, float]]  # rater, primary and secondary emotions, ratings


@dataclass(frozen=True)
class Row:
    """One turn: its name, consensus code, speaker as written, partition, and ratings from 1 to 7."""

    name: str
    code: str
    speaker: str
    gender: str
    part: str
    ratings: tuple[float, float, float]  # activation, valence, dominance: means over the raters
    votes: tuple[CastVote, ...] = field(repr=False)


def write_tree(root: Path, *, turns: int = 8, release: Release = "2.0", seed: int = 0) -> None:
    """Write a small release, with sound.

    Args:
        root: the folder to be made; gets Audios, Labels, Transcripts ...
        turns: of each speaker, in each partition
        release: whose names and columns
        seed: of the voices

    Raises:
        UserError: the folder is there already
    """
    if root.exists():
        raise UserError(f"{root}: there already. Give the name of a folder to be made.")
    with atomic_path(root) as folder:
        (folder / "Audios").mkdir(parents=True)
        (folder / "Transcripts").mkdir()
        rows = list(_speak(folder, turns, seed))
        write_tables(folder, rows, release=release)
        (folder / "Transcripts" / f"{rows[1].name}.txt").unlink()
        (folder / "Audios" / f"{rows[3].name}.wav").unlink()
        for i in range(TEST3_SOUNDS if release in ("1.12", "2.0") else 0):
            signal, _ = synthesise_utterance(i, "neutral", 900, _params(turns, seed))
            _write_sound(folder / "Audios" / f"MSP-PODCAST_test3_{i + 1:04d}.wav", signal)


def write_tables(root: Path, rows: Iterable[Row], *, release: Release) -> None:
    """Write the label files of a release, row by row: any number of them."""
    labels = root / ("label" if release == "1.5" else "Labels")
    labels.mkdir(parents=True, exist_ok=True)
    table = labels / ("labels_concensus.csv" if release == "1.8" else "labels_consensus.csv")
    genders: dict[str, str] = {}
    with (
        table.open("w", encoding="utf-8", newline="") as consensus,
        (labels / "labels_detailed.csv").open("w", encoding="utf-8", newline="") as detailed,
        (labels / "labels.txt").open("w", encoding="utf-8") as blocks,
        (root / "Partitions.txt").open("w", encoding="utf-8") as partitions,
        (root / "Speaker_ids.txt").open("w", encoding="utf-8") as speakers,
    ):
        lines, votes = csv.writer(consensus, lineterminator="\n"), csv.writer(detailed, lineterminator="\n")
        lines.writerow(("FileName", "EmoClass", "EmoAct", "EmoVal", "EmoDom", "SpkrID", "Gender", "Split_Set"))
        votes.writerow(_vote_columns(release))
        for row in rows:
            part = "Validation" if release in ("1.5", "1.8") and row.part == "Development" else row.part
            lines.writerow((f"{row.name}.wav", row.code, *row.ratings, row.speaker, row.gender, part))
            votes.writerows(_vote_rows(row, release))
            blocks.write(_block(row))
            partitions.write(f"{part}; {row.name}.wav\n")
            speakers.write(f"{row.name}.wav; {row.speaker}\n")
            genders[row.speaker] = row.gender
    _put_genders_first(root / "Speaker_ids.txt", genders)
    if release == "1.5":
        table.unlink()
        (labels / "labels_detailed.csv").unlink()


def many_rows(n: int, *, speakers: int, unknown_every: int = 4) -> Iterator[Row]:
    """Rows without sound, for a table of any size: speakers of their own in each partition.

    Args:
        n: rows
        speakers: of all partitions
        unknown_every: of Train, every such turn has an unknown speaker
    """
    parts = ("Train",) * 6 + ("Development",) + ("Test1",) * 2 + ("Test2",)
    for i in range(n):
        who = i % speakers
        part = parts[who % len(parts)]
        unknown = part == "Train" and (i // speakers) % unknown_every == 0
        speaker, gender = ("Unknown", "Unknown") if unknown else (str(who + 1), ("Female", "Male")[who % 2])
        middle = (1 + i % 7, 1 + i // 7 % 7, 1 + i // 49 % 7)
        name, code = f"MSP-PODCAST_{who:04d}_{i // speakers:04d}", CODES[i % len(CODES)]
        yield _row(name, code, (speaker, gender, part), middle, i)


def _row(name: str, code: str, who: tuple[str, str, str], middle: Sequence[int], index: int) -> Row:
    """A turn whose raters give the middle, and one step beside it where the scale goes on."""
    votes = tuple(_vote(code, middle, rater, index) for rater in range(RATERS))
    activation, valence, dominance = (round(sum(vote[3][i] for vote in votes) / RATERS, 6) for i in range(3))
    return Row(name, code, *who, (activation, valence, dominance), votes)


def _vote(code: str, middle: Sequence[int], rater: int, index: int) -> CastVote:
    """Three of five agree on the code; of X two each have another."""
    primary = WORDS[code] if rater < (2 if code == "X" else 3) else ("Sad" if rater == 3 or code == "X" else "Neutral")
    primary = "Angry" if code == "X" and rater == RATERS - 1 else primary
    second = ("", primary.removeprefix("Other-"), f"{primary.partition('-')[0]},Concerned")[(rater + index) % 3]
    activation, valence, dominance = (float(min(max(value + (rater % 3) - 1, 1), 7)) for value in middle)
    return f"WORKER{(index * RATERS + rater) % 9973 + 1:08d}", primary, second, (activation, valence, dominance)


def _speak(root: Path, turns: int, seed: int) -> Iterator[Row]:
    params, numbers = _params(turns, seed), count()
    for part, voices in SPEAKERS.items():
        for voice in voices:
            first = list(SPEAKERS).index(part) * turns  # the same voice in two partitions says other turns
            for i in range(first, first + turns):
                number, code = next(numbers), CODES[i % len(CODES)]
                name = f"MSP-PODCAST_{100 + abs(voice):04d}_{number:04d}"
                signal, words = synthesise_utterance(abs(voice), VOICES[code], i, params)
                _write_sound(root / "Audios" / f"{name}.wav", signal)
                (root / "Transcripts" / f"{name}.txt").write_text(f"{words}\n", encoding="utf-8")
                heights = ratings(abs(voice), VOICES[code], i, params)
                middle = [round(1 + (heights[key] - 1) * 6 / 4) for key in ("activation", "valence", "dominance")]
                speaker, gender = (f"{voice + 1}", ("Female", "Male")[voice % 2]) if voice >= 0 else ("Unknown",) * 2
                yield _row(name, code, (speaker, gender, part), middle, number)


def _params(turns: int, seed: int) -> DemoParams:
    return DemoParams(speakers=12, utterances_per_emotion=turns, difficulty=DIFFICULTY, seed=seed)


def _vote_columns(release: Release) -> tuple[str, ...]:
    if release != "2.0":
        return ("FileName", "EmoDetail")
    return ("FileName", "WorkerID", "EmoClass_Major", "EmoClass_Second", "EmoAct", "EmoVal", "EmoDom")


def _vote_rows(row: Row, release: Release) -> Iterator[tuple[object, ...]]:
    for rater, primary, second, scales in row.votes:
        if release == "2.0":
            yield f"{row.name}.wav", rater, primary, second, *scales
        else:
            yield f"{row.name}.wav", _detail(rater, primary, second, scales)


def _detail(rater: str, primary: str, second: str, scales: tuple[float, float, float]) -> str:
    return f"{rater}; {primary}; {second}; {_scales(scales)}"


def _scales(scales: tuple[float, float, float]) -> str:
    return "A:{:.6f}; V:{:.6f}; D:{:.6f};".format(*scales)


def _block(row: Row) -> str:
    votes = "".join(f"{_detail(*vote)}\n" for vote in row.votes)
    return f"{row.name}.wav; {row.code}; {_scales(row.ratings)}\n{votes}\n"


def _put_genders_first(path: Path, genders: dict[str, str]) -> None:
    known = [f"Speaker_{speaker}; {gender}\n" for speaker, gender in genders.items() if speaker != "Unknown"]
    path.write_text("".join([*known, "*" * 40 + "\n", path.read_text(encoding="utf-8")]), encoding="utf-8")


def _write_sound(path: Path, samples: object) -> None:
    soundfile.write(path, samples, SAMPLING_RATE, subtype="PCM_16")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ser_tasks.corpora.synthesis.msp_podcast_tree FOLDER")
    try:
        write_tree(Path(sys.argv[1]))
    except UserError as error:
        sys.exit(str(error))
