"""The evaluations that are run: one line each."""

from typing import Annotated, Any

from pydantic import AfterValidator, PositiveInt

from ser_tasks.params.base import Name, Section
from ser_tasks.params.protocols import ProtocolName


class EvaluationLine(Section):
    """One model on one corpus under one protocol."""

    corpus: Name  # one of those under corpus:
    protocol: ProtocolName  # docs/protocols.md
    model: str  # of the model table, ser_tasks/models/__init__.py
    seeds: PositiveInt | None = None  # networks on each fold; null: as many as its training says

    @property
    def key(self) -> str:
        """Its name as a stage: CORPUS-PROTOCOL-MODEL."""
        return key_of(self.corpus, self.protocol, self.model)

    @property
    def written(self) -> dict[str, Any]:
        """As it stands in params.yaml: without what it leaves open."""
        return self.model_dump(exclude_none=True)


def key_of(corpus: str, protocol: str, model: str) -> str:
    """Name of an evaluation as a stage."""
    return f"{corpus}-{protocol}-{model}"


def _once(lines: tuple[EvaluationLine, ...]) -> tuple[EvaluationLine, ...]:
    keys = [line.key for line in lines]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} more than once. Delete one of the lines")
    return lines


Evaluations = Annotated[tuple[EvaluationLine, ...], AfterValidator(_once)]
