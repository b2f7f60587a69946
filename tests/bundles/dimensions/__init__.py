"""Bundles of valence, activation and dominance."""
