"""Stage `params`: refuse a params.yaml that would be half ignored, before anything runs on it."""

from pipelines import places
from pipelines.settings import project_params
from ser_tasks.corpora.manifest import check_sizes, read_manifest
from ser_tasks.read_params import ParamsError


def main() -> None:
    """Read params.yaml, and see that every corpus it selects is on this machine, as its manifest states it."""
    params = project_params()
    for name in params.corpora:
        if name == "demo":
            continue
        if not places.manifest(name).exists():
            raise ParamsError(
                f"params.yaml: corpora: {name!r} is not on this machine (no {places.manifest(name)}). "
                f"Fetch it: ser fetch {name}, or use a folder that you have: ser fetch {name} --from DIR"
            )
        check_sizes(places.corpus_root(name), read_manifest(places.manifest(name)))
