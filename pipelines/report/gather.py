"""Everything that the report is made of, read from files: results, predictions, utterances, costs, SNR and clips."""

from __future__ import annotations

import base64
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import soundfile

from pipelines import paths
from pipelines.known_corpora import CORPORA
from pipelines.report.block import Block
from ser_tasks.atomic import atomic_path
from ser_tasks.audio.clip import clip_of
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.comparison.licence import may_be_passed_on
from ser_tasks.evaluation.comparison.predictions import by_seed
from ser_tasks.evaluation.comparison.rows import Comparison, Row, comparisons, speaker_overlap
from ser_tasks.evaluation.comparison.snr import estimated_snr
from ser_tasks.evaluation.result import check_has_results, read_results
from ser_tasks.provenance.code_digest import code_digest

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.report.settings import ComparisonParams
    from ser_tasks.corpora.corpus import Corpus


RESULTS = Path("results")
OVERLAPPING = ("speaker_pairs",)  # of several predictions of an utterance no tests, groups or clips are shown
EXTRAS = ("inflation", "robustness")  # results/CORPUS/KIND_MODEL.json


def gather(corpora: Sequence[str], params: ComparisonParams) -> list[Block]:
    """A block for each comparison of these corpora, or of all that have results, in their order.

    Raises:
        UserError: a corpus without results
    """
    results = read_results(RESULTS)
    there = sorted({result["corpus"] for result in results})
    check_has_results(corpora, there, RESULTS)
    wanted = list(dict.fromkeys(corpora)) or sorted(there, key=lambda name: CORPORA[name].kind == "synthetic")
    rows = [_row(result) for result in results if result["corpus"] in wanted]
    made = [_block(one, rows, params) for one in comparisons(rows) if one.speaker_overlap != "dependent"]
    made.sort(key=lambda block: wanted.index(block.comparison.corpus))
    if not made:
        raise UserError(
            f"{RESULTS}: {', '.join(wanted)}: speaker-dependent results only, which are not compared. Evaluate under "
            "speaker_independent: dvc repro"
        )
    return made


def _row(result: dict[str, Any]) -> Row:
    place = (result["corpus"], result["protocol"], result["model"])
    where = paths.ensemble if "members" in result else paths.predictions
    answers, costs = where(*place), paths.costs(*place)
    once = result["protocol_kind"] not in OVERLAPPING
    return Row(
        result,
        by_seed(pd.read_parquet(answers)) if once and answers.exists() else (),
        json.loads(costs.read_text(encoding="utf-8")) if costs.exists() else {},
    )


def _block(comparison: Comparison, rows: Sequence[Row], params: ComparisonParams) -> Block:
    usual = comparison.protocol == "speaker_independent"  # other protocols have been shown there already
    dependent = {row.name: row.result for row in rows if usual and _is_biased(row.result, comparison)}
    table = paths.utterances(comparison.corpus)
    known = read_utterances(table) if table.exists() else None
    comparison, outdated = _of_one_truth(comparison, known)
    utterances = pd.DataFrame() if known is None else known.set_index("utterance_id")
    if utterances.empty:  # no speakers, so no paired tests: as if the predictions were not here
        comparison = replace(comparison, rows=tuple(replace(row, seeds=()) for row in comparison.rows))
    for row in comparison.rows:
        _check_known(row, utterances, table)
    return Block(
        corpus=CORPORA[comparison.corpus],
        comparison=comparison,
        dependent=dependent,
        utterances=utterances,
        snr=None,
        params=params,
        extra={kind: _extra(comparison.corpus, kind) for kind in EXTRAS if usual},
        outdated=outdated,
    )


def _of_one_truth(comparison: Comparison, utterances: pd.DataFrame | None) -> tuple[Comparison, tuple[str, ...]]:
    """The rows under the labels of today, and names of those of other labels; without any, under those of most rows.

    Rows whose predictions are not here stay: nothing tells, and they are not tested.
    """
    truths = {row.name: _pairs(row.answers, "truth") for row in comparison.rows if row.answers is not None}
    preset = CORPORA[comparison.corpus].all_presets.get(comparison.preset)
    if utterances is not None and preset is not None:
        today = _pairs(utterances.assign(emotion=utterances.emotion.map(preset.classes)), "emotion")
    else:
        today = frozenset()
    fresh = any(own <= today for own in truths.values())
    chosen = today if fresh else next(iter(Counter(truths.values()).most_common(1)), (today, 0))[0]
    outdated = tuple(name for name, own in truths.items() if not own <= chosen)
    rows = tuple(row for row in comparison.rows if row.name not in outdated)
    return replace(comparison, rows=rows), outdated


def _pairs(table: pd.DataFrame, column: str) -> frozenset[tuple[str, str]]:
    """Utterances and their classes."""
    return frozenset(zip(table.utterance_id, table[column], strict=True))


def _is_biased(result: Mapping[str, Any], comparison: Comparison) -> bool:
    """Whether it is of the same corpus and classes, under random folds."""
    same = (result["corpus"], result["preset"], tuple(result["classes"]))
    return speaker_overlap(result) == "dependent" and same == (comparison.corpus, comparison.preset, comparison.classes)


