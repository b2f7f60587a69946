"""The names in the table of models against what stands behind them."""

import pytest

from ser_tasks.models import MODELS

SUFFIX = "_speaker_norm"


@pytest.mark.parametrize("name", [name for name in MODELS if name.endswith(SUFFIX)])
def test_a_model_of_that_name_is_the_one_without_on_features_z_scored_per_speaker(name):
    plain, normalised = MODELS[name.removesuffix(SUFFIX)], MODELS[name]
    assert (plain.speaker_norm, normalised.speaker_norm) == (False, True)
    for own in ("feature_set", "group", "section_name", "module", "code", "keras"):
        assert getattr(normalised, own) == getattr(plain, own), own


def test_no_other_model_is_normalised_by_speaker():
    assert not [name for name, model in MODELS.items() if model.speaker_norm and not name.endswith(SUFFIX)]
