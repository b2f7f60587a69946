"""A folder in the format of IEMOCAP with the synthetic voices of the demo corpus, to try the workflow with.

    python -m ser_tasks.corpora.synthesis.iemocap_tree FOLDER
    ser fetch iemocap --from FOLDER

Synthetic: scores on it tell nothing about people.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.corpora.synthesis.speech import SAMPLING_RATE
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams

VOICES = {"ang": "anger", "hap": "happiness", "exc": "happiness", "sad": "sadness", "neu": "neutral", "xxx": "neutral"}
LABELS = ("neu", "ang", "sad", "hap", "exc", "neu", "xxx")  # a dialog goes round them
RATED = {  # what raters call a label, and where its turns lie on the three scales
    "ang": ("Anger", (2, 4, 4)),
    "hap": ("Happiness", (4, 3, 3)),
    "exc": ("Excited", (4, 4, 3)),
    "sad": ("Sadness", (2, 2, 2)),
    "neu": ("Neutral", (3, 2, 3)),
    "fru": ("Frustration", (2, 3, 3)),
    "fea": ("Fear", (2, 3, 2)),
    "sur": ("Surprise", (3, 4, 3)),
    "dis": ("Disgust", (2, 3, 3)),
    "oth": ("Other", (3, 3, 3)),
    "xxx": ("Neutral", (3, 3, 3)),
}
SCENES = ("F_impro01", "F_script01_1", "M_impro02", "M_script01_2")
PAUSE = 0.5  # s between turns
DIFFICULTY = 0.5


@dataclass(frozen=True)
class PlannedTurn:
    """One turn of a dialog: its name, when it is spoken (s in the dialog), its label, and its words."""

    name: str
    start: float
    end: float
    label: str
    words: str

    @property
    def dialog(self) -> str:
        """The name without its last part."""
        return self.name.rsplit("_", 1)[0]

    @property
    def session(self) -> str:
        """Session1 to Session5."""
        return f"Session{self.name[4]}"


def write_tree(root: Path, *, sessions: Sequence[int] = (1, 2, 3, 4, 5), turns: int = 7, seed: int = 0) -> None:
    """Write sessions of four dialogs each, with sound.

    Args:
        root: the folder to be made; gets Session1 ...
        sessions: which of the five
        turns: of each of the two speakers, in each dialog
        seed: of the voices

    Raises:
        UserError: the folder is there already
    """
    if root.exists():
        raise UserError(f"{root}: there already. Give the name of a folder to be made.")
    with atomic_path(root) as folder:
        for session in sessions:
            for index, scene in enumerate(SCENES):
                spoken = list(_speak(session, scene, index * turns, turns, seed))
                write_annotations(folder, [turn for turn, _ in spoken])
                _write_sounds(folder, spoken)


def write_annotations(root: Path, turns: Iterable[PlannedTurn]) -> None:
    """Write the evaluations and transcriptions of whole dialogs, whose turns stand together."""
    for dialog, group in groupby(turns, key=lambda turn: turn.dialog):
        spoken = list(group)
        folder = root / spoken[0].session / "dialog"
        _write(folder / "EmoEvaluation" / f"{dialog}.txt", evaluation_text(spoken))
        _write(folder / "EmoEvaluation" / "Categorical" / f"{dialog}_e1_cat.txt", f"{spoken[0].name} :Neutral; ()\n")
        _write(folder / "transcriptions" / f"{dialog}.txt", transcription_text(spoken))


def evaluation_text(turns: Sequence[PlannedTurn]) -> str:
    """dialog/EmoEvaluation/<dialog>.txt."""
    blocks = ["% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n"]
    for turn in turns:
        word, (valence, activation, dominance) = RATED[turn.label]
        lines = [
            f"[{turn.start:.4f} - {turn.end:.4f}]\t{turn.name}\t{turn.label}\t"
            f"[{valence + 0.5:.4f}, {activation:.4f}, {dominance:.4f}]",
            f"C-E2:\t{word};\t()",
            f"C-E3:\t{'Sadness' if turn.label == 'xxx' else word};\t()",
            f"C-E4:\t{'Anger' if turn.label == 'xxx' else word}; Other;\t(hard to say)",
            f"C-{turn.name[-4]}{turn.name[4]}:\t{word};\t()",
            f"A-E3:\tval {valence}; act {activation}; dom  {dominance};\t()",
            f"A-E4:\tval {valence + 1}; act {activation}; dom  ;\t(a value left out)",
        ]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def transcription_text(turns: Sequence[PlannedTurn]) -> str:
    """dialog/transcriptions/<dialog>.txt, with a turn that nobody rated and a line that is no turn."""
    lines = [f"{turn.name} [{turn.start:08.4f}-{turn.end:08.4f}]: {turn.words}" for turn in turns]
    end = turns[-1].end
    lines.append(f"{turns[-1].dialog}_FXX0 [{end + PAUSE:08.4f}-{end + 2 * PAUSE:08.4f}]: [LAUGHTER]")
    return "\n".join([*lines, "M: [BREATHING]", ""])


def _speak(
    session: int, scene: str, first: int, turns: int, seed: int
) -> Iterator[tuple[PlannedTurn, NDArray[np.float32]]]:
    """The turns of one dialog with their sounds, the woman and the man in turn."""
    params = DemoParams(speakers=10, utterances_per_emotion=turns, difficulty=DIFFICULTY, seed=seed)
    start = PAUSE
    for index in range(2 * turns):
        number, speaker = divmod(index, 2)
        label = LABELS[(number + session) % len(LABELS)]
        voice = 2 * (session - 1) + speaker  # of the demo corpus: women and men take turns there too
        signal, words = synthesise_utterance(voice, VOICES[label], first + number, params)
        end = start + len(signal) / SAMPLING_RATE
        yield PlannedTurn(f"Ses0{session}{scene}_{'FM'[speaker]}{number:03d}", start, end, label, words), signal
        start = end + PAUSE


def _write_sounds(root: Path, spoken: Sequence[tuple[PlannedTurn, NDArray[np.float32]]]) -> None:
    """Each turn in a file of its own, and the whole dialog with the woman on the left."""
    last, _ = spoken[-1]
    dialog = np.zeros((round((last.end + PAUSE) * SAMPLING_RATE), 2), np.float32)
    folder = root / last.session
    for turn, signal in spoken:
        first = round(turn.start * SAMPLING_RATE)
        dialog[first : first + len(signal), "FM".index(turn.name[-4])] = signal
        _write_sound(folder / "sentences" / "wav" / turn.dialog / f"{turn.name}.wav", signal)
    _write_sound(folder / "dialog" / "wav" / f"{last.dialog}.wav", dialog)


def _write_sound(path: Path, samples: NDArray[np.float32]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, SAMPLING_RATE, subtype="PCM_16")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m ser_tasks.corpora.synthesis.iemocap_tree FOLDER")
    try:
        write_tree(Path(sys.argv[1]))
    except UserError as error:
        sys.exit(str(error))
