"""Conditions as params.yaml asks for them, and what an utterance is under one."""

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.condition import chosen, conditions_of, degraded
from ser_tasks.evaluation.robustness.kinds import KINDS
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT

RATE = 16_000
SECTION = read_params(PROJECT / "params.yaml").robustness
CONDITIONS = {condition.name: condition for condition in conditions_of(SECTION)}


def heard(name, signal, utterance_id="u", voices=()):
    return degraded(signal, CONDITIONS[name], sampling_rate=RATE, utterance_id=utterance_id, voices=voices)


def test_every_kind_of_params_yaml_is_in_the_table_and_the_other_way_round():
    assert [kind for kind, _ in SECTION.conditions] == list(KINDS)


def test_a_condition_knows_the_settings_that_decide_it_and_no_others():
    assert CONDITIONS["babble_10"].facts() == {
        "kind": "babble",
        "value": 10,
        "seed": 0,
        "speech_range": 30,
        "talkers": 6,
    }
    assert CONDITIONS["gain_-20"].facts() == {"kind": "gain", "value": -20}


def test_some_are_chosen_by_kind_or_by_name_and_all_if_none_is_named():
    every = tuple(CONDITIONS.values())
    assert [one.name for one in chosen(every, ["mp3_16", "tempo"])] == ["mp3_16", "tempo_0.9", "tempo_1.1"]
    assert chosen(every, []) == every


@pytest.mark.parametrize("name", ["babble_7", ""])  # the latter of --conditions "": none is not all
def test_a_condition_that_does_not_exist_is_reported_with_those_that_do(name):
    with pytest.raises(UserError, match=rf"'{name}' is neither a kind nor a condition\. There are white_30"):
        chosen(tuple(CONDITIONS.values()), [name])


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
def test_the_noise_is_the_same_at_every_ratio_and_another_for_every_utterance(kind, make_speech):
    signal, voices = make_speech(seed=0), [make_speech(seed=1), make_speech(seed=2)]
    at_20, at_0, other = (
        heard(name, signal, utterance_id, voices) - signal
        for name, utterance_id in ((f"{kind}_20", "u"), (f"{kind}_0", "u"), (f"{kind}_0", "v"))
    )
    np.testing.assert_allclose(10 * at_20, at_0, atol=1e-4)
    assert abs(np.corrcoef(at_0, other)[0, 1]) < 0.9


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_gives_finite_sound_twice_the_same_and_leaves_its_input(name, make_speech):
    signal, voices = make_speech(seconds=0.7), [make_speech(seed=1)]
    before = signal.copy()
    once, again = heard(name, signal, voices=voices), heard(name, signal, voices=voices)
    assert np.isfinite(once).all()
    assert once.dtype == np.float32
    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(signal, before)
