"""The campaigns of benchmarks/reliability/ in short: every end is an answer or a clear error."""

import faulthandler
import os
import time

import numpy as np
import pytest

from benchmarks.reliability import damaged_bundles, damaged_sounds, damaged_tables
from benchmarks.reliability.spoil import DAMAGE, spoilt
from benchmarks.reliability.watch import watched
from ser_tasks.errors import UserError


@pytest.mark.parametrize(("campaign", "number"), [(damaged_sounds, 108), (damaged_tables, 60), (damaged_bundles, 24)])
def test_damage_ends_in_an_answer_or_a_clear_error(campaign, number, capfd):
    assert campaign.main(number, 7) == 0, capfd.readouterr().out


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_the_same_for_the_same_seed_and_changes_the_file(name):
    content = bytes(range(256)) * 20
    one, same, other = (DAMAGE[name](content, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one == same != other
    assert one != content


def test_every_kind_of_damage_comes():
    rng = np.random.default_rng(0)
    assert {spoilt(b"some bytes", rng)[0] for _ in range(100)} == set(DAMAGE)


def test_a_campaign_counts_faults_crashes_and_hangs(monkeypatch):
    monkeypatch.setattr("benchmarks.reliability.watch.PATIENCE", 0.5)

    def attempt(number: int) -> str | None:
        match number:
            case 0:
                return None
            case 1:
                raise UserError("mend it")
            case 2:
                raise KeyError("a fault")
            case 3:
                faulthandler.disable()  # or the report of the tests is full of it
                os.abort()
            case 4:
                time.sleep(60)
            case 5:
                return "odd"
        return None

    ends = watched(attempt, range(7)).ends
    assert ends == {
        "answered": 2,
        "refused": 1,
        "builtins.KeyError": 1,
        "crashed": 1,
        "no answer in 0.5 s": 1,
        "odd": 1,
    }
