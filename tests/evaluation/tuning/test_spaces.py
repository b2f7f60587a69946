"""Every model has a space, and everything in it is allowed in params.yaml."""

from pathlib import Path

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import PositiveInt

from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.spaces import SPACES, Space, distribution
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.search_space import FRAMES, default_space, log, steps, whole
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams
from ser_tasks.params.reading import read_params

BOTH = {**MODELS, **DIMENSION_MODELS}
PARAMS = read_params(Path(__file__).parents[3] / "params.yaml")


def test_every_model_of_the_table_can_be_tuned():
    assert set(SPACES) == set(BOTH)


def test_no_settings_change_nothing():
    assert with_settings(PARAMS, {}) == PARAMS


@pytest.mark.parametrize("model", SPACES)
def test_every_choice_and_both_ends_of_every_range_are_allowed(model):
    space = SPACES[model]
    for name, values in space.distributions.items():
        ends = values.choices if isinstance(values, CategoricalDistribution) else (values.low, values.high)
        for value in ends:
            chosen = settings(PARAMS, space, {name: value})
            same = settings_of(PARAMS, space, name) == next(iter(chosen.values()))
            assert (with_settings(PARAMS, chosen) == PARAMS) == same


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
            BOTH[model].section(with_settings(PARAMS, settings(PARAMS, space, {name: end}))).model_dump(mode="json")
            for end in (ends[0], ends[-1])
        ]
        assert read[0] != read[1], name


def test_what_is_drawn_is_rounded_and_written_as_params_yaml_has_it():
    space = Space("svm", {})
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


def test_optuna_gets_what_was_written():
    assert distribution(log(1, 100)) == FloatDistribution(1, 100, log=True)
    assert distribution(steps(0, 0.6, 0.1)) == FloatDistribution(0, 0.6, step=0.1)
    assert distribution(whole(1, 3)) == IntDistribution(1, 3)
    assert distribution(FRAMES["training.batch_size"]) == CategoricalDistribution(("16", "32", "64"))


def test_a_network_that_declares_no_space_is_searched_by_the_types_of_its_settings():
    class Sizes(NetworkParams):
        filters: PositiveInt
        units: PositiveInt
        input_dropout: Dropout
        share: float

    found = list(default_space(Sizes))
    assert [name for name in found if not name.startswith("training.")] == ["input_dropout", "units"]
