"""Evaluations of every kind: planned, run, stated as a result, recorded."""
