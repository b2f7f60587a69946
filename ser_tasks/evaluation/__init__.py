"""From folds to a result: splits, the leak audit, metrics and their intervals, comparisons."""
