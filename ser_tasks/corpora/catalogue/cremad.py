"""CREMA-D: 91 American actors, twelve sentences, six emotions, at up to three levels.

Names, sentences and sexes: README.md and VideoDemographics.csv of the release. What people took each clip for:
processedResults/tabulatedVotes.csv, of which the rows on the voice alone count here; the others are on the face, and on
both.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.corpora.catalogue.presets import all_and_four
from ser_tasks.corpora.corpus import Corpus, Margin, Official, Parsed
from ser_tasks.corpora.fault import Fault, refuse
from ser_tasks.corpora.votes import vote_table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CITATION = (
    "Cao, H., Cooper, D. G., Keutmann, M. K., Gur, R. C., Nenkova, A., Verma, R. (2014). CREMA-D: crowd-sourced "
    "emotional multimodal actors dataset. IEEE Transactions on Affective Computing 5(4), 377-390. "
    "doi:10.1109/TAFFC.2014.2336244"
)

EMOTIONS = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happiness",
    "NEU": "neutral",
    "SAD": "sadness",
}
LEVELS = {"LO": "low", "MD": "medium", "HI": "high", "XX": None}
SENTENCES = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
FEMALE = {  # 1002, 1003 ...
    2, 3, 4, 6, 7, 8, 9, 10, 12, 13, 18, 20, 21, 24, 25, 28, 29, 30, 37, 43, 46, 47, 49, 52, 53, 54, 55, 56, 58, 60,
    61, 63, 72, 73, 74, 75, 76, 78, 79, 82, 84, 89, 91,
}  # fmt: skip
MISNAMED = {"1040_ITH_SAD_X": "1040_ITH_SAD_XX"}  # as released

# actor, sentence, emotion, level: 1001_DFA_ANG_XX
STEM = re.compile(
    rf"^(?P<speaker>10(?:0[1-9]|[1-8]\d|9[01]))_(?P<sentence>{'|'.join(SENTENCES)})"
    rf"_(?P<emotion>{'|'.join(EMOTIONS)})_(?P<level>{'|'.join(LEVELS)})$",
    re.ASCII,
)


def parse(stem: str) -> Parsed | None:
    """Fields of a file name without its extension; None when it is not a name of CREMA-D."""
    match = STEM.match(MISNAMED.get(stem, stem))
    if match is None:
        return None
    return Parsed(
        speaker=match["speaker"],
        gender="female" if int(match["speaker"]) - 1_000 in FEMALE else "male",
        emotion=EMOTIONS[match["emotion"]],
        group=None,  # one take of each sentence, emotion and level
        transcript=SENTENCES[match["sentence"]],
        intensity=LEVELS[match["level"]],
        style="speech",
    )


VOTES = "*tabulatedVotes.csv"  # the star crosses folders
LETTERS = {name[0]: emotion for name, emotion in EMOTIONS.items()}  # its columns: A, D, F, H, N, S
ROW = re.compile(r"[123]\d{5}", re.ASCII)  # what was presented, then the number of the clip
VOICE = "1"


def votes(root: Path, utterances: "pa.Table") -> "pd.DataFrame":
    """How many people took the voice of each clip for which emotion; no rows where the release's table is not there.

    Raises:
        CorpusError: every line that is not of its grammar
    """
    path = next((file.relative_to(root).as_posix() for file in sorted(root.rglob("tabulatedVotes.csv"))), None)
    found, faults = {}, list[Fault]()
    for line, name, counts in _tabulated(root / path) if path else ():
        if isinstance(counts, str) or name in found:
            expected = counts if isinstance(counts, str) else "each clip once for the voice"
            faults.append(Fault(str(path), name, expected, line))
        else:
            found[name] = counts
    refuse("cremad", root, faults)
    here = {MISNAMED.get(name, name): name for name in utterances["utterance_id"].to_pylist()}
    return vote_table({here[name]: counts for name, counts in found.items() if name in here})


def _tabulated(file: Path) -> Iterator[tuple[int, str, dict[str, int] | str]]:
    """Line, clip, and votes on its voice, or what was expected instead."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text)
        if missing := {"", *LETTERS, "fileName"}.difference(lines.fieldnames or ()):
            yield 1, ", ".join(lines.fieldnames or ()), f"the columns {', '.join(sorted(missing))} too"
            return
        for row in lines:
            counts = {emotion: row[letter] or "" for letter, emotion in LETTERS.items()}
            if not ROW.fullmatch(row[""] or "") or not all(n.isascii() and n.isdigit() for n in counts.values()):
                yield lines.line_num, str(row["fileName"]), "a number as 100001, and six counts"
            elif row[""].startswith(VOICE):
                name = MISNAMED.get(row["fileName"], row["fileName"])
                yield lines.line_num, name, {emotion: int(n) for emotion, n in counts.items()}


CORPUS = Corpus(
    name="cremad",
    title="CREMA-D: Crowd-sourced Emotional Multimodal Actors Dataset",
    citation=CITATION,
    licence="Open Database License (ODbL) 1.0",
    language="en",
    size="7442 files, 91 actors, 16 kHz",
    how_to_get="git lfs clone https://github.com/CheyneyComputerScience/CREMA-D, then ser fetch cremad --from "
    "CREMA-D; the folder CREMA-D/AudioWAV will do, but is without the votes of raters (1076_MTI_SAD_XX.wav is known to "
    "be silent)",
    sources=(),
    presets=all_and_four(EMOTIONS.values()),
    parse=parse,
    pattern=f"1001_DFA_ANG_XX: actor 1001-1091, sentence {' '.join(SENTENCES)}, emotion {' '.join(EMOTIONS)}, "
    f"level {' '.join(LEVELS)}",
    layout="AudioWAV",
    side_files=(VOTES,),
    votes=votes,
    official=(Official(counts={}, sampling_rate=16_000, durations=None),),
    margins=(  # 7442 in all is published; unverified by emotion, but of the names that were looked at
        Margin(("emotion",), {(name,): 1_087 if name == "neutral" else 1_271 for name in EMOTIONS.values()}),
    ),
)
