"""From a corpus' own labels to the classes of a preset: an explicit map, and a count of what it drops."""

from dataclasses import dataclass

import pandas as pd

from ser_tasks.corpora.corpus import Preset
from ser_tasks.errors import UserError


@dataclass(frozen=True)
class Labelled:
    """Utterances of a preset's classes (column `emotion` is the class now), and why others are not there."""

    utterances: pd.DataFrame
    dropped: dict[str, int]  # reason -> utterances


def apply_preset(utterances: pd.DataFrame, preset: Preset) -> Labelled:
    """Keep what the preset names, under the class it names.

    Raises:
        UserError: nothing, or a single class, is left
    """
    other_style = pd.Series(False, index=utterances.index)
    if preset.styles is not None:
        other_style = ~utterances["style"].isin(preset.styles)
    unmapped = ~utterances.emotion.isin(list(preset.classes)) & ~other_style
    dropped = {f"style {s}": int(n) for s, n in utterances["style"][other_style].value_counts().items()}
    dropped |= {f"emotion {e}": int(n) for e, n in utterances.emotion[unmapped].value_counts().items()}
    kept = utterances[~other_style & ~unmapped].reset_index(drop=True)
    kept = kept.assign(emotion=kept.emotion.map(dict(preset.classes)))
    if kept.emotion.nunique() < 2:
        raise UserError(
            f"the preset ({preset.description}) leaves {len(kept)} utterances of {kept.emotion.nunique()} class(es), "
            f"dropped: {dropped}. Choose another preset in params.yaml, or complete the corpus (`ser check`)."
        )
    if preset.split is not None:
        kept = kept.assign(split=preset.split(kept))
    return Labelled(kept, dropped)
