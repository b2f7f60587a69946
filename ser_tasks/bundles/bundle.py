"""A bundle in memory, and its way to and from a folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.bundled import kind_of_weights, refuse_unbundled
from ser_tasks.bundles.card import FILE, REBUILD, BundleError, Card, check_files, read_card, write_card
from ser_tasks.bundles.training_cloud import TrainingCloud, describe, load_cloud
from ser_tasks.bundles.versions import check_versions
from ser_tasks.features import feature_set, sections_from
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.folder import folder_of, folder_override, use_folder, weights_digest
from ser_tasks.models import MODELS
from ser_tasks.provenance.file_digest import file_sha256

if TYPE_CHECKING:
    from ser_tasks.features.encoders.encoder import Encoder
    from ser_tasks.models.logistic import LogisticRecogniser
    from ser_tasks.models.network import NetworkRecogniser
    from ser_tasks.models.svm import SvmRecogniser
    from ser_tasks.params import Section

Signal = NDArray[np.float32]
Fitted: TypeAlias = "LogisticRecogniser | NetworkRecogniser | SvmRecogniser"

ENCODER = "encoder"  # folder below the bundle's, with the weights of the speech encoder that its model reads


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
    recogniser: Fitted
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
    recogniser: Fitted,
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
        _weights("save", card)(recogniser, temporary)
        if card.feature_set in ENCODERS:
            shutil.copytree(folder_of(ENCODERS[card.feature_set]), temporary / ENCODER)
        cloud.save(temporary)
        for name, content in pages.items():
            (temporary / name).write_bytes(content)
        files = sorted(file for file in temporary.rglob("*") if file.is_file())
        digests = {file.relative_to(temporary).as_posix(): file_sha256(file) for file in files}
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
    if card.feature_set in ENCODERS:
        _use_own_encoder(ENCODERS[card.feature_set], folder)
    return Bundle(folder, card, _weights("load", card)(card, folder), load_cloud(folder))


def _use_own_encoder(encoder: Encoder, folder: Path) -> None:
    """Take the weights that the bundle brings along; a process has one set of weights of each encoder."""
    own, used = folder / ENCODER, folder_override(encoder)
    if used is None:
        use_folder(encoder, own)
    elif weights_digest(encoder, used) != weights_digest(encoder, own):
        raise BundleError(
            f"{folder}: it brings other weights of {encoder.name} than {used.parent}, which is in use. Take one of the "
            "two bundles at a time."
        )


def _weights(what: str, card: Card) -> Callable[..., Any]:
    """`save` or `load` of this kind of weights; each brings a library of its own."""
    kind = kind_of_weights(card.model)
    function: Callable[..., Any] = getattr(import_module(f"ser_tasks.bundles.{kind}_weights"), f"{what}_{kind}")
    return function
