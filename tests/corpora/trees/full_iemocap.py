"""As many turns as the release of IEMOCAP has, in as many dialogs: text, and empty files for the sounds."""

from itertools import chain, cycle, repeat
from pathlib import Path

from ser_tasks.corpora.synthesis.iemocap_tree import PlannedTurn, write_annotations

#         neu  hap  exc  sad  ang, turns of the woman among them, scripted among them
SESSIONS = {
    1: ((384, 135, 143, 194, 229), 528, 500),
    2: ((362, 117, 210, 197, 137), 481, 500),
    3: ((320, 135, 151, 305, 240), 522, 500),
    4: ((258, 65, 238, 143, 327), 528, 578),
    5: ((384, 143, 299, 245, 170), 590, 510),
}
OTHERS = {"fru": 1849, "sur": 107, "fea": 40, "dis": 2, "oth": 3, "xxx": 2507}
SCENES = {
    False: [f"{marker}_impro0{i}" for marker in "FM" for i in range(1, 9)],
    True: [f"{marker}_script0{i}_{j}" for marker in "FM" for i in range(1, 4) for j in range(1, 4)],
}


def planned_turns() -> list[PlannedTurn]:
    """10 039 turns; session, speaker, style and emotion have the counts of the release."""
    others = list(chain.from_iterable(repeat(label, n) for label, n in OTHERS.items()))
    turns: list[PlannedTurn] = []
    for session, (counts, of_the_woman, scripted) in SESSIONS.items():
        labels = list(chain.from_iterable(map(repeat, ("neu", "hap", "exc", "sad", "ang"), counts)))
        speakers = ["F"] * of_the_woman + ["M"] * (len(labels) - of_the_woman)
        styles = [(i + 1) * scripted // len(labels) > i * scripted // len(labels) for i in range(len(labels))]
        mine = others[session - 1 :: 5]
        turns += _dealt(
            session, [*labels, *mine], [*speakers, *cycled("FM", mine)], [*styles, *cycled((True, False), mine)]
        )
    return sorted(turns, key=lambda turn: turn.name)


def cycled(values, like):
    return [value for value, _ in zip(cycle(values), like, strict=False)]


def _dealt(session, labels, speakers, styles):
    """Each turn in the next dialog of its style, numbered within dialog and speaker."""
    scenes = {style: cycle(names) for style, names in SCENES.items()}
    numbers: dict[str, int] = {}
    for label, speaker, style in zip(labels, speakers, styles, strict=True):
        key = f"Ses0{session}{next(scenes[style])}_{speaker}"
        number = numbers[key] = numbers.get(key, -1) + 1
        yield PlannedTurn(f"{key}{number:03d}", number * 5.0, number * 5.0 + 4.55, label, "these are words")


def write_full_tree(root: Path) -> list[str]:
    """Write the text, and give the paths that the sounds would have."""
    turns = planned_turns()
    write_annotations(root, turns)
    return [f"{turn.session}/sentences/wav/{turn.dialog}/{turn.name}.wav" for turn in turns]
