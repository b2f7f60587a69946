"""Bundles of models of valence, activation and dominance."""
