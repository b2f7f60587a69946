"""Digests of code, data and files, and the circumstances of a run."""
