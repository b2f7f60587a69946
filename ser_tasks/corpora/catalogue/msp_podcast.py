"""MSP-Podcast: turns of podcasts, labelled by five raters and more; some 150 000 turns in release 1.11, 264 705 in 2.0.

Three sets of turns are left out, so that no voice can stand on both sides of any split, whatever the protocol:

- **Unknown speakers** (Train has thousands; the readme of the release says that some may be speakers of a test set).
  Each would have to be a speaker of its own in a fold, and could be one that is tested.
- **Speakers of several partitions.** The partitions are meant to be apart, and are not quite: by public counts on
  release 2.0, Train shares two speakers with Test2, and Development one with Test1 and three with Test2. Such a speaker
  counts for the last of Train, Development and the test set; turns in the others are left out.
- **The other test sets.** Test sets share speakers with each other, so each is a corpus of its own here: msp_podcast
  tests Test1, msp_podcast_test2 tests Test2, on the same folder. Test3 has no public labels.

`ser check` counts each of them. With all turns, and results that carry the warning: `ser import FOLDER --speakers
unknown`. The session of a turn is its podcast; a podcast has several speakers, so it may stand in several partitions.

Sources: Busso et al. (2025), arXiv:2509.09791; https://lab-msp.com/MSP/MSP-Podcast.html (partitions, counts of 1.11);
files: msp_podcast_release.py. The counts on release 2.0 are those of a public recipe's README, and not counted here
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ser_tasks.corpora.catalogue.msp_podcast_release import (
    EMOTIONS,
    HIDDEN_NAME,
    NAME,
    NAME_PATTERN,
    Turn,
    read_labels,
)
from ser_tasks.corpora.catalogue.msp_podcast_votes import Votes, read_votes
from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Finding, Level, Parsed, Utterance, some
from ser_tasks.corpora.fault import Fault, refuse
from ser_tasks.corpora.text_file import read_text
from ser_tasks.corpora.votes import votes_of_raters

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CITATION = (
    "Lotfian, R., Busso, C. (2019). Building naturalistic emotionally balanced speech corpus by retrieving emotional "
    "speech from existing podcast recordings. IEEE Transactions on Affective Computing 10(4), 471-483. "
    "doi:10.1109/TAFFC.2017.2736999. Busso, C., et al. (2025). The MSP-Podcast corpus. arXiv:2509.09791"
)
TRANSCRIPTS = "Transcripts"
NO_SOUND = Finding("note", "sounds", "none: every turn is text alone")
CLASSES = [name for name in EMOTIONS.values() if name not in ("other", "no_agreement")]
RELEASES = {  # labelled turns -> release, by W-Wu/DEER, the corpus' page, its readme for the challenge, and loaders
    73_042: "1.8",
    149_307: "1.11",
    116_221: "the Odyssey 2024 challenge",
    264_705: "2.0",
}


@dataclass(frozen=True)
class Usable:
    """The turns that take part, and why others do not: reason -> turns."""

    turns: tuple[Turn, ...]
    splits: dict[str, str]  # partition -> split
    left_out: dict[str, int]


def usable(turns: Sequence[Turn], test: str) -> Usable:
    """Turns of known speakers, each speaker in one partition.

    Args:
        turns: all labelled ones
        test: Test1 or Test2
    """
    splits = {"Train": "train", "Development": "validation", test: "test"}
    order = list(splits)
    last = dict[str, int]()  # speaker -> the last partition that has a turn of them
    for turn in turns:
        if turn.speaker is not None and turn.part in splits:
            last[turn.speaker] = max(last.get(turn.speaker, 0), order.index(turn.part))
    kept, left = list[Turn](), Counter[str]()
    for turn in turns:
        if turn.part not in splits:
            left[f"are of {turn.part}, which {corpus_of(turn.part)} tests"] += 1
        elif turn.speaker is None:
            left[f"of {turn.part} have an unknown speaker, who may be one of {test}"] += 1
        elif order.index(turn.part) < last[turn.speaker]:
            left[f"of {turn.part} have a speaker who is in {order[last[turn.speaker]]} too"] += 1
        else:
            kept.append(turn)
    return Usable(tuple(kept), splits, dict(left))


def corpus_of(test: str) -> str:
    """The corpus whose test set it is."""
    return "msp_podcast" if test == "Test1" else f"msp_podcast_{test.lower()}"


def corpus(test: str) -> Corpus:
    """The declaration with one of the test sets, Test1 or Test2."""
    name, (first, second) = corpus_of(test), ("Test1", "Test2")

    def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
        return read_turns(root, audio, test=test)

    def remarks(root: Path, audio: Sequence[str]) -> list[Finding]:
        return remarks_on(root, audio, test=test)

    return Corpus(
        name=name,
        title=f"MSP-Podcast, tested on {test}",
        citation=CITATION,
        licence="for research, on signing the licence of the University of Texas at Dallas",
        language="en",
        size="release 2.0: 264 705 labelled turns, 409 h; 1.11: 149 307, 238 h; turns of unknown speakers left out",
        how_to_get=f"request it at https://lab-msp.com/MSP/MSP-Podcast.html, unpack it, then ser fetch {name} --from "
        f"FOLDER, the one of Audios and Labels; {second if test == first else first} is in "
        f"{corpus_of(second if test == first else first)}",
        sources=(),
        presets=all_and_four(CLASSES),
        read=read,
        pattern=f"Audios/{NAME_PATTERN}",
        layout="[Aa]udio*",
        side_files=(  # a star crosses folders
            "[Ll]abel*.csv",
            "[Ll]abel*.txt",
            "Partition*.txt",
            "Speaker_ids.txt",
            f"{TRANSCRIPTS}/*.txt",
        ),
        sounds=("[Aa]udio*/*",),
        remarks=remarks,
        votes=votes,
        kind="natural",
    )


def read_turns(root: Path, audio: Sequence[str], *, test: str) -> list[Utterance]:
    """Every labelled turn that takes part, with its votes, its words and its sound.

    A turn without sound is left out (release 2.0 has one), unless there is no sound at all: then all are text alone.

    Raises:
        CorpusError: no label file, or every line and sound that does not follow the grammar
    """
    labels, faults = read_labels(root), list[Fault]()
    found = usable(labels.turns, test)
    names = {turn.name for turn in found.turns}
    votes = read_votes(root, names, labelled={turn.name for turn in labels.turns})
    sounds, words = _sounds(audio, faults), _transcripts(root, names)
    refuse("msp_podcast", root, (*labels.faults, *votes.faults, *faults))
    return [
        Utterance(turn.name, sounds.get(turn.name), _parsed(turn, found, votes, words.get(turn.name)))
        for turn in found.turns
        if turn.name in sounds or not audio
    ]


def votes(root: Path, utterances: "pa.Table") -> "pd.DataFrame":
    """How many raters gave each turn which primary emotion; a word of a rater's own counts as other."""
    return votes_of_raters(utterances)


