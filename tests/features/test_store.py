import json
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from ser_tasks.audio.conditioning import condition
from ser_tasks.audio.decode import AudioError, read_mono, read_recording
from ser_tasks.augmentation.signal import augmented_copy
from ser_tasks.corpora.utterances import utterance_table
from ser_tasks.errors import UserError
from ser_tasks.features import store
from ser_tasks.features.feature_table import read_features
from ser_tasks.features.py_audio_analysis import library_descriptors
from ser_tasks.features.store import clips_without_speech, compute_shard, plan_shards, prune
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.params import TrimParams
from tests.features.test_feature_sets import EACH


@pytest.fixture
def corpus(tmp_path, make_speech):
    """Six recordings of 1 s, one of them a part of a file, and one utterance of text alone."""
    root = tmp_path / "corpus"
    root.mkdir()
    rows = []
    for index in range(6):
        path = root / f"{index}.wav"
        soundfile.write(path, make_speech(seconds=1, seed=index), 16_000)
        rows.append(
            {
                "utterance_id": f"u{index}",
                "path": path.name,
                "duration": 1.0,
                "sha256": read_recording(path).sha256,
                "start": 0.25 if index == 3 else None,
                "end": 0.75 if index == 3 else None,
            }
        )
    rows.append({"utterance_id": "text", "transcript": "Yes."})
    table = utterance_table([{**row, "corpus": "c", "speaker": "s", "emotion": "neutral"} for row in rows])
    return root, table


def write(corpus, params, folder, name="lld", minutes=2 / 60):
    root, table = corpus
    shards = plan_shards(table, name, params, shard_minutes=minutes)
    paths = [compute_shard(shard, corpus_root=root, folder=folder) for shard in shards]
    return shards, paths


def with_values(params, section, **values):
    return {**params, section: params[section].model_copy(update=values)}


def file_names(corpus, params, **changes):
    settings = {"name": "lld", "minutes": 2 / 60, **changes}
    shards = plan_shards(corpus[1], settings["name"], params, shard_minutes=settings["minutes"])
    return [shard.file_name for shard in shards]


@EACH
def test_what_is_read_is_what_was_extracted(corpus, params, tmp_path, name):
    root, _ = corpus
    write(corpus, params, tmp_path / "out", name)
    table = read_features(tmp_path / "out")
    assert table.utterance_ids == ("u0", "u1", "u2", "u3", "u4", "u5")
    assert table.dimensions == FEATURE_SETS[name].names(params)
    for index in range(6):
        part = {"start": 0.25, "end": 0.75} if index == 3 else {}
        signal = read_mono(root / f"{index}.wav", sampling_rate=16_000, **part)
        np.testing.assert_array_equal(table[f"u{index}"], FEATURE_SETS[name](signal, params))


def test_the_schema_says_what_the_values_mean(corpus, params, tmp_path):
    _, paths = write(corpus, params, tmp_path)
    schema = pq.read_schema(paths[0])
    facts = {key.decode(): json.loads(value) for key, value in schema.metadata.items()}
    assert schema.names == ["utterance_id", "n_frames", "values", "speech_found"]
    assert facts["dimensions"][0] == "zcr"
    assert (facts["window"], facts["hop"], facts["sampling_rate"]) == (0.025, 0.010, 16_000)
    assert set(facts["settings"]) == {"audio", "conditioning", "lld"}
    assert len(facts["code_digest"]) == 64


def test_values_take_less_room_on_disk_than_in_memory(corpus, params, tmp_path):
    for name in ("functionals", "log_mel"):
        (path,) = write(corpus, params, tmp_path / name, name, minutes=1)[1]
        column = pq.read_metadata(path).row_group(0).column(2)
        assert column.path_in_schema == "values.list.element"
        assert column.total_compressed_size < sum(frames.nbytes for frames in read_features(tmp_path / name).frames)


def test_shards_hold_at_most_their_minutes_and_a_long_utterance_is_alone(corpus, params):
    _, table = corpus
    table = table.assign(duration=table.duration.where(table.utterance_id != "u2", 60.0))
    shards = plan_shards(table, "lld", params, shard_minutes=2 / 60)
    held = [[clip.utterance_id for clip in shard.clips] for shard in shards]
    assert held == [["u0", "u1"], ["u2"], ["u3", "u4"], ["u5"]]
    assert plan_shards(table[table.path.isna()], "lld", params, shard_minutes=1) == []


def test_an_existing_shard_is_left_alone_and_a_missing_one_is_computed(corpus, params, tmp_path):
    _, paths = write(corpus, params, tmp_path)
    times = [path.stat().st_mtime_ns for path in paths]
    content = paths[1].read_bytes()
    paths[1].unlink()
    write(corpus, params, tmp_path)
    assert [path.stat().st_mtime_ns for path in (paths[0], paths[2])] == [times[0], times[2]]
    assert paths[1].read_bytes() == content


