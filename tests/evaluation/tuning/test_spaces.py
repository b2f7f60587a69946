"""Every model has a space, and everything in it is allowed in params.yaml."""

from pathlib import Path

import pytest
from optuna.distributions import CategoricalDistribution

from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.spaces import SPACES, Space, log, one_of
from ser_tasks.models import MODELS
from ser_tasks.params.reading import read_params

PARAMS = read_params(Path(__file__).parents[3] / "params.yaml")


def test_every_model_of_the_table_can_be_tuned():
    assert set(SPACES) == set(MODELS)


@pytest.mark.parametrize("model", SPACES)
def test_every_choice_and_both_ends_of_every_range_are_allowed(model):
    space = SPACES[model]
    for name, values in space.distributions.items():
        ends = values.choices if isinstance(values, CategoricalDistribution) else (values.low, values.high)
        for value in ends:
            chosen = settings(PARAMS, space, {name: value})
            changed, same = with_settings(PARAMS, chosen), with_settings(PARAMS, {})
            assert same == PARAMS
            assert (changed == PARAMS) == (settings_of(PARAMS, space, name) == next(iter(chosen.values())))


def settings_of(params, space: Space, name: str):
    node = params.model_dump(mode="json")
    for step in f"{space.section}.{name}".split("."):
        node = node[step]
    return node


@pytest.mark.parametrize("model", SPACES)
def test_a_model_reads_what_is_searched(model):
    space = SPACES[model]
    for name, values in space.distributions.items():
        ends = values.choices if isinstance(values, CategoricalDistribution) else (values.low, values.high)
        read = [
            MODELS[model].section(with_settings(PARAMS, settings(PARAMS, space, {name: end}))).model_dump(mode="json")
            for end in (ends[0], ends[-1])
        ]
        assert read[0] != read[1], name


def test_what_is_drawn_is_rounded_and_written_as_params_yaml_has_it():
    space = Space("svm", {"c": log(1, 10), "anova_alpha": log(0.01, 0.1), "gamma": one_of("scale", "0.1")})
    drawn = {"c": 3.14159, "anova_alpha": 0.0123456, "gamma": "scale"}
    assert settings(PARAMS, space, drawn) == {"svm.c": [3.14], "svm.anova_alpha": 0.0123, "svm.gamma": ["scale"]}


def test_text_means_what_it_means_in_yaml():
    space = SPACES["residual_cnn"]
    drawn = {"filters": "[16, 32]", "training.augmentation.tempo": "null", "time_stride": "2"}
    assert settings(PARAMS, space, drawn) == {
        "networks.residual_cnn.filters": [16, 32],
        "networks.residual_cnn.training.augmentation.tempo": None,
        "networks.residual_cnn.time_stride": 2,
    }
