"""A command that is terminated leaves nothing behind that it started."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.slow

COMMAND = """
import subprocess, sys
from pipelines.orchestration import termination

termination.PATIENCE = 0.5
termination.end_children_on_sigterm()
child = subprocess.Popen([sys.executable, "-c", {child!r}], stdout=subprocess.PIPE, text=True)
try:
    print(child.pid, child.stdout.readline().strip(), flush=True)
    child.wait()
finally:
    print("unwound", flush=True)
"""
CHILD = """
import signal, subprocess, time
{ignoring}
print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
time.sleep(60)
"""


def alive(process: int) -> bool:
    return psutil.pid_exists(process) and psutil.Process(process).status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("ignoring", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_sigterm_to_a_command_ends_its_children_and_theirs_and_unwinds_it(ignoring):
    command = COMMAND.format(child=CHILD.format(ignoring=ignoring))
    with subprocess.Popen([sys.executable, "-c", command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        started = [int(word) for word in process.stdout.readline().split()]
        assert len(started) == 2
        assert all(map(alive, started))
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 128 + signal.SIGTERM
        assert process.stdout.read() == "unwound\n"
    deadline = time.monotonic() + 5
    while any(map(alive, started)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, started))
