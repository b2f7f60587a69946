"""Sound and words of an utterance in one array, as the one training loop takes them.

Columns: the number of a word, 0 where there is none; 1 where there is a frame of sound; the frame itself. Both begin in
the first row, so that padding stands behind both: (max(n_tokens, n_frames), 2 + n_dims).
"""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.text.tokens import Vocabulary, tokens

Values = NDArray[np.float32]

WORD, SOUND, FIRST_DIMENSION = 0, 1, 2  # columns


class Packed(Sequence[Values]):
    """Utterances in that form, each made when it is looked at: statistics of an utterance beside many words are wide.

    Args:
        items: of some utterances
        vocabulary: numbers of the words
        n_dims: of a frame of sound
    """

    def __init__(self, items: Sequence[SpeechAndWords], vocabulary: Vocabulary, *, n_dims: int) -> None:
        self.n_dims = n_dims
        self.sound = tuple(item.frames for item in items)
        self.words = tuple(
            np.array([] if item.text is None else vocabulary.numbers(tokens(item.text)), np.float32) for item in items
        )

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self.words)

    @overload
    def __getitem__(self, place: int) -> Values: ...
    @overload
    def __getitem__(self, place: slice) -> list[Values]: ...
    def __getitem__(self, place: int | slice) -> Values | list[Values]:
        """One utterance, or some."""
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        words, sound = self.words[place], self.sound[place]
        n_frames = 0 if sound is None else len(sound)
        rows = np.zeros((max(len(words), n_frames), FIRST_DIMENSION + self.n_dims), np.float32)
        rows[: len(words), WORD] = words
        rows[:n_frames, SOUND] = 1
        if sound is not None:
            rows[:n_frames, FIRST_DIMENSION:] = sound
        return rows
