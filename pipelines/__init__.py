"""Flows: one for each DVC stage, `full` for all of them, and the `ser` command."""
