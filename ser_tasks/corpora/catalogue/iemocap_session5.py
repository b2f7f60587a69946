"""The division of the 5531 turns of `iemocap4` that published speech, text and fusion figures stand on.

Turns are sorted by name. Session 5 is the test part; of the others every tenth, beginning with the first, is
validation. So validation turns come from dialogs, and speakers, of the training part: early stopping on them is
optimistic. Kept for comparison; `split` of the corpus itself holds Sessions 1 to 4 together, and lets models draw
their own validation speakers.
"""

from typing import TYPE_CHECKING

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

EVERY = 10


def interleaved_split(utterances: "pd.DataFrame") -> "pd.Series":
    """train, validation or test of every row of an utterance table, in the table's order.

    Raises:
        UserError: Session 5, or all the others, are not there
    """
    tested = utterances.session == "5"
    if tested.all() or not tested.any():
        raise UserError(
            f"the split by Session 5 needs it and others; found sessions {sorted(utterances.session.unique())}. "
            "Complete the corpus (`ser check iemocap`)."
        )
    names = utterances.utterance_id[~tested].sort_values()
    validation = utterances.index.isin(names.index[::EVERY])
    return tested.map({True: "test", False: "train"}).mask(validation, "validation").rename("split")
