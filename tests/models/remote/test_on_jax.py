"""Training at once needs JAX under Keras and no more: its tests run where nothing else can be imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
QUICK = {  # what compiles sooner and runs slower: half of the seconds here are compiling
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "OMP_NUM_THREADS": "1",
}


@pytest.mark.slow
def test_with_jax_and_without_the_orchestration(tmp_path):
    own = QUICK | {"KERAS_BACKEND": "jax", "JAX_COMPILATION_CACHE_DIR": str(tmp_path)}
    files = sorted(HERE.glob("on_jax_*.py"))
    command = [sys.executable, "-m", "pytest", "-p", "tests.models.remote.refuse", "-p", "no:cacheprovider", *files]
    done = subprocess.run(
        command, env=os.environ | own, cwd=HERE.parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
