"""From files to what the report is made of: results, answers, utterances, costs."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines import paths
from pipelines.known_corpora import CORPORA
from pipelines.report.block import Block
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.comparison.answers import one_line_each
from ser_tasks.evaluation.comparison.rows import Comparison, Row, comparisons, honesty
from ser_tasks.evaluation.result import read_results

if TYPE_CHECKING:
    from ser_tasks.params import Params

RESULTS = Path("results")
EXTRAS = ("inflation", "robustness")  # results/CORPUS/KIND_MODEL.json


def gather(corpora: Sequence[str], params: Params) -> list[Block]:
    """A block for each comparison of these corpora, or of all that have results, in their order.

    Raises:
        UserError: a corpus without results
    """
    results = read_results(RESULTS)
    there = sorted({result["corpus"] for result in results})
    for name in corpora:
        if name not in there:
            raise UserError(_nothing_of(name, there))
    wanted = list(dict.fromkeys(corpora)) or sorted(there, key=lambda name: CORPORA[name].kind == "synthetic")
    rows = [_row(result) for result in results if result["corpus"] in wanted]
    made = [_block(one, rows, params) for one in comparisons(rows) if one.honesty != "dependent"]
    made.sort(key=lambda block: wanted.index(block.comparison.corpus))
    if not made:
        raise UserError(
            f"{RESULTS}: {', '.join(wanted)}: speaker-dependent results only, which are not compared. Evaluate under "
            "speaker_independent: dvc repro"
        )
    return made


def _nothing_of(name: str, there: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, there, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return (
        f"{RESULTS}/{name}: no result.{hint} There are results of {', '.join(there)}. To make some, name {name} under "
        "corpora: in params.yaml, and run make repro."
    )


def _row(result: dict[str, Any]) -> Row:
    place = (result["corpus"], result["protocol"], result["model"])
    where = paths.ensemble if "members" in result else paths.predictions
    answers, costs = where(*place), paths.costs(*place)
    return Row(
        result,
        one_line_each(pd.read_parquet(answers)) if answers.exists() else None,
        json.loads(costs.read_text(encoding="utf-8")) if costs.exists() else {},
    )


def _block(comparison: Comparison, rows: Sequence[Row], params: Params) -> Block:
    usual = comparison.protocol == "speaker_independent"  # what stands beside others has been shown there already
    dependent = {row.name: row.result for row in rows if usual and _flatters(row.result, comparison)}
    table = paths.utterances(comparison.corpus)
    utterances = read_utterances(table).set_index("utterance_id") if table.exists() else pd.DataFrame()
    if utterances.empty:  # no speakers, so no paired tests: as if the answers were not here
        comparison = replace(comparison, rows=tuple(replace(row, answers=None) for row in comparison.rows))
    for row in comparison.rows:
        _refuse_strangers(row, utterances, table)
    return Block(
        corpus=CORPORA[comparison.corpus],
        comparison=comparison,
        dependent=dependent,
        utterances=utterances,
        snr=None,
        params=params,
        extra={kind: _extra(comparison.corpus, kind) for kind in EXTRAS if usual},
    )


def _flatters(result: Mapping[str, Any], comparison: Comparison) -> bool:
    """Whether it is of the same corpus and classes, with voices known."""
    same = (result["corpus"], result["preset"], tuple(result["classes"]))
    return honesty(result) == "dependent" and same == (comparison.corpus, comparison.preset, comparison.classes)


def _refuse_strangers(row: Row, utterances: pd.DataFrame, table: Path) -> None:
    """Answers to utterances that nothing is known of are of another version of the corpus."""
    if row.answers is None:
        return
    strangers = sorted(set(row.answers.utterance_id) - set(utterances.index))
    if strangers:
        raise UserError(
            f"{table} does not hold {len(strangers)} utterances that {row.name} has answered, the first is "
            f"{strangers[0]}. Expected all: they are of another version of the corpus. Make both again: dvc repro"
        )


def _extra(corpus: str, kind: str) -> dict[str, Any]:
    """What another command found of each model."""
    files = sorted((RESULTS / corpus).glob(f"{kind}_*.json"))
    return {file.stem.removeprefix(f"{kind}_"): json.loads(file.read_text(encoding="utf-8")) for file in files}
