"""The page: counts, boxes by class, components by emotion and by speaker; nothing in it is fetched from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.explore.gather import Explored
from pipelines.explore.pictures import MOST_POINTS, boxes, key, points
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.result import percent
from ser_tasks.features.components import eta_squared
from ser_tasks.html import templates

PAGES = templates(Path(__file__).parent / "templates")
MOST_SPEAKERS = 40  # columns of the table of counts; more are counted by gender alone
MEASURES = (  # column, title, unit, digits
    ("duration", "Duration", "s", 1),
    ("level", "Level", "dB", 0),
    ("f0", "F0, median of each utterance", "Hz", 0),
)


def write_page(found: Explored, to: Path) -> None:
    """Write it, whole or not at all."""
    with atomic_path(to) as temporary:
        temporary.write_text(html(found), encoding="utf-8")


def html(found: Explored) -> str:
    """The page as text."""
    table = found.utterances
    return PAGES.get_template("explore.html.jinja").render(
        corpus=found.corpus,
        preset=found.preset,
        facts=_facts(table),
        dropped=found.dropped,
        counts=_counts(table),
        measures=[_measure(table, *one) for one in MEASURES if table[one[0]].notna().any()],
        f0_by_gender=_by_gender(table),
        components=_components(found),
        pictures=_pictures(found),
        shares=_shares(found),
        missing=found.missing,
    )


def _facts(table: pd.DataFrame) -> dict[str, str]:
    genders = table.drop_duplicates("speaker").gender.fillna("of unknown gender").value_counts()
    speakers = ", ".join(f"{n} {gender}" for gender, n in sorted(genders.items()))
    hours = table.duration.sum() / 3600
    return {
        "utterances": str(len(table)),
        "speakers": f"{table.speaker.nunique()} ({speakers})",
        "sound": "none" if table.duration.isna().all() else f"{60 * hours:.0f} min" if hours < 2 else f"{hours:.1f} h",
        "classes": str(table.emotion.nunique()),
    }


def _counts(table: pd.DataFrame) -> dict[str, Any]:
    """Class by speaker, women and men apart; the largest count is the darkest."""
    few = table.speaker.nunique() <= MOST_SPEAKERS
    gender = table.gender.fillna("unknown")
    columns = [gender, table.speaker] if few else [gender]
    counted = pd.crosstab(table.emotion, columns)
    most = max(1, int(counted.to_numpy().max()))
    head = [name if isinstance(name, tuple) else (name, "") for name in counted.columns]
    rows = [
        {"name": name, "total": int(own.sum()), "cells": [{"n": int(n), "shade": round(n / most, 2)} for n in own]}
        for name, own in zip(counted.index, counted.to_numpy(), strict=True)
    ]
    groups = [(name, sum(one == name for one, _ in head)) for name in dict.fromkeys(one for one, _ in head)]
    return {"groups": groups, "speakers": [speaker for _, speaker in head] if few else [], "rows": rows}


def _measure(table: pd.DataFrame, column: str, title: str, unit: str, digits: int) -> dict[str, Any]:
    rows, ends = boxes(table[column], table.emotion, unit=unit, digits=digits)
    return {"title": title, "rows": rows, "ends": ends, "unknown": int(table[column].isna().sum())}


def _by_gender(table: pd.DataFrame) -> dict[str, Any] | None:
    """F0 of each class, women and men apart: the difference that hides what emotions do."""
    if table.f0.isna().all() or table.gender.nunique() < 2:
        return None
    rows, ends = boxes(table.f0, table.emotion + ", " + table.gender, unit="Hz", digits=0)
    return {"title": "F0 by class and gender", "rows": rows, "ends": ends, "unknown": 0}


def _components(found: Explored) -> dict[str, Any] | None:
    """Of each component its share of the variance, and how much of it lies between emotions, speakers, genders."""
    if found.components is None:
        return None
    etas = {name: eta_squared(found.components.scores, list(own)) for name, own in found.factors.items()}
    rows = [
        [str(i + 1), percent(share), *(percent(own[i]) for own in etas.values())]
        for i, share in enumerate(found.components.variance)
    ]
    return {"factors": list(etas), "rows": rows, "n_features": found.n_features}


def _pictures(found: Explored) -> list[dict[str, Any]]:
    if found.components is None or found.components.scores.shape[1] < 2:
        return []
    wanted = [name for name in ("emotion", "speaker") if name in found.factors]
    return [_picture(found, name) for name in wanted]


def _picture(found: Explored, factor: str) -> dict[str, Any]:
    scores, groups = found.components.scores[:, :2], list(found.factors[factor])  # type: ignore[union-attr]
    label = f"utterances on the first two principal components, by {factor}"
    return {
        "title": f"By {factor}",
        "drawn": points(scores, groups, label=label, by_hue=factor == "speaker"),
        "shown": min(len(groups), MOST_POINTS),
        "of": len(groups),
        "key": key(sorted(set(groups))) if factor != "speaker" else [],
    }


def _shares(found: Explored) -> list[dict[str, str]]:
    """Of each factor its share of the variance of all features, and what groups that mean nothing would have."""
    n = len(found.utterances)
    chance: Sequence[float] = [(found.factors[name].nunique() - 1) / (n - 1) for name in found.shares]
    return [
        {"factor": name, "share": percent(share), "chance": percent(expected)}
        for (name, share), expected in zip(found.shares.items(), chance, strict=True)
    ]
