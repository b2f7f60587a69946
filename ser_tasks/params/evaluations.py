"""The evaluations that are run: one line each."""

from typing import Annotated

from pydantic import AfterValidator

from ser_tasks.params.base import Name, Section
from ser_tasks.params.protocols import ProtocolName


class EvaluationLine(Section):
    """One model on one corpus under one protocol."""

    corpus: Name  # one of those under corpus:
    protocol: ProtocolName  # docs/protocols.md
    model: str  # of the model table, ser_tasks/models/__init__.py

    @property
    def key(self) -> str:
        """Its name as a stage: CORPUS-PROTOCOL-MODEL."""
        return f"{self.corpus}-{self.protocol}-{self.model}"


def _once(lines: tuple[EvaluationLine, ...]) -> tuple[EvaluationLine, ...]:
    keys = [line.key for line in lines]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} more than once. Delete one of the lines")
    return lines


Evaluations = Annotated[tuple[EvaluationLine, ...], AfterValidator(_once)]
