"""Which bundles can become one file, and what things are called in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser_tasks.bundles.bundled import is_network
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, NETWORKS

if TYPE_CHECKING:
    from ser_tasks.params import ConditioningParams

AUDIO, PROBABILITIES = "audio", "probabilities"  # its input and its output
FRONT_END = "front_end"  # begins the names of the nodes that make features of the sound

FEATURE_SETS = ("log_mel", "psd_image")  # that `front_end` computes
STEPS = ("pre_emphasis", "peak")  # of the conditioning, that it computes


def is_exportable(model: str) -> bool:
    """Whether a model of the table is a network on features that are computed inside a file."""
    return is_network(model) and MODELS[model].feature_set in FEATURE_SETS


def check_exportable(model: str) -> None:
    """Look at a model of the table.

    Raises:
        UserError: it is no network, or reads features that are not computed inside a file
    """
    line, inside = MODELS[model], " and ".join(FEATURE_SETS)
    if is_exportable(model):
        return
    reason = f"it reads {line.feature_set}, and an exported file computes {inside} from the sound, nothing else"
    if not line.keras:
        reason = f"it is no network, and {reason}"
    exportable = [name for name in NETWORKS if MODELS[name].feature_set in FEATURE_SETS]
    raise UserError(f"{model} cannot be exported: {reason}. Bundle one of {', '.join(exportable)} and export that.")


def check_conditioning(settings: ConditioningParams) -> None:
    """Look at the steps before the features.

    Raises:
        UserError: one is on that an exported file does not do
    """
    outside = [name for name, value in settings if value is not None and name not in STEPS]
    if outside:
        raise UserError(
            f"conditioning: {', '.join(outside)} is on in this bundle, but an exported file only does "
            f"{' and '.join(STEPS)}: SciPy's Wiener filter and WebRTC's voice detector are not in its operations. "
            "Set those to null in params.yaml, and train and bundle the model again."
        )
