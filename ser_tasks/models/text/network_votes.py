"""The networks on words, trained on the distribution of raters' votes instead of one class for each utterance."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.network_votes import NetworkVotesRecogniser
from ser_tasks.models.text.network import TextNetworkRecogniser
from ser_tasks.models.text.read_dialogues import read_dialogues
from ser_tasks.models.voted import without_votes
from ser_tasks.text.tokens import build_vocabulary, tokens

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Examples, Features
    from ser_tasks.models.text.target_section import TextTargetSection


class TextNetworkVotesRecogniser(NetworkVotesRecogniser, TextNetworkRecogniser):
    """One network, one fold; words are numbered by the part that weights are trained on, as in `TextNetworkRecogniser`.

    Source: Barsoum et al. (2016), arXiv:1608.01041, on cross-entropy to the distribution of raters
    """

    section: TextTargetSection

    def fit(self, train: Examples, validation: Examples | None, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train as every network on votes; the record has the size of the vocabulary, too."""
        found = NetworkVotesRecogniser.fit(self, train, validation, folder=folder)
        return {**found, "words": len(self.vocabulary.words)}

    def _prepare(self, learn: Examples) -> None:
        texts = (tokens(dialogue[-1].text) for dialogue in read_dialogues(without_votes(learn.features)))
        self.vocabulary = build_vocabulary(texts, min_count=self.section.network.words.min_count)

    def _inputs(self, features: Features) -> tuple[NDArray[np.float32], ...]:
        return self._frames(without_votes(features))
