"""A bundle in memory, its way to and from a folder, and the libraries that it was made with."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.bundled import as_recorded, check_bundled, kind_of_weights, line_of
from ser_tasks.bundles.card import (
    FILE,
    REBUILD,
    BaseCard,
    BundleError,
    Card,
    OneCard,
    check_files,
    read_card,
    write_card,
)
from ser_tasks.bundles.known_words import one_is_known, words_of
from ser_tasks.bundles.onnx_network.runtime import RUNTIME, on_onnx_runtime, runtime_installed
from ser_tasks.bundles.out_of_distribution import FILE as DETECTOR
from ser_tasks.bundles.out_of_distribution import OutOfDistributionDetector, describe, load_detector
from ser_tasks.bundles.speech_to_text import SpeechToText
from ser_tasks.bundles.weights import READERS
from ser_tasks.features.audio_text import SpeechAndWords, feature_sets, reads_words
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.encoders.folder import folder_of, folder_override, use_folder, weights_digest
from ser_tasks.features.open_smile import LIBRARY, OPEN_SMILE
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import feature_set, sections_from
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions.versions import libraries_of_ratings
from ser_tasks.models.model_versions import libraries_of
from ser_tasks.provenance.file_digest import file_sha256
from ser_tasks.provenance.versions import NUMERIC, library_versions
from ser_tasks.text.transcripts import OF_WORDS, Turn

if TYPE_CHECKING:
    from ser_tasks.features.encoders.encoder import Encoder
    from ser_tasks.features.feature_set import FeatureSet
    from ser_tasks.models.dimensions.regressor import Regressor
    from ser_tasks.models.embedding_svm import EmbeddingSvmRecogniser
    from ser_tasks.models.logistic import LogisticRecogniser
    from ser_tasks.models.network import NetworkRecogniser
    from ser_tasks.models.svm import SvmRecogniser
    from ser_tasks.models.text.text_classifier import TextClassifier
    from ser_tasks.params import Section

Signal = NDArray[np.float32]
Fitted: TypeAlias = "EmbeddingSvmRecogniser | LogisticRecogniser | NetworkRecogniser | SvmRecogniser | TextClassifier"

WITH_ONNX = ("network", "words_network", "mlp_ccc", "network_ccc", "words_network_ccc")
"""Kinds of weights that ONNX Runtime may read."""
ENCODER = "encoder"  # folder below the bundle's, with the weights of the speech encoder that its model reads


def bundle_versions(model: str) -> dict[str, str]:
    """Versions of the numeric libraries, and of those that read the weights of this model."""
    from ser_tasks.features.store import NUMERIC_LIBRARIES  # noqa: PLC0415  prediction needs no Parquet

    read = line_of(model).feature_set
    encoder = encoder_of(read)
    reads = encoder.family.libraries if encoder else (LIBRARY,) * (without_speeds(read) in OPEN_SMILE)
    kind = kind_of_weights(model)
    runtime = (RUNTIME,) if kind in WITH_ONNX and runtime_installed() else ()
    libraries = (*NUMERIC, *NUMERIC_LIBRARIES, *READERS[kind], *runtime, *reads)
    own = libraries_of(model) if model in MODELS else libraries_of_ratings(model)
    return library_versions(libraries) | {name: _here(name) for name in own}


def check_versions(card: BaseCard, folder: Path) -> None:
    """Warn of versions whose predictions may differ.

    Refused is another major version of a library that reads the weights. Another major version of any other library,
    or another minor version of one that reads the weights, is warned of.

    Raises:
        BundleError: the weights cannot be relied on here
    """
    readers = (RUNTIME,) if on_onnx_runtime(card) else READERS[kind_of_weights(card.model)]
    doubtful = []
    for name, made_with in card.versions.items():
        here = _here(name)
        if name in readers and _parts(here, 1) != _parts(made_with, 1):
            raise BundleError(
                f"{folder}: made with {name} {made_with}, but {here} is installed, which may read its weights "
                f"otherwise. Install {name}=={made_with}, or make the bundle again: dvc repro bundle@{card.name}"
            )
        if _parts(here, 2 if name in readers else 1) != _parts(made_with, 2 if name in readers else 1):
            doubtful.append(f"{name} {made_with} (here {here})")
    if doubtful:
        warnings.warn(
            f"{folder}: made with {', '.join(doubtful)}. Predictions may differ a little. Install those versions, or "
            f"make the bundle again: dvc repro bundle@{card.name}",
            stacklevel=3,
        )


def _here(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _parts(number: str, count: int) -> list[str]:
    return number.split(".")[:count]


@dataclass(frozen=True)
class Utterance:
    """What a prediction is made from.

    Attributes:
        signal: mono, shape (n_samples,), at the bundle's sampling rate, full scale [-1, 1]
        words: its transcript; None: it has none that counts
    """

    signal: Signal
    words: str | None = None


@dataclass(frozen=True)
class Answer:
    """Posteriors of one utterance, (n_classes,); its distance from the training set, see `unlikeness`; and those of
    the members of an ensemble that answered, by name."""

    posteriors: NDArray[np.float64]
    unlikeness: float
    members: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelBundle:
    """A trained model, ready for prediction.

    Attributes:
        folder: where it was read from
        card: what is known of it
        recogniser: fitted
        detector: out-of-distribution detector, fitted on the audio of the training set; None: the model takes none
    """

    folder: Path
    card: Card
    recogniser: Fitted
    detector: OutOfDistributionDetector | None

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes in the order of the posteriors."""
        return self.card.classes

    @cached_property
    def sections(self) -> dict[str, Section]:
        """Sections of params.yaml that decide the features, as they were when the model was trained."""
        return sections_from(self.card.sections)

    @cached_property
    def acoustic(self) -> FeatureSet | None:
        """The acoustic feature set that the model takes; None: it reads words alone."""
        names = [name for name in feature_sets(self.card.feature_set) if name not in OF_WORDS]
        return feature_set(names[0]) if names else None

    @property
    def reads(self) -> bool:
        """Whether the model reads words."""
        return reads_words(self.card.feature_set)

    @cached_property
    def speech_to_text(self) -> SpeechToText | None:
        """The recogniser that the model reads through; None: it reads no words."""
        return None if self.card.asr is None else SpeechToText(self.card.asr, required=self.acoustic is None)

    def knows(self, words: str) -> bool:
        """Whether a model of words saw one of these in its training set; True for one that keeps no list of them."""
        return one_is_known(words, self._vocabulary)

    @cached_property
    def _vocabulary(self) -> frozenset[str] | None:
        recogniser: Any = self.recogniser
        return words_of(recogniser if hasattr(recogniser, "vocabulary") else recogniser.pipeline[0])

    def features(self, signal: Signal) -> NDArray[np.float32]:
        """Features of one utterance, conditioned first.

        Args:
            signal: mono, shape (n_samples,), at `card.sampling_rate`, full scale [-1, 1]

        Returns:
            shape (n_frames, n_dims)
        """
        assert self.acoustic is not None  # a model that reads words alone is asked for none
        return conditioned_features(
            signal, self.acoustic, sections=self.sections, sampling_rate=self.card.sampling_rate
        )

    def answers(self, utterances: Sequence[Utterance]) -> list[Answer]:
        """Features one by one, the model once for all; a model that reads words alone takes none for an empty turn."""
        return self.answers_from(self.sound(utterances), [one.words for one in utterances]) if utterances else []

    def sound(self, utterances: Sequence[Utterance]) -> Sequence[NDArray[np.float32] | None]:
        """Features of each; None where the model reads words alone."""
        return [None if self.acoustic is None else self.features(one.signal) for one in utterances]

    def answers_from(self, sound: Sequence[NDArray[np.float32] | None], words: Sequence[str | None]) -> list[Answer]:
        """The answers to what `sound` made of at least one utterance, and to its words."""
        rows = self._posteriors(sound, words)
        return [Answer(row, self.unlikeness(frames)) for row, frames in zip(rows, sound, strict=True)]

    def posteriors(self, signals: Sequence[Signal]) -> NDArray[np.float64]:
        """Shape (n_signals, n_classes), rows sum to 1; of sound alone."""
        if not signals:
            return np.empty((0, len(self.classes)))
        return self._posteriors([self.features(signal) for signal in signals], [None] * len(signals))

    def _posteriors(
        self, sound: Sequence[NDArray[np.float32] | None], words: Sequence[str | None]
    ) -> NDArray[np.float64]:
        recogniser: Any = self.recogniser  # what each takes is what `_as_read` makes for it
        return np.asarray(recogniser.posteriors(_as_read(self, sound, words)))

    def unlikeness(self, features: NDArray[np.float32] | None) -> float:
        """Distance from the training utterances, see `OutOfDistributionDetector.unlikeness`; 0 without sound."""
        if features is None or self.detector is None:
            return 0.0
        return self.detector.unlikeness(describe(as_recorded(self.card.model, features)))


