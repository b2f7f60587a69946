"""Training at once needs JAX under Keras and no more: its tests run where nothing else can be imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
QUICK = {
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "OMP_NUM_THREADS": "1",
}


NAMES = sorted(path.name for path in HERE.glob("on_jax_*.py"))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """All of them side by side."""
    own = QUICK | {"KERAS_BACKEND": "jax", "JAX_COMPILATION_CACHE_DIR": str(tmp_path_factory.mktemp("compiled"))}
    options = {"env": os.environ | own, "cwd": HERE.parents[2], "text": True}
    command = [sys.executable, "-m", "pytest", "-p", "tests.models.remote.refuse", "-p", "no:cacheprovider"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    processes = {name: subprocess.Popen([*command, HERE / name], **options, **pipes) for name in NAMES}
    yield processes
    for process in processes.values():
        process.kill()


@pytest.mark.parametrize("name", NAMES)
def test_with_jax_and_without_the_orchestration(name, running):
    said, _ = running[name].communicate()
    assert running[name].returncode == 0, said
