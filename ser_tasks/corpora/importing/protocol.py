"""Folds that keep the speakers of an imported corpus apart, or the split that its source has."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import DROP, Protocol
from ser_tasks.corpora.importing.source_table import Rows, option
from ser_tasks.corpora.vocabulary import plain

FEW = 12  # speakers, up to which each is left out once
FOLDS = 5


def split_of(rows: Rows, spelt: "pd.Series[Any] | None", given: Mapping[str, str]) -> None:
    """The source's split: parts that are left out go; half a split is none, and a problem.

    Args:
        rows: with the parts that are known
        spelt: as the source has them; None: it has none
        given: parts as the user named them
    """
    found = Counter(() if spelt is None else spelt.dropna())
    if unused := sorted(part for part in given if plain(part) not in map(plain, found)):
        there = f"There are: {', '.join(sorted(found))}" if found else "There is no column of parts"
        rows.problems.append(f"--split {unused[0]}=…: no row is of this part. {there}.")
    if spelt is None:
        return
    gone = rows.table.split == DROP
    if gone.any():
        left = sorted(set(spelt[rows.table.index][gone]))
        hint = option("--split", f"{left[0]}=test")
        rows.leave_out(gone, f"are of parts that are not taken ({hint}): {', '.join(left)}")
    lost = Counter(spelt[rows.table.index][rows.table.split.isna()].dropna())
    if not lost:
        return
    if rows.table.split.notna().any():
        named = ", ".join(f"{part!r} ({n} rows)" for part, n in lost.items())
        hints = " ".join(option("--split", f"{part}={DROP}") for part in lost)
        rows.problems.append(
            f"{len(lost)} parts of the split are not known here: {named}. State what each is: add {hints}, with train, "
            f"validation or test in place of {DROP} where you want it; or that it is no split: add --column split=none."
        )
    else:
        rows.notes.append(f"split: {len(lost)} values are no parts known here, so it is none: {some(sorted(lost))}")
    rows.table = rows.table.assign(split=None)


@dataclass(frozen=True)
class Chosen:
    """The section `speaker_independent` of params.yaml, None where there can be none; why; and what is wrong."""

    section: dict[str, Any] | None
    why: str
    problems: tuple[str, ...] = ()


def choose_protocol(
    table: pd.DataFrame, given: Protocol | None, *, speakers_known: bool, could_be: Sequence[str] = ()
) -> Chosen:
    """The official split, if it keeps speakers apart; else leave one speaker out; of many speakers, folds of them.

    Args:
        table: utterances that take part, with the columns speaker, split, session and group
        given: another one, by --protocol
        speakers_known: False for --speakers unknown
        could_be: columns that might hold speakers, to name them if none does
    """
    split, n = _official(table), table.speaker.nunique()
    if not speakers_known:
        return _unknown(split, given)
    if n == 0:
        return Chosen(None, "", (_no_speakers(could_be),))
    if given is not None:
        chosen = _told(table, given, split)
    else:
        chosen = _official_if_apart(table) if split else Chosen(*_by_speaker(n))
    return _with_groups(table, chosen)


def _no_speakers(could_be: Sequence[str]) -> str:
    columns = " or ".join(option("--column", f"speaker={column}") for column in could_be) or "--column speaker=COLUMN"
    return (
        f"no column has the speakers, so no protocol can keep speakers apart. State which it is: add {columns}; or "
        "where it stands in the file names: add --pattern '{speaker}_{_}.wav', or the like; or that nobody knows: add "
        "--speakers unknown. Then results are speaker-dependent, or of the official split, and state it."
    )


def _with_groups(table: pd.DataFrame, chosen: Chosen) -> Chosen:
    """The protocol, with a problem where folds of speakers would cut groups (dialogs, twin takes)."""
    if chosen.section is None or chosen.section["kind"] not in ("loso", "speaker_kfold"):
        return chosen
    speakers = table.groupby("group").speaker.nunique()
    cut = list(speakers.index[speakers > 1])
    problem = (
        f"{len(cut)} groups hold several speakers ({some(cut)}), and what is a group must not stand on both sides of a "
        "split. If they need not stay together, as sentences that all speakers read: add --column group=none, or call "
        "the field {_}; else take whole sessions or parts: add --protocol leave_session_out or official."
    )
    return replace(chosen, problems=(*chosen.problems, problem)) if cut else chosen


def _official_if_apart(table: pd.DataFrame) -> Chosen:
    if _apart(table, "speaker"):
        return Chosen(_official_section(table), "the source has a split, and its parts share no speaker")
    section, why = _by_speaker(table.speaker.nunique())
    shared = f"its parts share speakers, those of {_shared_in_test(table)} test utterances"
    return Chosen(section, f"{why}; the source's split is not taken, because {shared} (--protocol official takes it)")


def _by_speaker(n: int) -> tuple[dict[str, Any] | None, str]:
    if n < 2:
        return None, "one speaker: speaker-dependent only"
    if n <= FEW:
        few = "; with two, hyper-parameters cannot be chosen by speaker: use it as training or test set across corpora"
        return {"kind": "loso"}, f"{n} speakers, each left out once{few * (n == 2)}"
    return {"kind": "speaker_kfold", "folds": FOLDS}, f"{n} speakers, dealt into {FOLDS} folds"


def _official(table: pd.DataFrame) -> bool:
    return bool(table.split.notna().all()) and {"train", "test"} <= set(table.split)


def _official_section(table: pd.DataFrame) -> dict[str, Any]:
    return {"kind": "official"} | {f"shared_{column}s": not _apart(table, column) for column in ("speaker", "group")}


def _apart(table: pd.DataFrame, column: str) -> bool:
    """No speaker, or group, is in two parts."""
    return bool((table.groupby(column).split.nunique() <= 1).all())


def _shared_in_test(table: pd.DataFrame) -> int:
    tested = table.split == "test"
    return int(table.speaker[tested].isin(set(table.speaker[~tested])).sum())


def _unknown(split: bool, given: Protocol | None) -> Chosen:
    if given not in (None, "official"):
        return Chosen(
            None, "", (f"--protocol {given} needs speakers, and --speakers is unknown. Leave one of them out.",)
        )
    if split:
        section = {"kind": "official", "shared_speakers": True, "shared_groups": True}
        return Chosen(section, "the source's split; whether its parts share speakers, nobody knows")
    problem = ("--protocol official: not every row is train or test. Leave it out.",) if given else ()
    return Chosen(None, "speakers unknown: speaker-dependent only", problem)


def _told(table: pd.DataFrame, given: Protocol, split: bool) -> Chosen:
    n, why = table.speaker.nunique(), "given"
    if given == "official":
        if not split:
            found = sorted(table.split.dropna().unique())
            return Chosen(None, "", (f"--protocol official: not every row is of train or test; found {found}.",))
        also = f"; its parts share speakers, those of {_shared_in_test(table)} test utterances: results will state it"
        return Chosen(_official_section(table), why + also * (not _apart(table, "speaker")))
    if given == "leave_session_out":
        if table.session.isna().any() or table.session.nunique() < 2:
            return Chosen(
                None, "", ("--protocol leave_session_out: not every row has a session, or there is one only.",)
            )
        return Chosen({"kind": given}, why)
    if n < 2:
        return Chosen(None, "", (f"--protocol {given} needs two speakers, there is {n}. Leave it out.",))
    return Chosen({"kind": given} | ({"folds": min(FOLDS, n)} if given == "speaker_kfold" else {}), why)
