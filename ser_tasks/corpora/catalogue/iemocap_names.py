"""Names of IEMOCAP: what the name of a dialog and of a turn says."""

import re
from dataclasses import dataclass

# session, who wears the motion-capture markers, scene: Ses01F_impro01, Ses05M_script01_1b
DIALOG = r"Ses0(?P<session>[1-5])[FM]_(?P<scene>impro0[1-8][ab]?|script0[1-3]_[1-3]b?)"
# who speaks, number: Ses01F_impro01_M000; X for turns that were numbered later
TURN = re.compile(rf"(?P<dialog>{DIALOG})_(?P<speaker>[FM])(?:\d{{3}}|X\d\d|XX\d)", re.ASCII)
WHOLE_DIALOG = re.compile(DIALOG, re.ASCII)

DIALOG_PATTERN = "Ses01F_impro01 or Ses05M_script01_1b: session 1-5, who wears the markers F M, scene"
TURN_PATTERN = "Ses01F_impro01_M000: dialog, then who speaks F M, then 000, X00 or XX0"
GENDERS = {"F": "female", "M": "male"}


@dataclass(frozen=True)
class TurnName:
    """The fields of a turn's name."""

    dialog: str
    session: str  # 1 to 5
    speaker: str  # 1F: the letter is that of the last part, for the one after Ses01 wears the markers
    gender: str
    style: str  # improvised, scripted


def parse_turn(name: str) -> TurnName | None:
    """Fields of a turn's name; None when it is not one."""
    match = TURN.fullmatch(name)
    if match is None:
        return None
    return TurnName(
        dialog=match["dialog"],
        session=match["session"],
        speaker=match["session"] + match["speaker"],
        gender=GENDERS[match["speaker"]],
        style="improvised" if match["scene"].startswith("impro") else "scripted",
    )


def session_of(dialog: str) -> str | None:
    """Session 1 to 5 of a dialog; None when it is not a dialog's name."""
    match = WHOLE_DIALOG.fullmatch(dialog)
    return match["session"] if match else None
