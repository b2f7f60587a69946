"""What `ser explain recording` does: find the bundle, ask it, explain, draw."""

import os
from pathlib import Path
from typing import Any

import librosa  # lazy: what is used of it loads when it is used

from pipelines.commands.bundles import find_bundle
from pipelines.display.explanation import show_explanation
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import Bundle, load_bundle
from ser_tasks.bundles.explain.recording import Baseline, explain
from ser_tasks.errors import UserError
from ser_tasks.features import feature_set
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.plots.explanation import draw_explanation

PICTURES = (".png", ".svg", ".pdf")


def explain_recording(
    path: Path, to: Path, *, bundle: str | None, of: str | None, against: str | None, baseline: Baseline
) -> None:
    """Draw why a bundle answered as it did.

    Raises:
        UserError: no such bundle, not of a network, or a picture of another format
    """
    if to.suffix.lower() not in PICTURES:
        raise UserError(f"--to {to}: expected a file that ends in {', '.join(PICTURES)}.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    model = load_bundle(find_bundle(bundle))
    explanation = explain(model, read_recording(path), of=of, against=against, baseline=baseline)
    draw_explanation(explanation, model.card, named_by_frequency(model), title=path.name, to=to)
    show_explanation(path, explanation, to=to)


def named_by_frequency(bundle: Bundle) -> tuple[str, ...]:
    """Names of the features; of log-mel bands their centre frequencies."""
    card, sections = bundle.card, bundle.sections
    if card.feature_set != LOG_MEL.name:
        return feature_set(card.feature_set).names(sections)
    band: Any = sections["log_mel"]
    edges = librosa.mel_frequencies(band.n_mels + 2, fmin=band.f_min, fmax=band.f_max)
    return tuple(f"{centre:.0f} Hz" for centre in edges[1:-1])
