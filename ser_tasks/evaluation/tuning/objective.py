"""The objective of a search."""

from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, predicted_classes, prediction_table
from ser_tasks.evaluation.splits import Fold


def fold_uar(fold: Fold, outcome: FoldOutcome, labels: Labels) -> float:
    """UAR of the predictions of one fold, over the classes that occur in it."""
    predictions = prediction_table([(fold, 0)], [outcome], labels)
    classes = sorted(set(labels.emotions))
    matrix = confusion_matrix(list(predictions.truth), predicted_classes(predictions, classes), classes)
    return float(unweighted_average_recall(matrix))
