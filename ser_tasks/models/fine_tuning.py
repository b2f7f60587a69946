"""Lines of the model table that go on training a speech encoder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ser_tasks.features.encoders import MEL
from ser_tasks.models.network import NetworkSection, network

if TYPE_CHECKING:
    from ser_tasks.models.declared_model import DeclaredModel
    from ser_tasks.params import Params

NETWORK = "fine_tuned"


@dataclass(frozen=True)
class EncoderSection(NetworkSection):
    """Settings of the network, and whose weights it begins with."""

    encoder: str

    @property
    def sizes(self) -> dict[str, Any]:
        """Arguments of its builder."""
        return {**super().sizes, "encoder": self.encoder}

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values; the digest of the weights is part of the feature set's."""
        return {**super().model_dump(**options), "encoder": self.encoder}


def fine_tuned(encoder: str) -> DeclaredModel:
    """The line of one encoder, by its name in the table of encoders: a Whisper."""

    def section(params: Params) -> EncoderSection:
        return EncoderSection(getattr(params.networks, NETWORK), encoder)

    return replace(network(NETWORK, f"{encoder}{MEL}"), section=section)
