"""IEMOCAP: dialogs of ten English-speaking actors in five sessions, improvised and scripted, rated turn by turn.

The split of preset `iemocap4` is the division of its 5531 turns that published audio, text and fusion results stand on.
Turns are sorted by name. Session 5 is the test set; of the others every tenth, beginning with the first, is validation.
So validation turns come from dialogs, and speakers, of the training set: early stopping on them is optimistic. Kept for
comparison; `split` of the corpus itself holds Sessions 1 to 4 together, and lets models draw their own validation
speakers.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.corpora.catalogue.iemocap_release import SOUND_PATTERN, Turn, parse_turn, read_release
from ser_tasks.corpora.corpus import Corpus, Finding, Level, Margin, Official, Parsed, Preset, Utterance, some
from ser_tasks.corpora.fault import refuse
from ser_tasks.corpora.votes import usual_label, votes_of_raters
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

USUAL = ("neutral", "happiness", "excitement", "sadness", "anger")  # published with happiness and excitement as one

#       neu  hap  exc  sad  ang
BY_SESSION = {
    "1": (384, 135, 143, 194, 229),
    "2": (362, 117, 210, 197, 137),
    "3": (320, 135, 151, 305, 240),
    "4": (258, 65, 238, 143, 327),
    "5": (384, 143, 299, 245, 170),
}
BY_SPEAKER = {
    "1F": 528, "1M": 557, "2F": 481, "2M": 542, "3F": 522, "3M": 629, "4F": 528, "4M": 503, "5F": 590, "5M": 651,
}  # fmt: skip
BY_STYLE = {"improvised": 2943, "scripted": 2588}
OTHERS = {"frustration": 1849, "surprise": 107, "fear": 40, "disgust": 2, "other": 3, "no_agreement": 2507}

MARGINS = (
    Margin(
        ("session", "emotion"),
        {
            (session, emotion): count
            for session, row in BY_SESSION.items()
            for emotion, count in zip(USUAL, row, strict=True)
        },
        frozenset(USUAL),
    ),
    Margin(("speaker",), {(speaker,): count for speaker, count in BY_SPEAKER.items()}, frozenset(USUAL)),
    Margin(("style",), {(style,): count for style, count in BY_STYLE.items()}, frozenset(USUAL)),
    Margin(("emotion",), {(emotion,): count for emotion, count in OTHERS.items()}, frozenset(OTHERS)),
)

EVERY = 10

CITATION = (
    "Busso, C., Bulut, M., Lee, C.-C., Kazemzadeh, A., Mower, E., Kim, S., Chang, J. N., Lee, S., Narayanan, S. S. "
    "(2008). IEMOCAP: interactive emotional dyadic motion capture database. Language Resources and Evaluation 42(4), "
    "335-359. doi:10.1007/s10579-008-9076-6"
)
FOUR = {name: name for name in ("anger", "happiness", "neutral", "sadness")} | {"excitement": "happiness"}
SIX = ("anger", "happiness", "excitement", "sadness", "frustration", "neutral")
TEST_SESSION = "5"
EVALUATOR = "E"  # begins the code of a rater; F and M are the speakers, on themselves
WORDS = {"neutral_state": "neutral"}  # of the form that raters filled in


def interleaved_split(utterances: "pd.DataFrame") -> "pd.Series":
    """train, validation or test of every row of an utterance table, in the table's order.

    Raises:
        UserError: Session 5, or all the others, are not there
    """
    tested = utterances.session == "5"
    if tested.all() or not tested.any():
        raise UserError(
            f"the split by Session 5 needs it and others; found sessions {sorted(utterances.session.unique())}. "
            "Complete the corpus (`ser check iemocap`)."
        )
    names = utterances.utterance_id[~tested].sort_values()
    validation = utterances.index.isin(names.index[::EVERY])
    return tested.map({True: "test", False: "train"}).mask(validation, "validation").rename("split")


def read(root: Path, audio: Sequence[str]) -> list[Utterance]:
    """Every labelled turn, with its words and its sound where they are there.

    `split` is test for Session 5 and train for the others. A turn without sound has no path.

    Raises:
        CorpusError: every line and every sound that does not follow the grammar
    """
    release = read_release(root, audio)
    refuse("iemocap", root, release.faults)
    places = _places(release.turns)
    return [
        Utterance(
            turn.name, release.sounds.get(turn.name), _parsed(turn, places[turn.name], release.words.get(turn.name))
        )
        for turn in release.turns
    ]


def votes(root: Path, utterances: "pa.Table") -> "pd.DataFrame":
    """How many evaluators gave each turn which label; what the speakers say of themselves does not count."""
    return votes_of_raters(utterances, label=_label, counts=lambda rater: rater.startswith(EVALUATOR))


def _label(spelt: str) -> str:
    usual = usual_label(spelt)
    return WORDS.get(usual, usual)


def remarks(root: Path, audio: Sequence[str]) -> list[Finding]:
    """Turns that lack a part, parts that no labelled turn has, and lines that were skipped."""
    release = read_release(root, audio)
    turns = {turn.name for turn in release.turns}
    lines = f"{release.skipped} lines of dialog/transcriptions name no turn, and are left out"
    return [
        *_some("warning", turns - release.sounds.keys(), "turns have a label, but no sound: they count as text alone"),
        *_some("warning", turns - release.words.keys(), "turns have a label, but no transcript"),
        *_some("warning", release.sounds.keys() - turns, "sounds have no label, and are left out"),
        *_some("note", release.words.keys() - turns, "transcripts have no label, and are left out"),
        *([Finding("note", "turns", lines)] if release.skipped else []),
    ]


def _places(turns: Sequence[Turn]) -> dict[str, int]:
    """{turn: place in its dialog, in the order of time}."""
    places, counts = {}, Counter[str]()
    for turn in sorted(turns, key=lambda turn: (turn.start, turn.name)):
        dialog = turn.name.rsplit("_", 1)[0]
        places[turn.name] = counts[dialog]
        counts[dialog] += 1
    return places


def _parsed(turn: Turn, place: int, words: str | None) -> Parsed:
    named = parse_turn(turn.name)
    assert named is not None  # the evaluation was parsed by the same grammar
    return Parsed(
        speaker=named.speaker,
        gender=named.gender,
        emotion=turn.emotion,
        group=named.dialog,
        transcript=words,
        style=named.style,
        session=named.session,
        split="test" if named.session == TEST_SESSION else "train",
        valence=turn.valence,
        activation=turn.activation,
        dominance=turn.dominance,
        votes=tuple(turn.votes),
        turn=place,
    )


def _some(level: Level, names: set[str], text: str) -> list[Finding]:
    return [Finding(level, "turns", f"{len(names)} {text}: {some(sorted(names))}")] if names else []


CORPUS = Corpus(
    name="iemocap",
    title="IEMOCAP: Interactive Emotional Dyadic Motion Capture Database",
    citation=CITATION,
    licence="for research, on request to the University of Southern California",
    language="en",
    size="10 039 turns of 151 dialogs, 10 speakers in 5 sessions, 16 kHz, about 12 h",
    how_to_get="request it at https://sail.usc.edu/iemocap/, then ser fetch iemocap --from FOLDER, the one of Session1",
    sources=(),
    presets={
        "iemocap4": Preset("anger, happiness with excitement, neutral, sadness: 5531 turns", FOUR),
        "iemocap4_improvised": Preset("the same, improvised turns only: 2943", FOUR, styles=("improvised",)),
        "iemocap4_scripted": Preset("the same, scripted turns only: 2588", FOUR, styles=("scripted",)),
        "iemocap4_interleaved": Preset(
            "the same 5531 turns, Session 5 to test and every tenth of the others to validate: shares dialogs and "
            "speakers between training and validation, for comparison with published work",
            FOUR,
            split=interleaved_split,
        ),
        "iemocap6": Preset(
            "anger, happiness, excitement, sadness, frustration, neutral: 7380 turns", {name: name for name in SIX}
        ),
        "iemocap9": Preset(
            "all nine emotions, two of them with 40 turns or fewer; other and no_agreement dropped: 7529 turns",
            {name: name for name in (*SIX, "fear", "surprise", "disgust")},
        ),
    },
    read=read,
    pattern=SOUND_PATTERN,
    layout="Session[1-5]",
    side_files=(  # the star crosses folders, but those inside EmoEvaluation begin with other letters
        "Session[1-5]/dialog/EmoEvaluation/Ses*.txt",
        "Session[1-5]/dialog/transcriptions/Ses*.txt",
    ),
    sounds=("Session[1-5]/sentences/wav/*",),
    official=(Official(counts={}, sampling_rate=16_000, durations=None),),
    margins=MARGINS,
    votes=votes,
    remarks=remarks,
)
