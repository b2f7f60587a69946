"""`python -m pipelines.cli`: the same as `ser`."""

from pipelines.cli import app

app()