def remarks_on(root: Path, audio: Sequence[str], *, test: str) -> list[Finding]:
    """The release, what is left out and why, and turns that lack a part."""
    labels = read_labels(root)
    found, labelled = usable(labels.turns, test), {turn.name for turn in labels.turns}
    names = {turn.name for turn in found.turns}
    votes, sounds = read_votes(root, names, labelled=labelled), set(_sounds(audio, []))
    without = "turns have a label, but no"
    hidden = {name for name in sounds if HIDDEN_NAME.fullmatch(name)}
    return [
        Finding("note", "release", _release(len(labelled))),
        *(Finding("note", "left out", f"{n} turns {reason}") for reason, n in sorted(found.left_out.items())),
        *(_some("warning", names - sounds, f"{without} sound: left out") if audio else [NO_SOUND]),
        *_some("warning", names - _transcripts(root, names).keys(), f"{without} transcript"),
        *_some("note", hidden, "sounds are of Test3, whose labels are not public: left out"),
        *_some("warning", sounds - hidden - labelled, "sounds have no label, and are left out"),
        *_on_votes(votes, names),
        *_some("warning", _two_genders(found.turns), "speakers have two genders, in one turn and another"),
    ]


def _release(n: int) -> str:
    known = ", ".join(f"{release}: {turns}" for turns, release in sorted(RELEASES.items()))
    same = f"as many as release {RELEASES[n]}" if n in RELEASES else f"no release known here has as many ({known})"
    return f"{n} labelled turns: {same}"


def _on_votes(votes: Votes, names: Collection[str]) -> list[Finding]:
    if votes.path is None:
        return [Finding("note", "votes", "no labels_detailed.csv: the votes of the raters are not known")]
    outside = f"{votes.outside} ratings of raters are no number from 1 to 7, and are left out"
    return [
        *_some("warning", set(names) - votes.by_turn.keys(), "turns have a label, but no vote"),
        *_some("note", set(votes.strange), "turns have votes and no label: left out"),
        *([Finding("warning", "votes", outside)] if votes.outside else []),
    ]


def _two_genders(turns: Sequence[Turn]) -> set[str]:
    genders = {(turn.speaker, turn.gender) for turn in turns if turn.speaker and turn.gender}
    return {str(speaker) for speaker, n in Counter(speaker for speaker, _ in genders).items() if n > 1}


def _parsed(turn: Turn, found: Usable, votes: Votes, words: str | None) -> Parsed:
    assert turn.speaker is not None  # or it would not be usable
    return Parsed(
        speaker=turn.speaker,
        gender=turn.gender,
        emotion=turn.emotion,
        group=None,
        transcript=words,
        session=turn.podcast,
        split=found.splits[turn.part],
        valence=turn.valence,
        activation=turn.activation,
        dominance=turn.dominance,
        votes=tuple(votes.by_turn.get(turn.name, ())),
    )


def _sounds(audio: Sequence[str], faults: list[Fault]) -> dict[str, str]:
    """{turn: path}, turns of Test3 too."""
    sounds: dict[str, str] = {}
    for path in audio:
        name = PurePosixPath(path).stem
        if not NAME.fullmatch(name) and not HIDDEN_NAME.fullmatch(name):
            faults.append(Fault(path, name, f"a name like {NAME_PATTERN}"))
        elif name in sounds:
            faults.append(Fault(path, sounds[name], "one sound for each turn"))
        else:
            sounds[name] = path
    return sounds


def _transcripts(root: Path, names: Collection[str]) -> dict[str, str]:
    """{turn: words} of these turns, in one line; an empty file says that there are none."""
    files = (file for file in _text_files(root / TRANSCRIPTS) if file.stem in names)
    return {file.stem: " ".join(read_text(file).split()) for file in files}


def _text_files(folder: Path) -> Iterator[Path]:
    for place, _, files in os.walk(folder):
        yield from (Path(place) / file for file in files if file.endswith(".txt"))


def _some(level: Level, names: set[str], text: str) -> list[Finding]:
    return [Finding(level, "turns", f"{len(names)} {text}: {some(sorted(names))}")] if names else []


CORPUS = corpus("Test1")
