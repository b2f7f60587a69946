"""The interface of every model of dimensions: `fit` on rated utterances, then `predict`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.audio_text import reads_words

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from pathlib import Path

    from ser_tasks.params import Params

Values = NDArray[np.float64]


@dataclass(frozen=True)
class RatedExamples:
    """Utterances to train on.

    Attributes:
        features: shape (n_utterances, n_features); `StoredRows` for a model whose line says `from_disk`, else an array
        ratings: shape (n_utterances, n_dimensions)
        speakers: of each utterance
    """

    features: Any
    ratings: Values
    speakers: NDArray[np.str_]

    def part(self, rows: Sequence[int] | NDArray[np.intp]) -> RatedExamples:
        """The subset in these rows, in their order."""
        return RatedExamples(self.features[rows], self.ratings[rows], self.speakers[rows])

    def of_dimension(self, place: int) -> RatedExamples:
        """The same utterances, rated in one dimension alone."""
        return RatedExamples(self.features, self.ratings[:, place : place + 1], self.speakers)


class Regressor(Protocol):
    """A model of one fold. Everything it fits or chooses, it takes from the examples given to `fit`."""

    def fit(self, train: RatedExamples, **kept: Any) -> Mapping[str, Any]:
        """Learn, and return what was chosen on the way, for the record.

        Networks on frames or words take `folder`, see `DimensionModel.fitted`.

        Raises:
            UserError: a training part of one speaker
        """

    def predict(self, features: Any) -> Values:
        """Shape (n_utterances, n_dimensions), on the scale of the ratings, and within it."""

    def half_widths(self) -> Values:
        """Of the interval about a prediction, shape (n_dimensions,): wide enough for 90 % of the ratings."""


@dataclass(frozen=True)
class DimensionModel:
    """One line of the table."""

    build: Callable[..., Regressor]  # (section, seed=...)
    section: Callable[[Params], Any]  # the part of params.yaml that it reads
    feature_set: str
    section_name: str
    other_section: str = ""  # that it reads beside this one
    speaker_norm: bool = False  # features z-scored over each speaker's own unlabelled audio, test speakers too
    code: tuple[str, ...] = ()  # modules that `build` imports only when it is called
    keras: bool = False  # whether it is a network
    from_disk: bool = False  # whether it can read the features of many utterances block by block
    module: str = ""  # of a network on frames or words, its file

    def fitted(
        self, section: Any, train: RatedExamples, *, seed: int, folder: Path | None
    ) -> tuple[Regressor, Mapping[str, Any]]:
        """The model, fitted, and what it chose on the way.

        Args:
            section: its part of params.yaml
            train: to fit it to
            seed: of whatever it draws at random
            folder: where a network on frames or words keeps its state, to go on from after a kill; None: nowhere
        """
        regressor = self.build(section, seed=seed)
        return regressor, regressor.fit(train, **({"folder": folder} if self.module else {}))

    @property
    def network_name(self) -> str:
        """Of a network on frames or words: the name of its file, and of its line in the table of classes."""
        return self.module.rpartition(".")[2]

    @property
    def kind(self) -> str:
        """Of its weights in a bundle."""
        if not self.module:
            return self.section_name
        return "words_network_ccc" if reads_words(self.feature_set) else "network_ccc"

    @property
    def code_name(self) -> str:
        """What the digests of its code are filed under."""
        return f"{self.network_name}_ccc" if self.module else self.section_name
