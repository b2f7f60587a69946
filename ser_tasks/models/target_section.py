"""Settings of a network that is trained on targets that are no class: ratings, or the votes of raters."""

from __future__ import annotations

from typing import Any

from ser_tasks.models.network import NetworkSection

UNREAD = ("balance", "label_smoothing", "tensorboard")  # of training: they are of classes, or of the other loop


class TargetSection(NetworkSection):
    """The section of the network in params.yaml, and of it what its training reads."""

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Plain values without the others: an edit of those trains nothing again."""
        values = super().model_dump(**options)
        training = {key: value for key, value in values["training"].items() if key not in UNREAD}
        return {**values, "training": training}
