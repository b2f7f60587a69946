"""Features of degraded recordings: the same front end, shards of their own."""

from dataclasses import replace

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import read_mono, read_recording
from ser_tasks.corpora.utterances import utterance_table
from ser_tasks.evaluation.robustness.condition import Condition, degraded
from ser_tasks.evaluation.robustness.store import compute_degraded, degraded_shards, draw_voices
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.feature_table import read_features
from ser_tasks.features.store import plan_shards
from ser_tasks.features.table import FEATURE_SETS

RATE = 16_000
BABBLE = Condition("babble", 5.0, {"seed": 0, "speech_range": 30, "talkers": 2})
TELEPHONE = Condition("telephone", 3_400.0, {})
FOLDS = (Fold("a", ("b0", "b1", "c0", "c1"), (), ("a0", "a1")),)
SPEAKERS = {name: name[0] for name in ("a0", "a1", "b0", "b1", "c0", "c1")}


@pytest.fixture
def shards(tmp_path, make_speech, params):
    """Of six recordings of three speakers, in one shard; and their folder."""
    rows = []
    for seed, name in enumerate(SPEAKERS):
        path = tmp_path / f"{name}.wav"
        soundfile.write(path, make_speech(seconds=0.8, seed=seed), RATE)
        rows.append({"utterance_id": name, "path": path.name, "duration": 0.8, "sha256": read_recording(path).sha256})
    table = utterance_table([{**row, "corpus": "c", "speaker": row["utterance_id"][0], "emotion": "x"} for row in rows])
    return plan_shards(table, "log_mel", params, shard_minutes=10)


def clips(shards):
    return {clip.utterance_id: clip for shard in shards for clip in shard.clips}


def voices(shards, seed=0):
    return draw_voices(FOLDS, clips(shards), SPEAKERS, talkers=2, seed=seed)


def only_tested(shards):
    return [replace(shards[0], clips=tuple(clip for clip in shards[0].clips if clip.utterance_id in FOLDS[0].test))]


def test_those_who_babble_are_other_speakers_of_the_training_part(shards):
    around = voices(shards)
    assert set(around) == {"a0", "a1"}
    for heard in around.values():
        assert sorted(clip.utterance_id[0] for clip in heard) == ["b", "c"]


@pytest.mark.parametrize("condition", [BABBLE, TELEPHONE])
def test_a_row_is_what_the_front_end_makes_of_the_degraded_signal(shards, tmp_path, params, condition):
    around = voices(shards)
    (shard,) = degraded_shards(only_tested(shards), condition, talkers=around)
    compute_degraded(shard, corpus_root=tmp_path, folder=tmp_path / "out")
    found = read_features(tmp_path / "out", ["a1"])["a1"]
    talkers = [read_mono(tmp_path / clip.path, sampling_rate=RATE) for clip in around["a1"]]
    signal = read_mono(tmp_path / "a1.wav", sampling_rate=RATE)
    signal = degraded(signal, condition, sampling_rate=RATE, utterance_id="a1", voices=talkers)
    np.testing.assert_array_equal(found, FEATURE_SETS["log_mel"](signal, params))


def test_a_shard_that_is_there_is_not_computed_again(shards, tmp_path):
    (shard,) = degraded_shards(shards, TELEPHONE, talkers={})
    path = compute_degraded(shard, corpus_root=tmp_path, folder=tmp_path / "out")
    path.write_bytes(b"kept")
    compute_degraded(shard, corpus_root=tmp_path, folder=tmp_path / "out")
    assert path.read_bytes() == b"kept"


def test_another_condition_another_seed_or_other_voices_are_another_shard(shards):
    around, others = voices(shards), voices(shards, seed=1)
    assert around != others
    reseeded = replace(BABBLE, settings={**BABBLE.settings, "seed": 1})
    wanted = [
        (BABBLE, around),
        (replace(BABBLE, value=0.0), around),
        (reseeded, around),
        (BABBLE, others),
        (TELEPHONE, {}),
    ]
    names = [degraded_shards(only_tested(shards), condition, talkers=who)[0].file_name for condition, who in wanted]
    assert len({*names, shards[0].file_name}) == 6
    assert degraded_shards(only_tested(shards), BABBLE, talkers=around)[0].file_name == names[0]
