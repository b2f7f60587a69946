import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.embeddings import embeddings_table, write_embeddings

IDS = ("u1", "u2", "u3")
FOLDS = [Fold("speaker a", ("u3", "u2"), (), ("u1",)), Fold("official", ("u1",), ("u2",), ("u3",))]
ONE, TWO = (np.array([[1, 2], [3, 4], [5, 6]], np.float32) + add for add in (0, 10))


def test_every_utterance_stands_in_its_part_of_each_fold_with_the_values_of_that_folds_network():
    table = embeddings_table(FOLDS, IDS, [ONE, TWO])
    assert [(*row[:3], row[3].tolist()) for row in table.itertuples(index=False)] == [
        ("u3", "speaker a", "train", [5, 6]),
        ("u2", "speaker a", "train", [3, 4]),
        ("u1", "speaker a", "test", [1, 2]),
        ("u1", "official", "train", [11, 12]),
        ("u2", "official", "validation", [13, 14]),
        ("u3", "official", "test", [15, 16]),
    ]


def test_one_array_for_each_fold_is_needed():
    with pytest.raises(ValueError, match="shorter"):
        embeddings_table(FOLDS, IDS, [ONE])


def test_what_is_written_is_read_by_any_reader_of_parquet(tmp_path):
    table = embeddings_table(FOLDS, IDS, [ONE, TWO])
    write_embeddings(table, tmp_path / "new" / "residual_cnn.parquet")
    (path,) = (tmp_path / "new").iterdir()
    read = pq.read_table(path)
    assert read.schema.field("values").type == pa.list_(pa.float32())
    assert read.column_names == list(table.columns)
    np.testing.assert_array_equal(np.stack(read.to_pandas()["values"]), np.stack(table["values"]))
