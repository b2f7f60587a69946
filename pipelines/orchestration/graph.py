"""The stage graph of dvc.yaml, as DVC reads it."""

from dataclasses import dataclass

import networkx
from dvc.lock import LockError
from dvc.repo import Repo

from ser_tasks.errors import UserError


@dataclass(frozen=True)
class Stage:
    """One stage that must run, and the stale ones it waits for."""

    name: str
    after: tuple[str, ...]


def stale_stages(*, everything: bool = False) -> list[Stage]:
    """Stages whose outputs do not match their inputs, and all that hang on them; each after what it needs.

    Raises:
        UserError: another run is at work in this folder
    """
    try:
        with Repo() as repo:
            changed = set(repo.status())
            needs = _stage_graph(repo)
    except LockError as error:
        raise UserError(f"another run of dvc is at work in this folder; wait for it. DVC reports: {error}") from error
    stale = set(needs) if everything else changed & set(needs)
    for name in changed & set(needs):
        stale |= networkx.ancestors(needs, name)
    order = reversed(list(networkx.topological_sort(needs)))
    return [Stage(name, tuple(sorted(set(needs.successors(name)) & stale))) for name in order if name in stale]


def _stage_graph(repo: Repo) -> "networkx.DiGraph[str]":
    """An edge from each stage of dvc.yaml to every stage it needs."""
    graph = networkx.DiGraph()
    pipeline = [stage for stage in repo.index.stages if stage.cmd]
    graph.add_nodes_from(stage.addressing for stage in pipeline)
    graph.add_edges_from(
        (stage.addressing, needed.addressing) for stage, needed in repo.index.graph.edges if stage.cmd and needed.cmd
    )
    return graph