def _check_known(row: Row, utterances: pd.DataFrame, table: Path) -> None:
    """Raise UserError for predictions of unknown utterances: they are of another version of the corpus."""
    if row.answers is None:
        return
    unknown = sorted(set(row.answers.utterance_id) - set(utterances.index))
    if unknown:
        raise UserError(
            f"{table} does not hold {len(unknown)} utterances that {row.name} has predictions for, the first is "
            f"{unknown[0]}. Expected all: they are of another version of the corpus. Make both again: dvc repro"
        )


def _extra(corpus: str, kind: str) -> dict[str, Any]:
    """Results of another command for each model."""
    files = sorted((RESULTS / corpus).glob(f"{kind}_*.json"))
    return {file.stem.removeprefix(f"{kind}_"): json.loads(file.read_text(encoding="utf-8")) for file in files}


SAVED_EVERY = 500  # utterances: an interrupted estimate goes on from there
COLUMNS = ["utterance_id", "sha256", "estimate", "snr"]


def snr_of(corpus: str, utterances: pd.DataFrame, report: Callable[[int, int], None]) -> pd.Series | None:
    """Utterance id -> dB; None if the recordings are not here, or there is no sound.

    Args:
        corpus: its name
        utterances: those to estimate, by id
        report: called with how many of how many have been estimated
    """
    root = paths.corpus_root(corpus)
    spoken = utterances[utterances.path.notna()] if "path" in utterances else utterances[:0]
    if spoken.empty or not root.exists():
        return None
    digest = code_digest(estimated_snr)
    known = _kept(corpus, digest)
    missing = [name for name in spoken.index if known.get((name, spoken.sha256[name])) is None]
    for done, name in enumerate(missing):
        row = spoken.loc[name]
        if not (root / row.path).exists():
            return None
        signal = clip_of(row, str(name)).mono(root, 16_000)
        known[name, row.sha256] = estimated_snr(signal, sampling_rate=16_000)
        report(done + 1, len(missing))
        if (done + 1) % SAVED_EVERY == 0 or done + 1 == len(missing):
            _keep(corpus, digest, known)
    return pd.Series({name: known[name, spoken.sha256[name]] for name in spoken.index})


def _kept(corpus: str, digest: str) -> dict[tuple[str, str], float]:
    """Estimates of the same recordings by the same code, from an earlier run."""
    file = paths.snr(corpus)
    if not file.exists():
        return {}
    table = pd.read_parquet(file)
    table = table[table.estimate == digest]
    return dict(zip(zip(table.utterance_id, table.sha256, strict=True), table.snr, strict=True))


def _keep(corpus: str, digest: str, known: dict[tuple[str, str], float]) -> None:
    rows = [(name, sha256, digest, value) for (name, sha256), value in known.items()]
    with atomic_path(paths.snr(corpus)) as temporary:
        pd.DataFrame(rows, columns=COLUMNS).to_parquet(temporary, index=False)


RATE = 16_000  # Hz
LONGEST = 8.0  # s
BUDGET = 1_500_000  # bytes of one chapter, encoded


def clips_of(
    corpus: Corpus, utterances: pd.DataFrame, names: Sequence[str], *, audio: bool | None
) -> tuple[dict[str, str], str]:
    """Data URIs by utterance id, and why there are some or none.

    Args:
        corpus: whose licence decides if `audio` is None
        utterances: the utterance table, by id
        names: utterances, the most important first
        audio: True: whatever the licence, for private use; False: none
    """
    licence = f"Licence of the recordings: {corpus.licence}."
    if audio is None and not may_be_passed_on(corpus.licence):
        return (
            {},
            f"{licence} It does not clearly let recordings be passed on, so none are in this file (--audio adds them).",
        )
    if audio is False:
        return {}, "No recordings are in this file (--no-audio)."
    made: dict[str, str] = {}
    for name in names:
        clip = _clip(corpus.name, name, utterances.loc[name].to_dict())
        if clip and sum(map(len, made.values())) + len(clip) <= BUDGET:
            made[name] = clip
    if not made:
        return {}, "The recordings are not on this machine."
    if not may_be_passed_on(corpus.licence):
        return made, f"{licence} It does not clearly let recordings be passed on: keep this file to yourself."
    return made, f"{licence} Recordings: {corpus.citation} (made smaller here: one channel, 16 kHz, MP3)"


def _clip(corpus: str, name: str, row: Mapping[Any, Any]) -> str | None:
    """One utterance as MP3, which every browser plays; None where it is text alone, or its file is not here."""
    if not isinstance(row["path"], str) or not (paths.corpus_root(corpus) / row["path"]).exists():
        return None
    signal = clip_of(row, name).mono(paths.corpus_root(corpus), RATE)
    file = io.BytesIO()
    sound = signal[: round(LONGEST * RATE)]
    soundfile.write(
        file, sound, RATE, format="MP3", subtype="MPEG_LAYER_III", compression_level=0.9, bitrate_mode="VARIABLE"
    )
    return "data:audio/mpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")
