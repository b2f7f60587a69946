"""`ser evaluate --train A --test B` and `ser cross`: evaluations across corpora without an entry in params.yaml."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines import paths
from pipelines.commands.arguments import check_name
from pipelines.display.tables import CONSOLE, show_rows
from pipelines.evaluations.cross_corpus import run
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import markdown, with_interval
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import CrossParams, Params
from ser_tasks.text.transcripts import OF_WORDS

Pair = tuple[str, str]  # trained on, tested on


def evaluate_pair(
    train: Sequence[str], test: str, model: str, *, presets: Mapping[str, str], corpus_norm: bool
) -> dict[str, Any]:
    """One evaluation across corpora; returns its result.

    Raises:
        UserError: a name that is not known, corpora without common classes, or what was not made yet
    """
    params = project_params()
    for option, name in (*(("--train", name) for name in train), ("--test", test)):
        check_name(option, name, params.corpus, hint="Or add it under corpus: in params.yaml.")
    _check_model("--model", model)
    values = {"train": train, "test": test, "model": model, "presets": dict(presets), "corpus_norm": corpus_norm}
    try:
        section = CrossParams.model_validate(values)
    except ValueError as error:
        raise UserError(f"--train {' --train '.join(train)} --test {test}: {_first_reason(error)}.") from error
    return run(name_of(section), section, params)


def _check_model(place: str, model: str) -> None:
    if model in DIMENSION_MODELS:
        raise UserError(
            f"{place} {model}: it predicts valence, activation and dominance, and evaluations across corpora are of "
            f"classes. Hold a bundle of it against another corpus: ser bundle CORPUS {model}; ser score BUNDLE CORPUS"
        )
    check_name(place, model, MODELS, hint="Name one of them.")


def _first_reason(error: ValueError) -> str:
    reason = error.errors()[0] if hasattr(error, "errors") else {"msg": str(error)}
    return str(reason["msg"]).removeprefix("Value error, ")


def name_of(section: CrossParams) -> str:
    """from_ravdess_svm; what else is chosen stands behind it."""
    presets = [f"{corpus}_{preset}" for corpus, preset in sorted(section.presets.items())]
    return "_".join(["from", *section.train, section.model, *presets, *["corpus_norm"] * section.corpus_norm])


def matrix(names: Sequence[str], model: str, *, corpus_norm: bool, as_markdown: bool) -> None:
    """Every pair of these corpora, or of all that are here: UAR and interval, trained on a row, tested on a column.

    Raises:
        UserError: a name that is not known, or fewer than two corpora
    """
    params = project_params()
    _check_model("ser cross: model", model)
    for name in names:
        check_name("ser cross: corpus", name, params.corpus, hint="Or add it under corpus: in params.yaml.")
    corpora = list(names) or corpora_here(model)
    if len(corpora) < 2:
        raise UserError(
            f"a matrix needs two corpora with features for {model}, found {', '.join(corpora) or 'none'}. Each that "
            f"has been evaluated has them: ser evaluate CORPUS {model}. Synthetic ones take part where they are named."
        )
    cells: dict[Pair, dict[str, Any] | str] = {}
    for train in corpora:
        for test in corpora:
            cells[train, test] = _cell(train, test, model, params, corpus_norm=corpus_norm)
    rows = [{"trained on": train} | {test: _said(cells[train, test]) for test in corpora} for train in corpora]
    if as_markdown:
        CONSOLE.print(markdown(rows), markup=False)
    else:
        show_rows(rows, title=f"{model}, UAR in % [95 %] (classes), tested on each column")
    CONSOLE.print("On the diagonal: within the corpus, speaker-independent, where that was evaluated.")
    for (train, test), cell in cells.items():
        if isinstance(cell, str):
            CONSOLE.print(f"[yellow]{train} to {test}: {cell}[/]")


def corpora_here(model: str) -> list[str]:
    """Corpora of people that have an utterance table and what the model reads, in the order of the table of corpora."""
    read = MODELS[model].feature_set
    return [
        name
        for name, corpus in CORPORA.items()
        if corpus.kind != "synthetic"
        and paths.utterances(name).exists()
        and (read in OF_WORDS or any(paths.features(name, read).glob("*.parquet")))
    ]


def _cell(train: str, test: str, model: str, params: Params, *, corpus_norm: bool) -> dict[str, Any] | str:
    """A result, or why there is none."""
    if train == test:
        file = paths.result(test, "speaker_independent", model)
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        return found or f"{file} is not there"
    section = CrossParams(train=(train,), test=test, model=model, presets={}, corpus_norm=corpus_norm)
    try:
        return run(name_of(section), section, params)
    except UserError as error:
        return str(error)


def _said(cell: Mapping[str, Any] | str) -> str:
    return "–" if isinstance(cell, str) else f"{with_interval(cell)} ({len(cell['classes'])})"
