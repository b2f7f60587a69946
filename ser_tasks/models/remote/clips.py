"""All features of a corpus on the device, once: frames of every utterance behind each other, nothing padded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.augmentation_copies import copies_of
from ser_tasks.features.feature_table import features_digest, read_features
from ser_tasks.models.remote.plan import Plan
from ser_tasks.models.speaker_norm import speaker_norm

Frames = tuple[NDArray[np.float32], ...]  # (n_frames, n_dims) each

SHAPES = 4  # padded lengths of a plan: each is compiled anew, which may take a minute
CANDIDATES = 24  # lengths from which those are chosen


@dataclass(frozen=True)
class Clips:
    """Clip number i is frames[first[i] : first[i] + lengths[i]]; behind n_utterances come their copies, n by n."""

    host: Frames
    frames: Any  # on the device, shape (all frames, n_dims)
    first: NDArray[np.int32]
    lengths: NDArray[np.int32]
    n_utterances: int

    @property
    def n_dims(self) -> int:
        """Of one frame."""
        return int(self.host[0].shape[1])

    @property
    def n_copies(self) -> int:
        """Of each utterance, beside itself."""
        return len(self.host) // self.n_utterances - 1


def on_device(plan: Plan, versions: Sequence[Frames]) -> Clips:
    """Features of the plan's utterances, then of each copy of them, normalised by speaker if the plan asks for it."""
    if plan.speaker_norm:
        versions = [tuple(speaker_norm(frames, np.array(plan.labels.speakers))) for frames in versions]
    host = tuple(frames for version in versions for frames in version)
    lengths = np.array([len(frames) for frames in host], np.int32)
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
    return Clips(host, jnp.asarray(np.concatenate(host)), first, lengths, len(versions[0]))


def read_clips(plan: Plan, features: Path) -> Clips:
    """The features that the plan was made for.

    Raises:
        UserError: other features than those, or none
    """
    folder = features / plan.features
    found = features_digest(folder)
    if found != plan.features_digest:
        raise UserError(
            f"{folder}: these features have the digest {found[:12]}, but {plan.title} was planned with those of "
            f"{plan.features_digest[:12]}. Copy the folder again, whole, or write the plan anew."
        )
    ids = plan.labels.utterance_ids
    names = [ids, *(copies_of(ids, number) for number in range(1, plan.copies + 1))]
    return on_device(plan, [read_features(folder, version).frames for version in names])


def padded_lengths(longest: NDArray[np.integer], *, multiple: int, shapes: int = SHAPES) -> tuple[int, ...]:
    """At most so many padded lengths, chosen so that the fewest frames are padding; one frame alone stays one.

    Args:
        longest: n_frames that each clip may come to have
        multiple: of which they are multiples, or of twice that and so on, where there are too many
        shapes: how many lengths

    Returns:
        rising; the last one holds every clip
    """
    while np.max(longest) > multiple * CANDIDATES:
        multiple *= 2
    rounded = np.where(longest > 1, -(-longest // multiple) * multiple, 1)
    values, counts = np.unique(rounded, return_counts=True)
    below = np.cumsum([0, *counts])  # clips that are shorter than each

    def longer(own: tuple[int, tuple[int, ...]], place: int) -> tuple[int, tuple[int, ...]]:
        """The same choice, and one length more, for the clips beyond it."""
        frames, lengths = own
        return frames + int(values[place] * (below[place + 1] - below[lengths[-1] + 1])), (*lengths, place)

    best: list[tuple[int, tuple[int, ...]]] = [  # up to each length, with that alone
        (int(value * below[place + 1]), (place,)) for place, value in enumerate(values)
    ]
    for _ in range(min(shapes, len(values)) - 1):
        with_one_more = [[longer(own, place) for own in best[:place]] for place in range(len(values))]
        best = [min([own, *more], key=lambda one: one[0]) for own, more in zip(best, with_one_more, strict=True)]
    return tuple(int(values[place]) for place in best[-1][1])