def test_every_input_names_other_shards_and_nothing_else_does(corpus, params, monkeypatch):
    root, table = corpus
    before = file_names(corpus, params)
    assert file_names((root, table.sample(frac=1, random_state=0)), params) == before
    other_log_mel = with_values(params, "log_mel", n_mels=20)
    assert file_names(corpus, other_log_mel) == before  # lld does not read it

    def differs(names):
        return not set(names) & set(before)

    assert differs(file_names(corpus, with_values(params, "lld", hop=0.02)))
    assert differs(file_names(corpus, params, name="pitch"))
    assert differs(file_names(corpus, with_values(params, "conditioning", pre_emphasis=0.97)))
    assert differs(file_names(corpus, with_values(params, "signal_augmentation", copies=1, gain=(-6, 6))))
    louder = table.assign(sha256=table.sha256.where(table.utterance_id != "u0", "0" * 64))
    changed = file_names((root, louder), params)
    assert changed[0] != before[0]
    assert changed[1:] == before[1:]
    moved = table.assign(end=table.end.where(table.utterance_id != "u3", 0.7))
    assert file_names((root, moved), params)[1] != before[1]
    with monkeypatch.context() as patch:
        patch.setattr(store, "version", lambda name: "99")
        assert differs(file_names(corpus, params))
    monkeypatch.setattr(store, "code_digest", lambda *functions: "edited")
    assert differs(file_names(corpus, params))


def test_shards_keep_their_names_when_another_folder_of_the_corpus_is_linked(corpus, params):
    root, table = corpus
    above = table.assign(path="wav/" + table.path)
    assert file_names((root.parent, above), params) == file_names(corpus, params)


def test_prune_deletes_what_is_no_longer_wanted_and_what_a_killed_run_left(corpus, params, tmp_path):
    old, _ = write(corpus, params, tmp_path)
    shards, paths = write(corpus, params, tmp_path, minutes=10)
    half_written = tmp_path / f".{old[0].file_name}.abc"
    half_written.mkdir()
    (half_written / old[0].file_name).write_bytes(b"PAR1")
    prune(tmp_path, shards)
    assert list(tmp_path.glob("*.parquet")) == paths
    assert not half_written.exists()


def test_an_unreadable_recording_is_named_and_leaves_no_shard(corpus, params, tmp_path):
    root, table = corpus
    (root / "1.wav").write_bytes(b"not sound at all")
    (shard, *_) = plan_shards(table, "lld", params, shard_minutes=10)
    with pytest.raises(AudioError, match=r"1\.wav: not readable as sound"):
        compute_shard(shard, corpus_root=root, folder=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_value_that_is_not_finite_is_named(corpus, params, tmp_path, monkeypatch):
    root, table = corpus
    (shard, *_) = plan_shards(table, "lld", params, shard_minutes=10)
    monkeypatch.setattr(store, "feature_set", lambda name: lambda signal, settings: np.array([[np.nan]]))
    with pytest.raises(UserError, match=r"0\.wav: 1 values of 'lld' are not finite"):
        compute_shard(shard, corpus_root=root, folder=tmp_path / "out")


def test_a_recording_without_digest_is_an_error(corpus, params):
    _, table = corpus
    with pytest.raises(UserError, match="Write the table of utterances again"):
        plan_shards(table.assign(sha256=None), "lld", params, shard_minutes=1)


def test_threads_may_compute_the_same_shard_at_once(corpus, params, tmp_path):
    root, table = corpus
    (shard,) = plan_shards(table, "lld", params, shard_minutes=10)
    with ThreadPoolExecutor(4) as pool:
        compute = partial(compute_shard, corpus_root=root, folder=tmp_path / "out")
        paths = list(pool.map(compute, [shard] * 4))
    assert list((tmp_path / "out").iterdir()) == [paths[0]]
    assert len(read_features(tmp_path / "out")) == 6


@pytest.mark.slow
def test_fresh_processes_write_the_same_values(corpus, params, tmp_path):
    root, table = corpus
    shards = plan_shards(table, "functionals", params, shard_minutes=3 / 60)
    assert pickle.loads(pickle.dumps(shards)) == shards
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(partial(compute_shard, corpus_root=root, folder=tmp_path / "out"), shards))
    write(corpus, params, tmp_path / "here", "functionals", minutes=3 / 60)
    theirs, ours = read_features(tmp_path / "out"), read_features(tmp_path / "here")
    np.testing.assert_array_equal(theirs.matrix(), ours.matrix())


