"""State dicts as PyTorch wrote them are read without PyTorch; what else a pickle may do is refused."""

import io
import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.torch_weights import read_torch_weights
from tests.features.encoders.torch_file import named, row, state_dict, text, whole, write

BY_TORCH = Path(__file__).parent / "reference" / "efficientnet"
GRID = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def test_tensors_of_a_file_by_pytorch_are_its_tensors_whatever_their_strides():
    found = read_torch_weights(BY_TORCH / "state.pth")
    assert list(found) == ["whole", "turned", "part", "count"]
    np.testing.assert_array_equal(found["whole"], GRID)
    np.testing.assert_array_equal(found["turned"], GRID.transpose(2, 0, 1))
    np.testing.assert_array_equal(found["part"], GRID[1, :, 1:3])
    assert found["count"] == 7
    assert found["count"].dtype == np.int64
    assert all(array.flags.c_contiguous for array in found.values())


def test_what_the_tests_write_is_read_as_it_was_written(tmp_path):
    arrays = {"a.weight": np.asfortranarray(GRID[0]), "a.count": np.array(3)}
    found = read_torch_weights(write(tmp_path / "own.pth", arrays))
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


class Harmful:
    """Runs a command when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("place", ["state", "magic"])
def test_code_in_a_pickle_is_refused_and_does_not_run(tmp_path, place):
    harmful = pickle.dumps(Harmful(tmp_path / "ran"), 2)
    file = write(tmp_path / "bad.pth", {"a": GRID}, state=harmful)
    if place == "magic":
        file.write_bytes(harmful)
    with pytest.raises(UserError, match=r"bad\.pth: not a state dict of PyTorch.*(posix|nt)\.system, which is no part"):
        read_torch_weights(file)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("module", "name"), [("builtins", "eval"), ("torch", "load"), ("collections", "Counter")])
def test_names_beyond_those_of_a_state_dict_are_refused(tmp_path, module, name):
    state = b"\x80\x02" + named(module, name) + row(1) + b"R."
    with pytest.raises(UserError, match=f"names {module}.{name}, which is no part of a state dict"):
        read_torch_weights(write(tmp_path / "bad.pth", {"a": GRID}, state=state))


def test_the_format_of_later_versions_is_named_with_the_way_out():
    with pytest.raises(UserError, match=r"PyTorch 1\.6 or later.*_use_new_zipfile_serialization=False"):
        read_torch_weights(BY_TORCH / "zipped.pth")


def test_a_file_cut_anywhere_is_an_error(tmp_path):
    whole_file = (BY_TORCH / "state.pth").read_bytes()
    for length in range(0, len(whole_file), 7):
        (tmp_path / "cut.pth").write_bytes(whole_file[:length])
        with pytest.raises(UserError, match=r"cut\.pth: not a state dict of PyTorch, or not whole, at byte"):
            read_torch_weights(tmp_path / "cut.pth")


def without_bounds(**changes):
    """A tensor of 24 numbers that states another offset, shape or strides."""
    own = {"offset": 0, "shape": (24,), "strides": (1,), **changes}
    storage = b"(" + text("storage") + named("torch", "FloatStorage") + text("0") + text("cpu") + whole(24) + b"NtQ"
    body = storage + whole(own["offset"]) + row(*own["shape"]) + row(*own["strides"]) + b"\x89Nt"
    return b"\x80\x02}" + text("a") + named("torch._utils", "_rebuild_tensor_v2") + b"(" + body + b"Rs."


def test_the_tensor_below_is_whole_until_its_bounds_are_changed(tmp_path):
    found = read_torch_weights(write(tmp_path / "own.pth", {"a": GRID}, state=without_bounds()))
    np.testing.assert_array_equal(found["a"], np.arange(24))


@pytest.mark.parametrize(
    "changes",
    [{"offset": 1}, {"offset": -1}, {"shape": (25,)}, {"strides": (2,)}, {"strides": (-1,)}, {"shape": (-3,)}],
)
def test_a_tensor_that_reaches_beyond_its_numbers_is_an_error(tmp_path, changes):
    with pytest.raises(UserError, match="reaches beyond its 24 numbers"):
        read_torch_weights(write(tmp_path / "bad.pth", {"a": GRID}, state=without_bounds(**changes)))


def test_another_object_than_tensors_by_name_is_an_error(tmp_path):
    with pytest.raises(UserError, match="holds more than tensors by name"):
        read_torch_weights(write(tmp_path / "bad.pth", {"a": GRID}, state=pickle.dumps({"epoch": 3}, 2)))
    with pytest.raises(UserError, match="begins with 5"):
        read_torch_weights(write(tmp_path / "bad.pth", {"a": GRID}, magic=5))


def test_what_pickle_itself_reads_of_the_test_writer_names_what_pytorch_names():
    """The opcodes are those of the real format: a plain unpickler gets as far as PyTorch, and asks for it by name."""
    with pytest.raises(ModuleNotFoundError, match="torch"):
        pickle.load(io.BytesIO(state_dict({"a": GRID})))
