"""Stage `params`: reject a params.yaml that would be half ignored, before anything runs on it."""

from collections.abc import Collection

from pipelines import paths
from pipelines.orchestration.stage_list import corpora_of, read_by, write_stages
from pipelines.settings import project_params
from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.manifest import check_sizes, read_manifest
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.encoders.folder import weights_file
from ser_tasks.params import Params
from ser_tasks.params.reading import ParamsError


def prepare(corpora: Collection[str] | None = None) -> Params:
    """params.yaml, checked, with all that it names on this machine.

    Args:
        corpora: those that are needed, if not all of them

    Raises:
        UserError: what is wrong with it, or missing: corpora as their manifests list them, weights of encoders
    """
    params = project_params()
    needed = set(corpora_of(params) if corpora is None else corpora)
    read = [encoder_of(name) for corpus, name in read_by(params) if corpus in needed]
    for encoder in dict.fromkeys(encoder for encoder in read if encoder is not None):
        weights_file(encoder)
    for name in corpora_of(params):
        if name == "demo" or name not in needed:
            continue
        if not paths.manifest(name).exists():
            raise ParamsError(
                f"params.yaml: {name!r} is evaluated, but not on this machine (no {paths.manifest(name)}). "
                f"{how_to_get(name)}"
            )
        check_sizes(paths.corpus_root(name), read_manifest(paths.manifest(name)))
    return params


def how_to_get(corpus: str) -> str:
    """How a corpus gets to this machine, one sentence."""
    if corpus in CORPORA:
        return f"Fetch it: ser fetch {corpus}, or use a folder that you have: ser fetch {corpus} --from DIR"
    table = paths.IMPORTED / f"{corpus}.csv"
    return f"It was imported: dvc pull, then ser import {table} --name {corpus} --audio DIR (where its recordings are)"


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
