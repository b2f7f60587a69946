"""A dialogue in the networks' own contract: one row for each token."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.text.tokens import Vocabulary, tokens
from ser_tasks.text.transcripts import Dialogue

N_DIMS = 3  # number of the word, how many turns ago, said by the same speaker


def token_frames(dialogue: Dialogue, vocabulary: Vocabulary, *, previous_turns: int) -> NDArray[np.float32]:
    """The last turn of a dialogue and some before it, oldest first, shape (n_tokens, 3).

    Columns: the number of the word (exact in float32 up to 16 777 216); how many turns ago it was said, 0 for the turn
    to be recognised; 1 where whoever says that turn said this one, too. A turn without words is one unknown word.
    """
    rows = [
        (number, back, turn.speaker == dialogue[-1].speaker)
        for back in range(min(previous_turns, len(dialogue) - 1), -1, -1)
        for turn in (dialogue[-1 - back],)
        for number in vocabulary.numbers(tokens(turn.text))
    ]
    return np.array(rows, np.float32)