TRIM = TrimParams(frame=0.030, aggressiveness=3, margin=0.0)
COPIES = {"copies": 2, "gain": (-6.0, 6.0), "noise_snr": (5.0, 30.0), "time_stretch": (0.9, 1.1)}


@EACH
def test_every_feature_set_is_extracted_from_the_conditioned_signal(corpus, params, tmp_path, name):
    root, _ = corpus
    params = with_values(params, "conditioning", pre_emphasis=0.97, peak=0.9)
    write(corpus, params, tmp_path / "out", name)
    signal = read_mono(root / "0.wav", sampling_rate=16_000)
    signal = condition(signal, sampling_rate=16_000, settings=params["conditioning"]).signal
    np.testing.assert_array_equal(read_features(tmp_path / "out")["u0"], FEATURE_SETS[name](signal, params))


def test_utterances_in_which_trimming_finds_no_speech_are_kept_and_named(corpus, params, tmp_path):
    root, _ = corpus
    soundfile.write(root / "4.wav", np.zeros(16_000), 16_000)
    write(corpus, with_values(params, "conditioning", trim=TRIM), tmp_path / "trimmed")
    assert clips_without_speech(tmp_path / "trimmed") == ["u4"]
    write(corpus, params, tmp_path / "whole")
    assert clips_without_speech(tmp_path / "whole") == []
    both = read_features(tmp_path / "whole"), read_features(tmp_path / "trimmed")
    np.testing.assert_array_equal(both[0]["u4"], both[1]["u4"])


def test_copies_stand_beside_their_utterance_and_are_read_by_their_own_ids_alone(corpus, params, tmp_path):
    root, _ = corpus
    params = with_values(params, "signal_augmentation", **COPIES)
    write(corpus, params, tmp_path)
    assert read_features(tmp_path).utterance_ids == ("u0", "u1", "u2", "u3", "u4", "u5")
    copies = read_features(tmp_path, ["u3~1", "u3~2"])
    signal = read_mono(root / "3.wav", sampling_rate=16_000, start=0.25, end=0.75)
    for number in (1, 2):
        copy = augmented_copy(
            signal, sampling_rate=16_000, settings=params["signal_augmentation"], utterance_id="u3", number=number
        )
        np.testing.assert_array_equal(copies[f"u3~{number}"], FEATURE_SETS["lld"](copy, params))
    assert not np.array_equal(copies["u3~1"][:10], copies["u3~2"][:10])


def test_without_copies_the_section_changes_neither_names_nor_contents(corpus, params, tmp_path):
    without = {name: section for name, section in params.items() if name != "signal_augmentation"}
    off = with_values(params, "signal_augmentation", copies=0, seed=7, gain=(-6.0, 6.0))
    (_, ours), (_, theirs) = (write(corpus, p, tmp_path / str(i)) for i, p in enumerate((off, without)))
    assert [path.name for path in ours] == [path.name for path in theirs]
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]


def test_copies_count_for_the_length_of_a_shard(corpus, params):
    _, table = corpus
    params = with_values(params, "signal_augmentation", **COPIES)
    shards = plan_shards(table, "lld", params, shard_minutes=6 / 60)
    assert [len(shard.clips) for shard in shards] == [2, 2, 2]


def test_an_id_that_looks_like_that_of_a_copy_is_an_error(corpus, params):
    _, table = corpus
    marked = table.assign(utterance_id=table.utterance_id.str.replace("u2", "u2~1"))
    with pytest.raises(UserError, match=r"1 utterance ids contain '~', the first is 'u2~1'.*Rename the files"):
        plan_shards(marked, "lld", params, shard_minutes=1)


def test_a_section_that_did_not_arrive_is_named(corpus, params):
    without = {name: section for name, section in params.items() if name != "conditioning"}
    with pytest.raises(UserError, match=r"\['conditioning'\] did not arrive"):
        plan_shards(corpus[1], "lld", without, shard_minutes=1)


def test_the_store_keeps_what_the_engine_of_the_params_computes(corpus, params, tmp_path):
    root, table = corpus
    chosen = with_values(params, "lld", engine="pyAudioAnalysis")
    (shard,) = plan_shards(table, "lld", chosen, shard_minutes=10)
    assert {shard.file_name}.isdisjoint(file_names(corpus, params))
    compute_shard(shard, corpus_root=root, folder=tmp_path / "out")
    signal = read_mono(root / "0.wav", sampling_rate=16_000)
    np.testing.assert_array_equal(
        read_features(tmp_path / "out")["u0"],
        library_descriptors(signal, sampling_rate=16_000, **params["lld"].model_dump()).astype(np.float32),
    )
