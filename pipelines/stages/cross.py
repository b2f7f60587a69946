"""Stage `cross`: a model trained on some corpora, tested once on another, on the classes that they share."""

from pipelines.evaluations.cross_corpus import run
from pipelines.settings import project_params


def main(name: str) -> None:
    """The entry of params.yaml, with the workers that it sets."""
    params = project_params()
    run(name, params.cross[name], params)
