"""`ser explain recording`: attributes the prediction for a recording to its features and frames."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import librosa  # lazy: what is used of it loads when it is used

from pipelines.commands.bundles import find_bundle
from pipelines.display.predictions import with_confidence
from pipelines.display.tables import CONSOLE
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import load_bundle, single
from ser_tasks.bundles.bundled import is_network
from ser_tasks.bundles.explain.recording import Baseline, Explanation, explain
from ser_tasks.bundles.model_bundle import ModelBundle
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import percent
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.features.table import feature_set
from ser_tasks.plots.explanation import BASELINES, draw_explanation, logit

PICTURES = (".png", ".svg", ".pdf")


def check_picture(to: Path) -> None:
    """Raise UserError for a picture of a format that is not written."""
    if to.suffix.lower() not in PICTURES:
        raise UserError(f"--to {to}: expected a file that ends in {', '.join(PICTURES)}.")


def explain_recording(
    path: Path, to: Path, *, bundle: str | None, of: str | None, against: str | None, baseline: Baseline
) -> None:
    """Draw why a bundle predicts what it predicts.

    Raises:
        UserError: no such bundle, not of a network, or a picture of another format
    """
    check_picture(to)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    model = single(load_bundle(find_bundle(bundle)), wanted="an explanation", fits=is_network)
    explanation = explain(model, read_recording(path), of=of, against=against, baseline=baseline)
    draw_explanation(explanation, model.card, named_by_frequency(model), title=path.name, to=to)
    show_explanation(path, explanation, to=to)


def named_by_frequency(bundle: ModelBundle) -> tuple[str, ...]:
    """Names of the features; of log-mel bands their centre frequencies."""
    card, sections = bundle.card, bundle.sections
    if card.feature_set != LOG_MEL.name:
        return feature_set(card.feature_set).names(sections)
    band: Any = sections["log_mel"]
    edges = librosa.mel_frequencies(band.n_mels + 2, fmin=band.f_min, fmax=band.f_max)
    return tuple(f"{centre:.0f} Hz" for centre in edges[1:-1])


def show_explanation(path: Path, explanation: Explanation, *, to: Path) -> None:
    """Print the prediction, what is explained, and whether the attributions are complete."""
    answer, found = explanation.prediction, explanation.attribution
    CONSOLE.print(
        f"\n[bold]{path.name}[/]  ", with_confidence(answer.emotion, answer.confidence, unsure=answer.unsure), end=""
    )
    CONSOLE.print("  " + "   ".join(f"{name} {percent(p)}" for name, p in answer.probabilities.items()))
    for remark in answer.remarks:
        CONSOLE.print(f"  [yellow]{remark}[/]")
    CONSOLE.print(
        f"  {logit(explanation)}: {found.change:+.3f} from {BASELINES[explanation.baseline]} to the recording; the "
        f"attributions sum to {found.values.sum():+.3f} after {found.steps} steps"
    )
    if not found.complete:
        CONSOLE.print("  [yellow]They should sum to the first figure: interpret them with care.[/]")
    CONSOLE.print(f"  {to}")
