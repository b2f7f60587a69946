"""A bundle in memory, and its way to and from a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.conditioning import condition
from ser_tasks.bundle.bundled import is_network, refuse_unbundled
from ser_tasks.bundle.card import FILE, REBUILD, BundleError, Card, check_files, file_digest, read_card, write_card
from ser_tasks.bundle.network_weights import load_network, save_network
from ser_tasks.bundle.svm_weights import load_svm, save_svm
from ser_tasks.bundle.training_cloud import TrainingCloud, describe, load_cloud
from ser_tasks.bundle.versions import check_versions
from ser_tasks.features import feature_set, sections_from
from ser_tasks.models import MODELS

if TYPE_CHECKING:
    from ser_tasks.models.network import NetworkRecogniser
    from ser_tasks.models.svm import SvmRecogniser
    from ser_tasks.params import Section

Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Bundle:
    """A trained model, ready to answer.

    Attributes:
        folder: where it was read from
        card: what is known of it
        recogniser: fitted
        cloud: where its training utterances lie
    """

    folder: Path
    card: Card
    recogniser: SvmRecogniser | NetworkRecogniser
    cloud: TrainingCloud

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the posteriors."""
        return self.card.classes

    @cached_property
    def sections(self) -> dict[str, Section]:
        """Of params.yaml as they were when the model was trained, those that decide its features."""
        return sections_from(self.card.sections)

    def features(self, signal: Signal) -> NDArray[np.float32]:
        """What the model reads of one utterance, conditioned first.

        Args:
            signal: mono, shape (n_samples,), at `card.sampling_rate`, full scale [-1, 1]

        Returns:
            shape (n_frames, n_dims)
        """
        settings: Any = self.sections["conditioning"]
        signal, _ = condition(signal, sampling_rate=self.card.sampling_rate, settings=settings)
        return feature_set(self.card.feature_set)(signal, self.sections)

    def posteriors(self, signals: Sequence[Signal]) -> NDArray[np.float64]:
        """Shape (n_signals, n_classes), rows sum to 1."""
        return self.posteriors_from([self.features(signal) for signal in signals])

    def posteriors_from(self, features: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """The same from what `features` made of each signal."""
        if not features:
            return np.empty((0, len(self.classes)))
        if feature_set(self.card.feature_set).framing is None:
            return self.recogniser.posteriors(np.concatenate(features))
        network: Any = self.recogniser  # no SVM reads frames
        return np.asarray(network.posteriors(tuple(features)))

    def unlikeness(self, features: NDArray[np.float32]) -> float:
        """How far from the training utterances, 1 being the distance that one in a hundred of them exceeds."""
        return self.cloud.unlikeness(describe(features))


def write_bundle(
    folder: Path,
    card: Card,
    recogniser: SvmRecogniser | NetworkRecogniser,
    cloud: TrainingCloud,
    *,
    pages: Mapping[str, bytes],
) -> Card:
    """Write a bundle whole, or not at all.

    Args:
        folder: of the bundle; replaced if it is there
        card: its `files` are filled in here
        recogniser: fitted
        cloud: of the training utterances
        pages: further files by name, as the model card for people and its pictures

    Returns:
        the card as written
    """
    refuse_unbundled(card.model)
    with atomic_path(folder) as temporary:
        temporary.mkdir()
        save: Any = save_network if is_network(card.model) else save_svm
        save(recogniser, temporary)
        cloud.save(temporary)
        for name, content in pages.items():
            (temporary / name).write_bytes(content)
        digests = {file.name: file_digest(file) for file in sorted(temporary.iterdir())}
        card = card.model_copy(update={"files": digests})
        write_card(card, temporary)
    return card


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle, after a look at its format, its files and the libraries here.

    Raises:
        BundleError: what is wrong with it, and how to mend it
    """
    card = read_card(folder)
    if card.model not in MODELS:
        raise BundleError(f"{folder / FILE}: this version of ser has no model {card.model!r}. {REBUILD}")
    refuse_unbundled(card.model)
    check_files(card, folder)
    check_versions(card, folder)
    load: Any = load_network if is_network(card.model) else load_svm
    return Bundle(folder, card, load(card, folder), load_cloud(folder))
