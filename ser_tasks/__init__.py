"""Speech emotion recognition: corpora, features, models, protocols, metrics."""
