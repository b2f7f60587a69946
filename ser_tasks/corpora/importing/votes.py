"""Several labels for one sound, because several raters labelled it: who gave which, and the one that most gave."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from ser_tasks.corpora.checking.agreement import describe_agreement
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import DROP, Votes
from ser_tasks.corpora.importing.rows import part_of
from ser_tasks.corpora.importing.source_table import Ballot, Rows, option
from ser_tasks.corpora.vocabulary import plain

TOGETHER = "all"  # the rater of a cell with several labels beside cells of one, which may be what all agreed on
NO_AGREEMENT = "no agreement"  # the label of a tie that is kept: it has no class
BETWEEN = re.compile(r"\s*[;|/,+&#]\s*")
OF_ANY_RATER = (
    *("speaker", "gender", "transcript", "language", "split", "session", "group", "turn", "intensity"),
    *("valence", "activation", "dominance"),
)
ALIKE = 1e-9  # of two sums of shares

Key = Callable[[str], str]


@dataclass(frozen=True)
class Tally:
    """Counts of the votes, for people; `agreement` is None where nobody gave a second label."""

    counts: str
    agreement: str | None
    losing: Mapping[str, int]  # labels that no sound is left with, and their votes
    ties: dict[str, str]  # NO_AGREEMENT -> DROP, where such sounds stay


def ballots_of(
    labels: "pd.Series[str]", raters: "pd.Series[str]", known: Callable[[str], bool], separator: str | None = None
) -> list[tuple[Ballot, ...]]:
    """The ballots in each row: a cell may hold several labels, as happy;frustrated.

    Args:
        labels: a cell each row, None where there is none
        raters: who gave them, None where it is not known
        known: whether a word is a label by itself
        separator: that alone parts the labels of a cell, whatever they are; None: any usual one between known labels
    """
    alone = {plain(label) for label in labels.dropna() if not BETWEEN.search(label)}

    @cache
    def pieces(label: str) -> list[str]:
        if separator is not None:
            return [part for part in label.split(separator) if part]
        parts = [part for part in BETWEEN.split(label) if part]
        apart = len(parts) > 1 and not known(label) and all(known(part) or plain(part) in alone for part in parts)
        return parts if apart else [label]

    cells = [pieces(label) if label else [] for label in labels]
    filled = [cell for cell in cells if cell]
    one_by_one = all(len(cell) > 1 for cell in filled) or any(len(set(cell)) < len(cell) for cell in filled)
    nobody = None if one_by_one else TOGETHER
    return [
        tuple(Ballot(rater if isinstance(rater, str) else nobody if len(cell) > 1 else None, piece) for piece in cell)
        for cell, rater in zip(cells, raters, strict=True)
    ]


def cast(rows: Rows, ballots: Mapping[str, tuple[Ballot, ...]]) -> list[tuple[Ballot, ...]]:
    """The ballots of each row where several columns hold labels: those of its rater, if a row is one rater's.

    A column is a rater only where each sound has one row. Numbers for classes are those of all raters of a sound;
    where a sound has a row for each rater, they may say with 1 and 0 what was chosen, and no more.

    Args:
        rows: with rater and parts; what is left open becomes a problem
        ballots: of each row, by columns
    """
    table, found, stronger = rows.table, list[tuple[Ballot, ...]](), list[str]()
    again = pd.concat(part_of(table), axis=1).duplicated(keep=False) & table.file.notna()
    for row, rater, repeated in zip(table.index, table.rater, again, strict=True):
        own, name = ballots[row], rater if isinstance(rater, str) else None
        by_class = bool(own) and own[0].rater is None
        if not repeated and (by_class or name is None):
            found.append(own)
            continue
        if by_class and (name is None or len({*own}) < len(own) or any(one.weight != 1 for one in own)):
            stronger.append(row)
        found.append(tuple(Ballot(name, one.label, one.weight) for one in own))
    if stronger:
        rows.problems.append(
            f"{len(stronger)} rows hold numbers for classes, and sounds stand in several rows, each of one rater: "
            f"{some(stronger)}. So they are not how many raters chose a class. Write the class that each rater chose, "
            "or 1 for it and 0 for all others, and name the raters: add --column rater=COLUMN; or a row for each sound."
        )
    return found


def settle(rows: Rows, given: Votes | None, key: Key) -> Tally | None:
    """One row for each sound, with the label that most raters gave it; None, and nothing done, if nobody voted.

    Args:
        rows: with the column `ballots`
        given: what becomes of votes; None is a problem if raters differ
        key: label -> what is counted: its class
    """
    table = rows.table[rows.table.file.notna()]
    sound = table.groupby(part_of(table), sort=False).ngroup()
    by_rows = (given is not None or table.rater.notna().any()) and sound.duplicated().any()
    if not by_rows and not (table.ballots.map(len) > 1).any():
        rows.notes += ["--votes: every sound has one label, so nothing is voted on"] * (given is not None)
        return None
    ballots = _by_sound(table.ballots, sound)
    winners = [_winner(one, key) for one in ballots]
    votes = [written(one) if given == "keep" else None for one in ballots]
    labels = [winner or NO_AGREEMENT for winner in winners]
    rows.table = _first_of_each(table, sound).assign(emotion=labels, votes=pd.Series(votes, dtype=object).to_numpy())
    tally = _tally(ballots, winners, key, kept=given == "keep")
    rows.problems += [f"{text}{_or_one_label(table)}" for text in _questions(ballots, given, tally, key)]
    if given != "keep":
        hint = "" if _are_shares(ballots) else " (--votes keep keeps them, without a class)"
        rows.leave_out(rows.table.emotion == NO_AGREEMENT, f"have a tie of their raters{hint}")
    return tally


def _by_sound(cells: "pd.Series[Any]", sound: "pd.Series[int]") -> list[list[Ballot]]:
    """All ballots of each sound, in their order; a rater gives the same label once."""
    cast: dict[int, list[Ballot]] = {}
    for number, cell in zip(sound, cells, strict=True):
        mine = cast.setdefault(number, [])
        mine += [one for i, one in enumerate(cell) if one.rater is None or one not in (*mine, *cell[:i])]
    return list(cast.values())


def _first_of_each(table: pd.DataFrame, sound: "pd.Series[int]") -> pd.DataFrame:
    """The first row of each sound, with what the row of another rater alone states."""
    stated = {role: table[role].groupby(sound).transform("first") for role in OF_ANY_RATER}
    whole = table.assign(**{role: values.where(values.notna(), None) for role, values in stated.items()})
    return whole[~sound.duplicated()].copy()


def _weights(ballots: Sequence[Ballot], key: Key) -> dict[str, float]:
    weights: dict[str, float] = {}
    for one in ballots:
        weights[key(one.label)] = weights.get(key(one.label), 0) + one.weight
    return weights


def _winner(ballots: Sequence[Ballot], key: Key) -> str | None:
    """The label of most weight, as most spell it; None: a tie."""
    weights = _weights(ballots, key)
    first = [name for name, weight in weights.items() if weight >= max(weights.values()) - ALIKE]
    if len(first) > 1:
        return None
    spelt = Counter(one.label for one in ballots if key(one.label) == first[0])
    return min(spelt, key=lambda label: (-spelt[label], label))


def _tally(ballots: Sequence[Sequence[Ballot]], winners: Sequence[str | None], key: Key, *, kept: bool) -> Tally:
    shares = _are_shares(ballots)
    kinds = Counter(_outcome(one, winner, key, shares=shares) for one, winner in zip(ballots, winners, strict=True))
    counts = ", ".join(
        f"{kinds[kind]} {kind}" for kind in ("agreed", "by majority", "tied", "by one vote alone") if kinds[kind]
    )
    single = [[key(one.label) for one in _one_each(cast)] for cast in ballots]
    several = sum(n > 1 for cast in ballots for rater, n in _labels_of(cast).items() if rater not in (None, TOGETHER))
    losing = Counter(one.label for cast in ballots for one in cast if one.label not in set(winners))
    votes = "shares" if shares else f"{sum(map(len, ballots))} votes"
    ties = {NO_AGREEMENT: DROP} if kept and None in winners else {}
    return Tally(
        f"{votes} on {len(ballots)} sounds: {counts}",
        describe_agreement(single, left_out=several),
        losing,
        ties,
    )


def _are_shares(ballots: Sequence[Sequence[Ballot]]) -> bool:
    return any(one.weight != 1 for cast in ballots for one in cast)


def _outcome(ballots: Sequence[Ballot], winner: str | None, key: Key, *, shares: bool) -> str:
    if winner is None:
        return "tied"
    if len(ballots) == 1 and not shares:
        return "by one vote alone"
    return "agreed" if len(_weights(ballots, key)) == 1 else "by majority"


def _one_each(ballots: Sequence[Ballot]) -> list[Ballot]:
    """Ballots of raters who gave one whole label: what coefficients of agreement are defined for."""
    labels = _labels_of(ballots)
    return [one for one in ballots if one.weight == 1 and (one.rater is None or labels[one.rater] == 1)]


def _labels_of(ballots: Sequence[Ballot]) -> Counter[str | None]:
    return Counter(one.rater for one in ballots)


def _questions(ballots: Sequence[Sequence[Ballot]], given: Votes | None, tally: Tally, key: Key) -> list[str]:
    shares = _are_shares(ballots)
    if given == "keep" and shares:
        return [
            "--votes keep: shares for each class are no votes of raters, so none can be kept. Add --votes majority."
        ]
    if given is not None or not any(len(_weights(cast, key)) > 1 for cast in ballots):
        return []
    keep = "" if shares else "; or --votes keep, which keeps every vote in the table, too, and ties without a class"
    agreement = f" {tally.agreement}." if tally.agreement else ""
    return [
        f"sounds have several labels ({tally.counts}).{agreement} Say what becomes of them: add --votes majority, "
        f"which takes the class with most votes and leaves ties out, counted{keep}."
    ]


def _or_one_label(table: pd.DataFrame) -> str:
    """Problem of a cell that holds one label after all."""
    for cell, ballots in zip(table.emotion, table.ballots, strict=True):
        labels = [one.label for one in ballots if one.rater in (None, TOGETHER)]
        if len(set(labels)) > 1 and labels == BETWEEN.split(cell):
            return f" If a cell such as {cell!r} is one label: add {option('--label', f'{cell}=CLASS')}."
    return ""


def written(ballots: Sequence[Ballot]) -> str:
    """As the table of an imported corpus has them: a list for each rater, of the rater and the labels given."""
    raters: dict[str, list[str]] = {}
    for number, one in enumerate(ballots, 1):
        raters.setdefault(one.rater or str(number), []).append(one.label)
    return json.dumps([[rater, *labels] for rater, labels in raters.items()], ensure_ascii=False)
