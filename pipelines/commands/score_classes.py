"""The score of a bundle of classes: UAR, confusion and calibration, on the classes that it shares with the test set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from pipelines.commands.score_test_set import Score, in_frame, predict_test_set
from ser_tasks.bundles.scoring import (
    LabelledPrediction,
    prediction_rows,
    predictions_table,
    score_labelled,
    shared_classes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.commands.score_sources import LabelledSet
    from ser_tasks.bundles.card import Card
    from ser_tasks.bundles.inference.files import Columns
    from ser_tasks.bundles.inference.prediction import Prediction
    from ser_tasks.params import Params


def score_classes(
    folder: Path, card: Card, found: LabelledSet, params: Params, *, checked: bool, workers: int | None
) -> Score:
    """Of every utterance whose class the bundle has.

    Raises:
        UserError: fewer than two classes in common, or nothing could be predicted
    """
    own = found.utterances.emotion.isin(card.classes)
    rows = found.utterances[own]
    shared_classes(list(rows.emotion), card.classes)
    predicted = predict_test_set(folder, card, found, params, rows=rows, workers=workers)
    said = {name: (speaker, truth) for name, speaker, truth in rows[["utterance_id", "speaker", "emotion"]].to_numpy()}
    labelled = [
        LabelledPrediction(name, *said[name], cast("Prediction", one)) for name, one in predicted.predictions.items()
    ]
    classes = shared_classes([one.truth for one in labelled], card.classes)
    figures = score_labelled(
        labelled,
        classes=classes,
        unsure_below=card.unsure_below,
        n_bins=params.reliability.calibration_bins,
        params=params.evaluation,
    ) | {"bundle_classes": list(card.classes)}
    foreign = {f"emotion {name}": int(n) for name, n in found.utterances.emotion[~own].value_counts().items()}
    result = in_frame(card, found, predicted, figures, left_out=foreign, checked=checked, params=params)
    faults = {name: (*said[name], fault) for name, fault in predicted.faults.items()}
    return Score(result, columns_of(classes), prediction_rows(predictions_table(labelled, classes), faults))


def columns_of(classes: Sequence[str]) -> Columns:
    """Of the table of predictions; the classes are posteriors."""
    fixed: Columns = {
        "utterance_id": "text",
        "speaker": "text",
        "truth": "text",
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
        "duration": "number",
    }
    return fixed | dict.fromkeys(classes, "share")
