"""Digests of content: what a file means changes them, how it is written does not."""

import hashlib
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ser_tasks.features.feature_table import features_digest
from ser_tasks.provenance.content_digest import (
    features_content,
    flat,
    lock_digest,
    parquet_digest,
    table_digest,
    utterances_digest,
)
from tests.models.remote.small_plans import write_features

TABLE = pd.DataFrame({"utterance_id": ["a", "b"], "share": [0.25, np.nan], "turn": [None, None]})


def test_a_table_is_its_values_and_not_its_file(tmp_path):
    for name, options in {
        "one": {"compression": "zstd"},
        "other": {"row_group_size": 1, "compression": "none"},
    }.items():
        pq.write_table(pa.Table.from_pandas(TABLE, preserve_index=False), tmp_path / name, **options)
    assert (tmp_path / "one").read_bytes() != (tmp_path / "other").read_bytes()
    assert parquet_digest(tmp_path / "one") == parquet_digest(tmp_path / "other") == table_digest(TABLE)


def test_utterances_are_known_by_their_sound_and_not_by_the_folder_that_was_linked(tmp_path):
    table = TABLE.assign(path=["a.wav", "b.wav"], sha256=["1", "2"])
    for name, other in {
        "below": table,
        "above": table.assign(path="wav/" + table.path),
        "louder": table.assign(sha256=["1", "3"]),
    }.items():
        other.to_parquet(tmp_path / name)
    assert utterances_digest(tmp_path / "below") == utterances_digest(tmp_path / "above")
    assert utterances_digest(tmp_path / "below") != utterances_digest(tmp_path / "louder")


def test_a_digest_of_a_table_is_that_of_its_columns_as_json():
    plain = json.dumps({"share": [0.25, None], "utterance_id": ["a", "b"]}, sort_keys=True)
    assert table_digest(TABLE) == hashlib.sha256(plain.encode()).hexdigest()


@pytest.mark.parametrize("share", [0.25 + 2**-50, 0.5])
def test_the_last_bit_of_a_value_counts_and_an_empty_column_does_not(share):
    assert table_digest(TABLE.assign(share=[share, np.nan])) != table_digest(TABLE)
    assert table_digest(TABLE.assign(later=None)) == table_digest(TABLE)


def test_a_value_in_a_feature_store_counts_though_its_shard_keeps_its_name(tmp_path):
    frames = [np.zeros((2, 6), np.float32), np.ones((1, 6), np.float32)]
    write_features(tmp_path / "before", ["a", "b"], frames)
    frames[0][1, 3] = 1e-30
    write_features(tmp_path / "after", ["a", "b"], frames)
    assert features_content(tmp_path / "before") != features_content(tmp_path / "after")
    assert features_digest(tmp_path / "before") == features_digest(tmp_path / "after")


def test_a_feature_store_is_its_utterances_however_they_are_dealt_into_shards(tmp_path):
    frames = {name: np.full((2, 6), place, np.float32) for place, name in enumerate("abc")}
    write_features(tmp_path / "one", list("abc"), list(frames.values()))
    write_features(tmp_path / "two", list("cb"), [frames["c"], frames["b"]])
    write_features(tmp_path / "two/more", ["a"], [frames["a"]])
    (tmp_path / "two/more/one.parquet").rename(tmp_path / "two/other.parquet")
    assert features_content(tmp_path / "one") == features_content(tmp_path / "two")


def test_a_lock_file_is_its_pins(tmp_path):
    def digest(text):
        (tmp_path / "lock").write_text(text)
        return lock_digest(tmp_path / "lock")

    pins = digest(
        "numpy==2.4.6 \\\n    --hash=sha256:11\nscipy==1.17.1 ; python_version >= '3.11' \\\n    --hash=sha256:22\n"
    )
    assert digest("# resolved anew\nscipy==1.17.1\nnumpy==2.4.6\n") == pins
    assert digest("numpy==2.4.7\nscipy==1.17.1\n") != pins
    assert lock_digest(tmp_path / "none") == "none"


def test_nested_sections_become_dotted_keys_and_lists_stay_whole():
    assert flat({"svm": {"c": [1, 2], "search": {"folds": 4}}, "seed": 0}) == {
        "svm.c": [1, 2],
        "svm.search.folds": 4,
        "seed": 0,
    }
