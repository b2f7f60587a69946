"""A bundle of valence, activation and dominance in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.card import FILE, REBUILD, BundleError
from ser_tasks.bundles.known_words import one_is_known, words_of
from ser_tasks.bundles.model_bundle import Signal, Utterance, conditioned_features, load_parts
from ser_tasks.bundles.out_of_distribution import OutOfDistributionDetector, describe
from ser_tasks.bundles.speech_to_text import SpeechToText
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.table import feature_set, sections_from
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.text.transcripts import Turn

if TYPE_CHECKING:
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.features.feature_set import FeatureSet
    from ser_tasks.models.dimensions.regressor import Regressor, Values
    from ser_tasks.params import Section


@dataclass(frozen=True)
class Rating:
    """What a model gives one utterance.

    Attributes:
        values: on the scale of the card, shape (n_dimensions,)
        unlikeness: distance from the training set, see `OutOfDistributionDetector`; 0 of words
        half_widths: of the interval about each value, in steps of the scale
        members: values of each member of an ensemble that answered, by name
    """

    values: Values
    unlikeness: float
    half_widths: Mapping[str, float]
    members: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True)
class DimensionBundle:
    """A trained model of dimensions, ready for prediction.

    Attributes:
        folder: where it was read from
        card: what is known of it
        regressor: fitted
        detector: out-of-distribution detector, fitted on the audio of the training set; None: the model reads words
    """

    folder: Path
    card: DimensionCard
    regressor: Regressor
    detector: OutOfDistributionDetector | None

    @cached_property
    def sections(self) -> dict[str, Section]:
        """Sections of params.yaml that decide the features, as they were when the model was trained."""
        return sections_from(self.card.sections)

    @property
    def reads(self) -> bool:
        """Whether the model reads words; then it reads nothing else."""
        return reads_words(self.card.feature_set)

    @property
    def network(self) -> bool:
        """Whether it is a network on frames or on words."""
        return bool(DIMENSION_MODELS[self.card.model].module)

    @cached_property
    def acoustic(self) -> FeatureSet | None:
        """The feature set that the model takes; None: it reads words."""
        return None if self.reads else feature_set(self.card.feature_set)

    @cached_property
    def speech_to_text(self) -> SpeechToText | None:
        """The recogniser that the model reads through; None: it reads no words."""
        return None if self.card.asr is None else SpeechToText(self.card.asr, required=True)

    def knows(self, words: str) -> bool:
        """Whether one of these words occurs in the training set; True for sentence vectors, which keep no list."""
        return one_is_known(words, self._vocabulary)

    @cached_property
    def _vocabulary(self) -> frozenset[str] | None:
        regressor: Any = self.regressor
        return words_of(regressor.frontends[0] if self.network else regressor.vectors)

    def features(self, signal: Signal) -> NDArray[np.float32]:
        """Features of one utterance, (n_samples,) at `card.sampling_rate` -> (n_frames, n_dims); conditioned first."""
        assert self.acoustic is not None  # a model of words is asked for none
        return conditioned_features(
            signal, self.acoustic, sections=self.sections, sampling_rate=self.card.sampling_rate
        )

    def ratings(self, utterances: Sequence[Utterance]) -> list[Rating]:
        """Of each utterance by itself: in a batch, its last bits would hang on the others."""
        return [self._rating(one) for one in utterances]

    def _rating(self, utterance: Utterance) -> Rating:
        if self.reads:
            return Rating(self.regressor.predict([(Turn(utterance.words or "", ""),)])[0], 0.0, self.card.half_widths)
        assert self.detector is not None  # see `load_dimension_bundle`
        row = self.features(utterance.signal)
        given = [row] if self.network else row
        return Rating(self.regressor.predict(given)[0], self.detector.unlikeness(describe(row)), self.card.half_widths)


def load_dimension_bundle(card: DimensionCard, folder: Path) -> DimensionBundle:
    """The bundle of a folder whose card was read; its files and the installed libraries are checked first.

    Raises:
        BundleError: what is wrong with it, and how to fix it
    """
    if card.model not in DIMENSION_MODELS:
        raise BundleError(f"{folder / FILE}: this version of ser has no model of dimensions {card.model!r}. {REBUILD}")
    if reads_words(card.feature_set) and card.asr is None:
        raise BundleError(f"{folder / FILE}: it reads words, but its card names no speech recogniser. {REBUILD}")
    regressor, detector = load_parts(card, folder)
    if detector is None and not reads_words(card.feature_set):
        raise BundleError(f"{folder}: its card names no file of the out-of-distribution detector. {REBUILD}")
    return DimensionBundle(folder, card, regressor, detector)
