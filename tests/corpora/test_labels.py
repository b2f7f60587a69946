"""Label maps: explicit, and nothing dropped without a count."""

import pandas as pd
import pytest

from ser_tasks.corpora.corpus import Preset
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.errors import UserError


@pytest.fixture
def utterances() -> pd.DataFrame:
    emotions = ["calm", "neutral", "anger", "calm", "fear", "anger"]
    styles = ["speech", "speech", "speech", "song", "speech", "song"]
    return pd.DataFrame({"utterance_id": list("abcdef"), "emotion": emotions, "style": styles})


def test_the_map_renames_keeps_and_drops_as_declared(utterances):
    preset = Preset("calm is called neutral", {"calm": "neutral", "anger": "anger"}, styles=("speech",))
    labelled = apply_preset(utterances, preset)
    assert dict(zip(labelled.utterances.utterance_id, labelled.utterances.emotion, strict=True)) == {
        "a": "neutral",
        "c": "anger",
    }
    assert labelled.dropped == {"style song": 2, "emotion neutral": 1, "emotion fear": 1}


def test_kept_and_dropped_add_up_to_all(utterances):
    labelled = apply_preset(utterances, Preset("two", {"calm": "calm", "anger": "anger"}))
    assert len(labelled.utterances) + sum(labelled.dropped.values()) == len(utterances)


def test_a_preset_that_leaves_one_class_is_refused_with_what_it_dropped(utterances):
    with pytest.raises(UserError, match=r"leaves 2 utterances of 1 class.*Choose another preset"):
        apply_preset(utterances, Preset("anger alone", {"anger": "anger"}))
