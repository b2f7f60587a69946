import json
import multiprocessing
import resource
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.feature_table import read_features
from ser_tasks.features.store import ROW

DIMENSIONS = ["f0", "energy", "zcr"]
LENGTHS = {"a": 5, "a~1": 7, "b": 1, "c": 40, "d": 3}


def frames_of(utterance_id, *, seed=0):
    generator = np.random.default_rng([seed, *utterance_id.encode()])
    return generator.standard_normal((LENGTHS[utterance_id], 3)).astype(np.float32)


def write_shard(path, frames, **facts):
    rows = [{"utterance_id": name, "n_frames": len(f), "values": f.ravel()} for name, f in frames.items()]
    metadata = {name: json.dumps(fact) for name, fact in {"dimensions": DIMENSIONS, **facts}.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(rows, schema=ROW).replace_schema_metadata(metadata)
    pq.write_table(table, path, compression="zstd", row_group_size=2)


@pytest.fixture
def folder(tmp_path):
    """Two shards, the one whose name sorts first with the later utterances."""
    write_shard(tmp_path / "corpus" / "lld" / "2.parquet", {name: frames_of(name) for name in ("a", "a~1", "b")})
    write_shard(tmp_path / "corpus" / "lld" / "1.parquet", {name: frames_of(name) for name in ("c", "d")})
    return tmp_path / "corpus" / "lld"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(params=["in memory", "mapped"])
def read(request, cache):
    return partial(read_features, cache=cache, small=0 if request.param == "mapped" else 2**20)


@pytest.fixture
def read_mapped(cache):
    return partial(read_features, cache=cache, small=0)


def unpacked_files(cache):
    return sorted(path for path in cache.rglob("values.f32"))


def test_every_utterance_has_its_own_frames_sorted_by_id_and_without_augmented_copies(folder, read):
    table = read(folder)
    assert table.utterance_ids == ("a", "b", "c", "d")
    assert table.dimensions == tuple(DIMENSIONS)
    for name in table.utterance_ids:
        np.testing.assert_array_equal(table[name], frames_of(name), strict=True)


def test_asked_rows_come_in_the_asked_order_augmented_copies_too(folder, read):
    table = read(folder, ["d", "a~1", "a"])
    assert table.utterance_ids == ("d", "a~1", "a")
    np.testing.assert_array_equal(table.frames[1], frames_of("a~1"))


def test_missing_utterances_are_counted_and_named(folder, read):
    with pytest.raises(UserError, match=r"no features for 2 of 3 utterances, first \['text', 'u9'\]"):
        read(folder, ["a", "text", "u9"])


def test_a_folder_without_shards_says_which_stage_makes_them(tmp_path, read):
    with pytest.raises(UserError, match=r"no features here\. Run the stage features"):
        read(tmp_path)


def test_shards_of_two_settings_side_by_side_are_errors(folder, read):
    write_shard(folder / "3.parquet", {"a": frames_of("a")}, hop=0.02)
    with pytest.raises(UserError, match="3 shards come from 2 different settings or versions"):
        read(folder)


def test_only_one_row_per_utterance_makes_a_matrix(folder, read):
    np.testing.assert_array_equal(read(folder, ["b", "b"]).matrix(), np.concatenate([frames_of("b")] * 2))
    with pytest.raises(UserError, match="Take the feature set 'functionals'"):
        read(folder).matrix()


def test_small_corpora_are_not_unpacked(folder, cache):
    read_features(folder, cache=cache)
    assert not cache.exists()


def test_frames_are_views_of_one_mapped_file_that_nobody_can_write(folder, cache, read_mapped):
    table = read_mapped(folder)
    (file,) = unpacked_files(cache)
    assert file.stat().st_size == 4 * 3 * sum(LENGTHS.values())
    bases = {id(frames.base) for frames in table.frames}
    assert len(bases) == 1
    assert isinstance(table.frames[0].base.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        table.frames[0][0, 0] = 1


def test_it_is_unpacked_once(folder, cache, read_mapped):
    read_mapped(folder)
    (file,) = unpacked_files(cache)
    written = file.stat().st_mtime_ns
    read_mapped(folder, ["a"])
    assert [path.stat().st_mtime_ns for path in unpacked_files(cache)] == [written]


def test_other_shards_are_unpacked_anew_and_the_outdated_file_goes(folder, cache, read_mapped, tmp_path):
    old = read_mapped(folder)
    shutil.copytree(folder, tmp_path / "corpus" / "mfcc")
    read_mapped(tmp_path / "corpus" / "mfcc")
    other, outdated = sorted(unpacked_files(cache), key=lambda file: "lld" in str(file))
    (folder / "1.parquet").unlink()
    write_shard(folder / "9.parquet", {name: frames_of(name, seed=1) for name in ("c", "d")})
    np.testing.assert_array_equal(read_mapped(folder)["c"], frames_of("c", seed=1))
    assert other.exists()
    assert not outdated.exists()
    np.testing.assert_array_equal(old["c"], frames_of("c"))  # who has it open keeps it


def test_a_cut_file_is_unpacked_again(folder, cache, read_mapped):
    read_mapped(folder)
    (file,) = unpacked_files(cache)
    with file.open("r+b") as values:
        values.truncate(100)
    np.testing.assert_array_equal(read_mapped(folder)["a"], frames_of("a"))


def test_what_a_killed_process_left_is_cleared_away(folder, cache, read_mapped):
    read_mapped(folder)
    (file,) = unpacked_files(cache)
    half_written = file.parents[1] / f".{file.parent.name}.abc"
    file.parent.rename(half_written)
    assert read_mapped(folder).utterance_ids == ("a", "b", "c", "d")
    assert unpacked_files(cache) == [file]


@pytest.mark.slow
def test_fresh_processes_may_unpack_at_once(folder, cache, read_mapped):
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("spawn")) as pool:
        tables = list(pool.map(read_mapped, [folder] * 6))
    for table in tables:
        np.testing.assert_array_equal(np.concatenate(table.frames), np.concatenate(read_mapped(folder).frames))
    (file,) = unpacked_files(cache)
    assert not list(file.parents[1].glob(".*"))


@contextmanager
def largest_file(size):
    """No file of this process may grow beyond so many bytes: the disk is full, as far as it can tell."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_reported_and_the_features_are_read_into_memory(folder, cache, read_mapped):
    with largest_file(100), pytest.warns(UserWarning, match=r"could not be unpacked below .*cache .*File too large"):
        table = read_mapped(folder, ["c"])
    np.testing.assert_array_equal(table["c"], frames_of("c"))
    assert not unpacked_files(cache)


def test_an_unwritable_cache_is_reported_and_the_features_are_read_into_memory(folder, cache, read_mapped):
    cache.write_text("no folder")
    with pytest.warns(UserWarning, match="Make room there, or make it writable"):
        assert len(read_mapped(folder)) == 4


@pytest.mark.slow
def test_reading_needs_neither_the_extraction_nor_pydantic_nor_filelock(folder, cache):
    code = (
        "import sys, pathlib\n"
        "for name in ('pydantic', 'filelock', 'scipy', 'sklearn', 'soundfile', 'ser_tasks.features.table'):\n"
        "    sys.modules[name] = None\n"  # importing it raises ImportError
        "from ser_tasks.features.feature_table import read_features\n"
        f"print(len(read_features(pathlib.Path({str(folder)!r}), cache=pathlib.Path({str(cache)!r}), small=0)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4"
    assert unpacked_files(cache)
