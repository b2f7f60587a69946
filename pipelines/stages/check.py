"""Stage `params`: refuse a params.yaml that would be half ignored, before anything runs on it."""

from pipelines import paths
from pipelines.settings import project_params
from ser_tasks.corpora.manifest import check_sizes, read_manifest
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.folder import weights_file
from ser_tasks.params.reading import ParamsError


def main() -> None:
    """Read params.yaml, and see that what it selects is here: corpora as their manifests say, weights of encoders.

    Raises:
        UserError: what is wrong with it, or missing
    """
    params = project_params()
    for name in params.encoders:
        weights_file(ENCODERS[name])
    for name in params.corpora:
        if name == "demo":
            continue
        if not paths.manifest(name).exists():
            raise ParamsError(
                f"params.yaml: corpora: {name!r} is not on this machine (no {paths.manifest(name)}). "
                f"Fetch it: ser fetch {name}, or use a folder that you have: ser fetch {name} --from DIR"
            )
        check_sizes(paths.corpus_root(name), read_manifest(paths.manifest(name)))