def conditioned_features(
    signal: Signal, acoustic: FeatureSet, *, sections: Mapping[str, Section], sampling_rate: int
) -> NDArray[np.float32]:
    """Features of one utterance as its training set's were made, conditioned first: (n_samples,) -> (n_frames, n_dims).

    Args:
        signal: mono, at the sampling rate, full scale [-1, 1]
        acoustic: the feature set
        sections: of params.yaml, as they were when the model was trained
        sampling_rate: in Hz
    """
    settings: Any = sections["conditioning"]
    conditioned, _ = condition(signal, sampling_rate=sampling_rate, settings=settings)
    return acoustic(conditioned, sections)


def _as_read(
    bundle: ModelBundle, sound: Sequence[NDArray[np.float32] | None], words: Sequence[str | None]
) -> NDArray[np.float32] | tuple[Any, ...]:
    """Features and words in the form that the recogniser was trained on, see `ser_tasks.models.recogniser.Features`."""
    if bundle.acoustic is None:
        return tuple((Turn(text or "", ""),) for text in words)
    if bundle.reads:
        return tuple(SpeechAndWords(frames, text) for frames, text in zip(sound, words, strict=True))
    if bundle.acoustic.framing is None:
        return np.concatenate([frames for frames in sound if frames is not None])
    return tuple(sound)


