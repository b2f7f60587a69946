"""Stage `params`: reject a params.yaml that would be half ignored, before anything runs on it."""

from pipelines import paths
from pipelines.orchestration.stage_list import corpora_of, read_by, write_stages
from pipelines.settings import project_params
from ser_tasks.corpora.manifest import check_sizes, read_manifest
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.folder import weights_file
from ser_tasks.params import Params
from ser_tasks.params.reading import ParamsError


def prepare() -> Params:
    """params.yaml, checked, with all that it names on this machine; stages.yaml follows it.

    Raises:
        UserError: what is wrong with it, or missing: corpora as their manifests list them, weights of encoders
    """
    params = project_params()
    for name in dict.fromkeys(name for _, name in read_by(params) if name in ENCODERS):
        weights_file(ENCODERS[name])
    for name in corpora_of(params):
        if name == "demo":
            continue
        if not paths.manifest(name).exists():
            raise ParamsError(
                f"params.yaml: {name!r} is evaluated, but not on this machine (no {paths.manifest(name)}). "
                f"Fetch it: ser fetch {name}, or use a folder that you have: ser fetch {name} --from DIR"
            )
        check_sizes(paths.corpus_root(name), read_manifest(paths.manifest(name)))
    return params


def main() -> None:
    """The stage.

    Raises:
        UserError: as `prepare`; or DVC has begun with a stages.yaml that another params.yaml had led to
    """
    if write_stages(prepare()):
        raise UserError(
            f"{paths.STAGES}: params.yaml has changed, and what it needs with it. {paths.STAGES} has been written "
            "anew; give the same command again. (ser repro, ser evaluate and ser bundle do that by themselves.)"
        )
