"""What `ser score` does: a bundle on recordings with labels, or ratings, that it was not trained on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.bundles import find_bundle
from pipelines.commands.exit_statuses import UNREADABLE
from pipelines.commands.predict_formats import ENDINGS, csv_rows, json_lines, parquet_rows
from pipelines.commands.score_classes import score_classes
from pipelines.commands.score_ratings import score_ratings
from pipelines.commands.score_sources import LabelledSet, labelled_corpus, labelled_table, rated_corpus
from pipelines.commands.score_test_set import Score, check_unseen
from pipelines.display.score import show_rating_score, show_score
from ser_tasks.bundles.card import check_files
from ser_tasks.bundles.dimensions.card import AnyCard, DimensionCard, read_any_card
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import write_result
from ser_tasks.params.reading import read_params

if TYPE_CHECKING:
    from ser_tasks.params import Params

ROWS = {"csv": csv_rows, "jsonl": json_lines, "parquet": parquet_rows}
RESULT = ".json"


def score_bundle(
    named: str,
    *,
    corpus: str | None,
    table: Path | None,
    preset: str | None,
    options: dict[str, object],
    to: Sequence[Path],
    unchecked: bool,
    workers: int | None,
) -> int:
    """The exit status, after the figures are printed and written.

    Args:
        named: the bundle
        corpus, table: one of them: what it is scored on
        preset: label map of the corpus; None: as params.yaml has it
        options: how the table is read, as `ser import` does
        to: files to write: .json for the figures, .csv, .jsonl or .parquet for the predictions
        unchecked: go on where a bundle does not know what it was trained on
        workers: processes; None: as many as are worth starting

    Raises:
        LeakError: a speaker or a recording was in its training data
        UserError: nothing can start
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    folder, params = find_bundle(named), read_params()
    card = read_any_card(folder)
    check_files(card, folder)
    _check_arguments(corpus, table, preset, options, to)
    found = _test_set(card, params, corpus=corpus, table=table, preset=preset, options=options)
    checked = check_unseen(folder, found, unchecked=unchecked)
    if isinstance(card, DimensionCard):
        score, show = score_ratings(folder, card, found, params, checked=checked, workers=workers), show_rating_score
    else:
        score, show = score_classes(folder, card, found, params, checked=checked, workers=workers), show_score
    _write(score, to)
    show(score.result)
    return UNREADABLE if score.result["unreadable"] else 0


def _check_arguments(
    corpus: str | None, table: Path | None, preset: str | None, options: dict[str, object], to: Sequence[Path]
) -> None:
    if (corpus is None) == (table is None):
        raise UserError("name what to score on: a corpus (ser score BUNDLE CORPUS), or --table FILE; one of them.")
    given = ["--preset"] if table is not None and preset else []
    given += [f"--{name}" for name, value in options.items() if value and table is None]
    if given:
        other = "a corpus, not of a table" if table is not None else "a table, not of a corpus"
        raise UserError(f"{', '.join(given)}: an option of {other}. Leave it out.")
    for file in to:
        if file.suffix.lower() != RESULT and ENDINGS.get(file.suffix.lower()) not in ROWS:
            raise UserError(
                f"--to {file}: expected a name that ends in {RESULT} (the figures), or in .csv, .jsonl or .parquet "
                "(the predictions)."
            )


def _test_set(
    card: AnyCard,
    params: Params,
    *,
    corpus: str | None,
    table: Path | None,
    preset: str | None,
    options: dict[str, object],
) -> LabelledSet:
    if isinstance(card, DimensionCard):
        if corpus is None or preset:
            raise UserError(
                f"{card.name} predicts ratings, and is scored on a corpus that has them, without a label map: "
                f"ser score {card.name} CORPUS. A table becomes a corpus by `ser import`."
            )
        return rated_corpus(corpus)
    return labelled_corpus(str(corpus), preset, params) if table is None else labelled_table(table, options)


def _write(score: Score, to: Sequence[Path]) -> None:
    for file in to:
        if file.suffix.lower() == RESULT:
            write_result(score.result, file)
            continue
        with ROWS[ENDINGS[file.suffix.lower()]](score.columns, file) as write:
            for row in score.rows:
                write(dict(row))
