"""The environment that computing commands need."""

import os

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__

from pipelines.orchestration import environment
from pipelines.orchestration.environment import KERNELS, PORTABLE, prepare_environment


@pytest.fixture(autouse=True)
def _own_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {})


def test_the_kernels_that_are_switched_off_are_known_to_this_numpy_by_these_names():
    assert not __cpu_dispatch__ or {*PORTABLE["NPY_DISABLE_CPU_FEATURES"].split()} <= {*__cpu_dispatch__}


@pytest.mark.parametrize(
    ("flags", "chosen", "expected"),
    [({"avx2", "fma"}, None, "Haswell"), ({"avx2", "fma"}, "native", None), ({"sse4_2"}, None, None)],
)
def test_kernels_are_portable_unless_native_ones_are_chosen_or_the_processor_lacks_them(
    flags, chosen, expected, monkeypatch
):
    monkeypatch.setattr(environment, "_cpu_flags", lambda: flags)
    if chosen:
        os.environ[KERNELS] = chosen
    prepare_environment()
    assert os.environ.get("OPENBLAS_CORETYPE") == expected


def test_what_the_user_has_set_stays():
    own = {"OMP_NUM_THREADS": "4", "OPENBLAS_CORETYPE": "Zen", "XLA_FLAGS": "--xla_gpu_autotune_level=0"}
    os.environ.update(own)
    prepare_environment()
    assert {name: os.environ[name] for name in own} == own