def write_bundle(
    folder: Path,
    card: OneCard,
    fitted: Fitted | Regressor,
    detector: OutOfDistributionDetector | None,
    *,
    pages: Mapping[str, bytes],
) -> OneCard:
    """The card of a bundle that is written whole, or not at all.

    Args:
        folder: of the bundle; replaced if it is there
        card: its `files` are filled in here
        fitted: the model
        detector: fitted on the audio of the training set, if the model takes audio
        pages: further files by name, as the model card for people and its pictures

    Returns:
        the card as written
    """
    check_bundled(card.model)

    def write(temporary: Path) -> None:
        _weights("save", card)(fitted, temporary)
        if (encoder := encoder_of(card.feature_set)) is not None:
            shutil.copytree(folder_of(encoder), temporary / ENCODER)
        if detector is not None:
            detector.save(temporary)

    return write_folder(folder, card, write, pages=pages)


def write_folder(folder: Path, card: OneCard, write: Callable[[Path], None], *, pages: Mapping[str, bytes]) -> OneCard:
    """The card of a bundle whose files `write` puts into a folder: it is there whole, or not at all.

    Args:
        folder: of the bundle; replaced if it is there
        card: its `files` are filled in here
        write: is called with a folder beside it
        pages: see `write_bundle`
    """
    with atomic_path(folder) as temporary:
        temporary.mkdir()
        write(temporary)
        for name, content in pages.items():
            (temporary / name).write_bytes(content)
        files = sorted(file for file in temporary.rglob("*") if file.is_file())
        digests = {file.relative_to(temporary).as_posix(): file_sha256(file) for file in files}
        card = card.model_copy(update={"files": digests})
        write_card(card, temporary)
    return card


def load_model_bundle(folder: Path) -> ModelBundle:
    """The bundle of a folder that holds one model; its format, its files and the installed libraries are checked first.

    Raises:
        BundleError: what is wrong with it, and how to fix it
    """
    card = read_card(folder)
    if card.model not in MODELS:
        raise BundleError(f"{folder / FILE}: this version of ser has no model {card.model!r}. {REBUILD}")
    fitted, detector = load_parts(card, folder)
    return ModelBundle(folder, card, fitted, detector)


def load_parts(card: BaseCard, folder: Path) -> tuple[Any, OutOfDistributionDetector | None]:
    """The fitted model of a bundle, and its detector, if it has one; files and installed libraries are checked first.

    Raises:
        BundleError: what is wrong with it, and how to fix it
    """
    check_bundled(card.model)
    check_files(card, folder)
    check_versions(card, folder)
    if (encoder := encoder_of(card.feature_set)) is not None:
        _use_own_encoder(encoder, folder)
    return _weights("load", card)(card, folder), load_detector(folder) if DETECTOR in card.files else None


def _use_own_encoder(encoder: Encoder, folder: Path) -> None:
    """Use the weights that the bundle holds; a process has one set of weights of each encoder."""
    own, used = folder / ENCODER, folder_override(encoder)
    if used is None:
        use_folder(encoder, own)
    elif weights_digest(encoder, used) != weights_digest(encoder, own):
        raise BundleError(
            f"{folder}: it holds other weights of {encoder.name} than {used.parent}, which is in use. Take one of the "
            "two bundles at a time."
        )


def _weights(what: str, card: BaseCard) -> Callable[..., Any]:
    """`save` or `load` of this kind of weights; each needs a library of its own."""
    kind = kind_of_weights(card.model)
    function: Callable[..., Any] = getattr(import_module(f"ser_tasks.bundles.weights.{kind}"), f"{what}_{kind}")
    return function
