"""The campaigns of benchmarks/reliability/ in short: every end is an answer or a clear error.

Each in a process of its own, since it forks, and other tests here start threads.
"""

import subprocess
import sys

import numpy as np
import pytest

from benchmarks.reliability.spoil import DAMAGE, spoilt

pytestmark = pytest.mark.slow

EVERY_END = """
import os, time
from benchmarks.reliability import watch
from ser_tasks.errors import UserError

def fault(): raise KeyError("a fault")
def clear(): raise UserError("mend it")

watch.PATIENCE = 0.5
ends = [lambda: None, clear, fault, os.abort, lambda: time.sleep(60), lambda: "odd", lambda: None]
watch.watched(lambda number: ends[number](), range(len(ends))).show("ends", 0)
"""


@pytest.mark.parametrize(
    ("campaign", "number"), [("damaged_sounds", 108), ("damaged_tables", 60), ("damaged_bundles", 24)]
)
def test_damage_ends_in_an_answer_or_a_clear_error(campaign, number):
    command = [sys.executable, "-m", f"benchmarks.reliability.{campaign}", str(number), "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_the_same_for_the_same_seed_and_changes_the_file(name):
    content = bytes(range(256)) * 20
    one, same, other = (DAMAGE[name](content, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one == same != other
    assert one != content


def test_every_kind_of_damage_comes():
    rng = np.random.default_rng(0)
    assert {spoilt(b"some bytes", rng)[0] for _ in range(100)} == set(DAMAGE)


def test_a_campaign_counts_faults_crashes_and_hangs():
    done = subprocess.run([sys.executable, "-c", EVERY_END], capture_output=True, text=True, check=True)
    counted = dict(reversed(line.split(maxsplit=1)) for line in done.stdout.splitlines()[1:])
    once = dict.fromkeys(["clear error", "builtins.KeyError", "crashed", "no result in 0.5 s", "odd"], "1")
    assert counted == {"result": "2"} | once
