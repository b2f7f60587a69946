"""Explanations of models and predictions: groups of features, integrated gradients, attention."""
