"""DaFEx: eight Italian actors speak one sentence with seven emotions, on video."""

import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path, PurePosixPath

from ser_tasks.corpora.catalogue.label_table import NAME, Label, read_label_table
from ser_tasks.corpora.corpus import Corpus, Margin, Parsed, Preset, Utterance
from ser_tasks.corpora.fault import Fault, refuse

CITATION = (
    "Battocchi, A., Pianesi, F., Goren-Bar, D. (2005). DaFEx: database of facial expressions. Intelligent "
    "Technologies for Interactive Entertainment (INTETAIN 2005), LNCS 3814, Springer."
)

EMOTIONS = {
    "ang": "anger",
    "dis": "disgust",
    "fea": "fear",
    "hap": "happiness",
    "neu": "neutral",
    "sad": "sadness",
    "sur": "surprise",
}
LABEL_FIELD = 6  # of the words of a file name, counted from 0
FEMALE = frozenset("1236")
ACTORS = tuple("12345678")
SPOKEN = tuple("1245")  # blocks 3 and 6 are silent

CLIP = re.compile(r"^[^/]*(?P<actor>[1-8])/[^/]*(?P<block>[1-6])/(?P<stem>[^/]+)\.\w+$", re.ASCII)
PATTERN = (
    "…1/…1/<six words> ang <more>.avi (or .wav): a folder that ends in the actor 1-8, one that ends in the block 1-6, "
    f"and {' '.join(EMOTIONS)} as seventh word of the name"
)


def corpus(*, label_field: int = LABEL_FIELD) -> Corpus:
    """The declaration for clips whose emotion is another word of their name, counted from 0."""

    def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
        return read_clips(root, audio, label_field=label_field)

    return Corpus(
        name="dafex",
        title="DaFEx: Database of Facial Expressions",
        citation=CITATION,
        licence="for research, on request to its authors",
        language="it",
        size="672 clips with sound (of 1008), 8 actors",
        how_to_get="request it from its authors, then ser fetch dafex --from FOLDER, the one of the actors' folders",
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
        layout="*[1-8]",
        side_files=(NAME,),
        sounds=("*[1-8]/*[1245]/*",),
        margins=(
            # 4 blocks with sound, 3 intensities
            Margin(("speaker", "emotion"), dict.fromkeys(product(ACTORS, EMOTIONS.values()), 12)),
        ),
        extensions=(".wav", ".flac", ".avi"),
    )


def read_clips(root: Path, audio: Sequence[str], *, label_field: int = LABEL_FIELD) -> list[Utterance]:
    """Every clip with sound; a wav beside a video of its name is taken instead of it.

    Labels are those of labels.csv, where it has the clip, or else of the name.

    Raises:
        CorpusError: every name, and every line of labels.csv, that does not follow the grammar
    """
    faults: list[Fault] = []
    labels = read_label_table(root, set(audio), EMOTIONS, faults)
    utterances: dict[str, Utterance] = {}
    for path in sorted(audio, key=lambda path: (PurePosixPath(path).suffix.lower() == ".avi", path)):
        match = CLIP.match(path)
        if match is None:
            faults.append(Fault(path, path, PATTERN))
        elif match["block"] in SPOKEN:
            name = f"actor{match['actor']}-block{match['block']}-{match['stem']}"
            label = labels.get(path) or _label(match["stem"], label_field)
            if label is None:
                faults.append(Fault(path, match["stem"], f"{' '.join(EMOTIONS)} as word {label_field + 1}"))
            else:
                utterances.setdefault(name, Utterance(name, path, _parsed(match["actor"], label)))
    refuse("dafex", root, faults)
    return list(utterances.values())


def _label(stem: str, field: int) -> Label | None:
    words = stem.split()
    emotion = EMOTIONS.get(words[field]) if len(words) > field else None
    return Label(emotion) if emotion else None


def _parsed(actor: str, label: Label) -> Parsed:
    return Parsed(
        speaker=label.speaker or actor,
        gender=label.gender or ("female" if actor in FEMALE else "male"),
        emotion=label.emotion,
        group=label.group,
        transcript=label.transcript,
        split=label.split,
    )


CORPUS = corpus()
