"""The same weights give the same logits on TensorFlow, JAX and PyTorch."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.models.networks import small_networks

pytestmark = pytest.mark.network

ROOT = Path(__file__).parents[3]
ALONE = """
import runpy, sys
sys.modules["tensorflow"] = None  # Keras loads it beside another backend where it is there: seconds
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
QUICK = {
    "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
    "XLA_FLAGS": "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1",
}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_logits_and_running_statistics_do_not_depend_on_the_backend(backend, tmp_path):
    if backend == keras.backend.backend():
        pytest.skip(f"{backend} is what this run computes with: the others are compared to it")
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    subprocess.run(
        [sys.executable, "-c", ALONE, small_networks.__file__, tmp_path / "other.npz"],
        env=os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)} | QUICK,
        check=True,
    )
    other = np.load(tmp_path / "other.npz")
    for name in (*small_networks.SMALL, *small_networks.FUSED):
        for key, found in small_networks.outputs(name).items():
            np.testing.assert_allclose(other[f"{name} {key}"], found, atol=1e-4, err_msg=f"{name}: {key}")
