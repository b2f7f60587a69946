"""QIA, the Korean videos of the Multimodal Emotion Recognition Challenge (MERC) 2020."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ser_tasks.corpora.catalogue.label_table import NAME, Label, read_label_table
from ser_tasks.corpora.corpus import Corpus, Finding, Parsed, Preset, Utterance
from ser_tasks.corpora.fault import Fault, refuse

CITATION = "Multimodal Emotion Recognition Challenge (MERC) 2020, Republic of Korea: the QIA data set."

EMOTIONS = {
    "hap": "happiness",
    "ang": "anger",
    "dis": "disgust",
    "fea": "fear",
    "neu": "neutral",
    "sad": "sadness",
    "sur": "surprise",
}
LABEL_FIELD = 6  # of the parts of a file name between dashes, counted from 0
LABELLED = ("train", "val")  # the names of the others hold no emotion
RELEASED = {"train": 44_370, "val": 5_386}  # clips
UNKNOWN = "unknown"  # the names do not hold the speaker

CLIP = re.compile(r"^(?P<part>train|val|test[123])/(?P<stem>(?P<number>\d+)(?:-[^-/]+)*)\.\w+$", re.ASCII)
PATTERN = (
    "train/00001-…-…-…-…-…-hap-….mp4: part train val test1 test2 test3, number, "
    f"and in train and val {' '.join(EMOTIONS)} as seventh field"
)


def corpus(*, label_field: int = LABEL_FIELD) -> Corpus:
    """The declaration for clips whose emotion is another field of their name, counted from 0."""

    def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
        return read_clips(root, audio, label_field=label_field)

    return Corpus(
        name="qia",
        title="QIA: Multimodal Emotion Recognition Challenge 2020",
        citation=CITATION,
        licence="for participants of the challenge",
        language="ko",
        size=f"{RELEASED['train']} clips to train, {RELEASED['val']} to validate, three test parts without labels",
        how_to_get="ask its organisers, then ser fetch qia --from FOLDER, the one of train and val",
        sources=(),
        presets={
            "seven_classes": Preset("all seven emotions", {name: name for name in EMOTIONS.values()}),
            "four_classes": Preset(
                "anger, happiness, neutral, sadness; disgust, fear and surprise dropped",
                {name: name for name in ("anger", "happiness", "neutral", "sadness")},
            ),
        },
        read=read,
        pattern=PATTERN,
        layout="train",
        side_files=(NAME,),
        remarks=remarks,
        extensions=(".wav", ".flac", ".mp4"),
    )


def read_clips(root: Path, audio: Sequence[str], *, label_field: int = LABEL_FIELD) -> list[Utterance]:
    """Every clip that has a label: that of labels.csv, where it has the clip, or else of its name.

    The speakers are not published: all clips have one, unless labels.csv names them. As long as no clip of the test
    parts has a label, val is the test part: it is what can be tested on, once, and models validate on a part of train.

    Raises:
        CorpusError: every name, and every line of labels.csv, that does not follow the grammar
    """
    faults: list[Fault] = []
    labels = read_label_table(root, set(audio), EMOTIONS, faults)
    tested = any(path.startswith("test") for path in labels)
    splits = {"train": "train", "val": "validation" if tested else "test"}
    utterances = []
    for path in audio:
        match = CLIP.match(path)
        if match is None:
            faults.append(Fault(path, path, PATTERN))
            continue
        part, label = match["part"], labels.get(path)
        if label is None and part in LABELLED:
            label = _label(match["stem"], label_field)
            if label is None:
                faults.append(Fault(path, match["stem"], f"{' '.join(EMOTIONS)} as field {label_field + 1}"))
        if label is not None:
            name = f"{part}-{int(match['number']):05d}"
            utterances.append(Utterance(name, path, _parsed(label, splits.get(part, "test"))))
    refuse("qia", root, faults)
    return utterances


def remarks(root: Path, audio: Sequence[str]) -> list[Finding]:
    """Clips of each part against the release, and clips without a label."""
    parts = Counter(match["part"] for path in audio if (match := CLIP.match(path)))
    labels = read_label_table(root, set(audio), EMOTIONS, [])
    unlabelled = sum(path.split("/")[0] not in LABELLED and path not in labels for path in audio)
    findings = [_count(part, parts[part], due) for part, due in RELEASED.items()]
    if unlabelled:
        text = f"{unlabelled} clips of the test parts have no label, and are left out; labels.csv can give them"
        findings.append(Finding("note", "labels", text))
    return findings


def _count(part: str, found: int, due: int) -> Finding:
    return Finding("ok" if found == due else "warning", "counts", f"{part}: {found} of {due} clips")


def _label(stem: str, field: int) -> Label | None:
    fields = stem.split("-")
    emotion = EMOTIONS.get(fields[field]) if len(fields) > field else None
    return Label(emotion) if emotion else None


def _parsed(label: Label, split: str) -> Parsed:
    return Parsed(
        speaker=label.speaker or UNKNOWN,
        gender=label.gender,
        emotion=label.emotion,
        group=label.group,
        transcript=label.transcript,
        split=label.split or split,
    )


CORPUS = corpus()
