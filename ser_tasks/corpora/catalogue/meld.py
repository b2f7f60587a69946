"""MELD: dialogues of the series Friends, seven emotions, with words always and sound where the videos are there."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from ser_tasks.corpora.corpus import Corpus, CorpusError, Finding, Margin, Parsed, Preset, Utterance, some
from ser_tasks.corpora.fault import Fault, refuse
from ser_tasks.corpora.text_file import read_text

CITATION = (
    "Poria, S., Hazarika, D., Majumder, N., Naik, G., Cambria, E., Mihalcea, R. (2019). MELD: a multimodal "
    "multi-party dataset for emotion recognition in conversations. Proc. ACL 2019, 527-536. doi:10.18653/v1/P19-1050"
)

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
SPLITS = {"train": "train", "dev": "validation", "test": "test"}  # in the files -> in the table
COLUMNS = ("Utterance", "Speaker", "Emotion", "Dialogue_ID", "Utterance_ID")  # those that are read
WHOLE = re.compile(r"^\d+$", re.ASCII)
# a folder of the clips, as released or renamed to its part
FOLDERS = {"train_splits": "train", "dev_splits_complete": "dev", "output_repeated_splits_test": "test"}
CLIP = re.compile(r"^dia(?P<dialogue>\d+)_utt(?P<utterance>\d+)$", re.ASCII)
CLIP_PATTERN = f"dia0_utt0.mp4 in a folder called {', '.join((*FOLDERS, *SPLITS))}"

#            anger disgust fear joy neutral sadness surprise
COUNTS = {
    "train": (1109, 271, 268, 1743, 4710, 683, 1205),
    "dev": (153, 22, 40, 163, 470, 111, 150),
    "test": (345, 68, 50, 402, 1256, 208, 281),
}


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """Every line of the tables, with its clip where there is one.

    Part, dialogue and utterance number together name an utterance; serial numbers do not (57 of train occur twice).
    The times are those of the episode, not of the clip, and are not read.

    Raises:
        CorpusError: no table, or every line that does not follow the grammar
    """
    clips, faults, utterances = find_clips(audio), list[Fault](), dict[str, Utterance]()
    for part, table in _tables(root).items():
        for number, row in _rows(root, table, faults):
            expected = _expected(row)
            name = None if expected else _name(part, row["Dialogue_ID"], row["Utterance_ID"])
            if name in utterances:
                expected = "each utterance of a dialogue once"
            if name is None or expected:
                faults.append(Fault(table, " | ".join(map(str, row.values())), str(expected), number))
            else:
                utterances[name] = Utterance(name, clips.get(name), _parsed(part, row))
    refuse("meld", root, faults)
    return list(utterances.values())


def remarks(root: Path, audio: Sequence[str]) -> list[Finding]:
    """Lines without a clip, and clips without a line."""
    clips, lines = find_clips(audio), {utterance.utterance_id for utterance in read(root, audio)}
    findings = []
    if not audio:
        findings.append(Finding("note", "clips", "none: every utterance is text alone"))
    elif missing := sorted(lines - clips.keys()):
        text = f"{len(missing)} of {len(lines)} utterances have no clip, and are text alone: {some(missing)}"
        findings.append(Finding("warning", "clips", text))
    if strange := sorted(set(audio) - {clips[name] for name in lines & clips.keys()}):
        text = f"{len(strange)} clips are of no line of the tables, and are left out: {some(strange)}"
        findings.append(Finding("note", "clips", text))
    return findings


def find_clips(audio: Sequence[str]) -> dict[str, str]:
    """{utterance: path} of the files that are named as clips; sound alone comes before video."""
    clips: dict[str, str] = {}
    for path in sorted(audio, key=lambda path: (PurePosixPath(path).suffix.lower() == ".mp4", path)):
        match, part = CLIP.match(PurePosixPath(path).stem), _part(path)
        if match is not None and part is not None:
            clips.setdefault(_name(part, match["dialogue"], match["utterance"]), path)
    return clips


def _name(part: str, dialogue: str, utterance: str) -> str:
    """As the clips are called, filled with zeros: sorted by name, a dialogue is in the order of its turns."""
    return f"{part}_dia{int(dialogue):04d}_utt{int(utterance):02d}"


def _part(path: str) -> str | None:
    """train, dev or test, by the innermost folder of such a name."""
    for folder in reversed(PurePosixPath(path).parts[:-1]):
        part = FOLDERS.get(folder, folder)
        if part in SPLITS:
            return part
    return None


def _tables(root: Path) -> dict[str, str]:
    """{part: table}: beside each other, or each in the folder of its part."""
    tables = {}
    for part in SPLITS:
        name = f"{part}_sent_emo.csv"
        found = [path for path in (name, f"{part}/{name}") if (root / path).is_file()]
        if len(found) != 1:
            raise CorpusError(
                f"{root}: {name} is there {len(found)} times ({', '.join(found) or 'nowhere'}), expected once, in the "
                f"folder itself or in {part}/. Take it from the release (https://github.com/declare-lab/MELD)."
            )
        tables[part] = found[0]
    return tables


def _rows(root: Path, table: str, faults: list[Fault]) -> list[tuple[int, dict[str, str]]]:
    """The columns that are read, and the line on which each row ends; what a short row lacks is empty."""
    lines = csv.DictReader(io.StringIO(read_text(root / table), newline=""), restval="")
    if not set(COLUMNS) <= set(lines.fieldnames or ()):
        faults.append(Fault(table, ", ".join(lines.fieldnames or ()), f"the columns {', '.join(COLUMNS)}", 1))
        return []
    return [(lines.line_num, {column: row[column] for column in COLUMNS}) for row in lines]


def _expected(row: Mapping[str, str]) -> str | None:
    """What is expected instead of this row; None where it is right."""
    if row["Emotion"] not in EMOTIONS:
        return f"an emotion of {' '.join(EMOTIONS)}"
    if not WHOLE.match(row["Dialogue_ID"]) or not WHOLE.match(row["Utterance_ID"]):
        return "whole numbers as Dialogue_ID and Utterance_ID"
    if not row["Speaker"].strip() or not row["Utterance"].strip():
        return "a speaker and an utterance"
    return None


def _parsed(part: str, row: Mapping[str, str]) -> Parsed:
    return Parsed(
        speaker=row["Speaker"].strip(),
        gender=None,
        emotion=row["Emotion"],
        group=f"{part}_dia{int(row['Dialogue_ID']):04d}",
        transcript=row["Utterance"].strip(),
        split=SPLITS[part],
        turn=int(row["Utterance_ID"]),
    )


CORPUS = Corpus(
    name="meld",
    title="MELD: Multimodal EmotionLines Dataset",
    citation=CITATION,
    licence="GPL-3.0",
    language="en",
    size="13 708 utterances of 1432 dialogues: words 1.5 MB, videos 10 GB",
    how_to_get="take train, dev and test_sent_emo.csv of https://github.com/declare-lab/MELD, and MELD.Raw if you want "
    "sound, then ser fetch meld --from FOLDER",
    sources=(),
    presets={
        "meld7": Preset("all seven emotions", {name: name for name in EMOTIONS} | {"joy": "happiness"}),
        "four_classes": Preset(
            "anger, happiness (joy), neutral, sadness; disgust, fear and surprise dropped",
            {name: name for name in ("anger", "neutral", "sadness")} | {"joy": "happiness"},
        ),
    },
    read=read,
    pattern=CLIP_PATTERN,
    side_files=("train_sent_emo.csv", "dev_sent_emo.csv", "test_sent_emo.csv", "*/*_sent_emo.csv"),
    margins=(
        Margin(
            ("split", "emotion"),
            {
                (SPLITS[part], emotion): count
                for part, row in COUNTS.items()
                for emotion, count in zip(EMOTIONS, row, strict=True)
            },
        ),
    ),
    remarks=remarks,
    extensions=(".wav", ".flac", ".mp4"),
)
