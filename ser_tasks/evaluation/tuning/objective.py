"""The objectives of a search: what one inner fold says of a candidate."""

from ser_tasks.evaluation.dimensions.agreement import mean_concordance
from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, Ratings, as_rated
from ser_tasks.evaluation.dimensions.scoring import prediction_table as rating_table
from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, predicted_classes, prediction_table
from ser_tasks.evaluation.splits import Fold


def fold_uar(fold: Fold, outcome: FoldOutcome, labels: Labels) -> float:
    """UAR of the predictions of one fold, over the classes that occur in it."""
    predictions = prediction_table([(fold, 0)], [outcome], labels)
    classes = sorted(set(labels.emotions))
    matrix = confusion_matrix(list(predictions.truth), predicted_classes(predictions, classes), classes)
    return float(unweighted_average_recall(matrix))


def fold_ccc(fold: Fold, outcome: DimensionOutcome, ratings: Ratings) -> float:
    """CCC of the predictions of one fold, its mean over the dimensions."""
    return mean_concordance(as_rated(rating_table([fold], [outcome], ratings, seed=0), ratings))
