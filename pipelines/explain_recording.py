"""What `ser explain recording` does: find the bundle, ask it, explain, draw."""

import os
from pathlib import Path

from pipelines.bundles import find_bundle
from pipelines.draw_explanation import draw_explanation
from pipelines.show_explanation import show_explanation
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundle.bundle import load_bundle
from ser_tasks.errors import UserError
from ser_tasks.explain.recording import Baseline, explain
from ser_tasks.features import feature_set

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
    dimensions = feature_set(model.card.feature_set).names(model.sections)
    draw_explanation(explanation, model.card, dimensions, title=path.name, to=to)
    show_explanation(path, explanation, to=to)
