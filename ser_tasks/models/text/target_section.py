"""Settings of a network on words that is trained on targets that are no class."""

from __future__ import annotations

from typing import Any

from ser_tasks.models.target_section import TargetSection
from ser_tasks.models.text.network import TextNetworkSection


class TextTargetSection(TargetSection, TextNetworkSection):
    """The section of a text network in params.yaml, and of it what its training on other targets reads."""

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values without the balance of classes."""
        values = super().model_dump(**options)
        return {**values, "words": {key: value for key, value in values["words"].items() if key != "balance"}}
