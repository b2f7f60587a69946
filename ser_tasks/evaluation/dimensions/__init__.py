"""Valence, activation and dominance: ratings on a scale instead of classes."""
