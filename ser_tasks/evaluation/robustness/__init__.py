"""Robustness to degraded recordings, and invariance tests."""
