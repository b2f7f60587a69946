"""QIA / MERC 2020: parts, fields, labels of the test parts. Oracles: names written by hand."""

from collections import Counter

import pytest

from ser_tasks.corpora.catalogue import qia
from ser_tasks.corpora.checking.doctor import examine
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.errors import LeakError
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params import OfficialSplit
from tests.corpora.trees.qia_tree import write_qia_tree

TRAIN, VAL, TEST = "train/00001-1-2-3-4-5-hap-6.mp4", "val/00101-1-2-3-4-5-sad-6.mp4", "test1/00201.mp4"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Seven clips to train, two in each other part."""
    root = tmp_path_factory.mktemp("qia") / "qia"
    write_qia_tree(root)
    return root


def test_the_seventh_field_is_the_emotion_and_no_field_is_the_speaker(tmp_path):
    one, other = qia.read_clips(tmp_path, [TRAIN, VAL])
    assert (one.utterance_id, one.path, one.parsed.emotion, one.parsed.split) == (
        "train-00001",
        TRAIN,
        "happiness",
        "train",
    )
    assert (one.parsed.speaker, other.parsed.speaker) == ("unknown", "unknown")


def test_a_label_at_the_end_of_a_name_is_not_lost(tmp_path):
    (one,) = qia.read_clips(tmp_path, ["train/00001-1-2-3-4-5-ang.mp4"])
    assert one.parsed.emotion == "anger"


@pytest.mark.parametrize(
    "path",
    [
        "train/00001-1-2-3-4-5-joy-6.mp4",
        "train/00001-1-2-3-4-hap-6.mp4",
        "train/00001.mp4",
        "train/a-1-2-3-4-5-hap-6.mp4",
        "test4/00001.mp4",
        "other/00001-1-2-3-4-5-hap-6.mp4",
        "train/deeper/00001-1-2-3-4-5-hap-6.mp4",
        "00001-1-2-3-4-5-hap-6.mp4",
    ],
)
def test_a_name_outside_the_grammar_is_refused(tmp_path, path):
    with pytest.raises(CorpusError, match="not in the grammar of qia, 1 in all"):
        qia.read_clips(tmp_path, [path, VAL])


def test_the_label_may_be_another_field(tmp_path):
    (one,) = qia.corpus(label_field=2).read(tmp_path, ["train/7-x-dis-z.mp4"])
    assert (one.utterance_id, one.parsed.emotion) == ("train-00007", "disgust")


def test_names_of_test_parts_give_no_label_even_where_they_could(tmp_path):
    assert qia.read_clips(tmp_path, ["test1/00001-1-2-3-4-5-hap-6.mp4"]) == []


def test_val_is_tested_on_until_the_test_parts_have_labels(tmp_path):
    assert {one.parsed.split for one in qia.read_clips(tmp_path, [TRAIN, VAL, TEST])} == {"train", "test"}
    (tmp_path / "labels.csv").write_text(f"path,Emotion,speaker\n{TEST},fea,s7\n{VAL},,\n")
    by_part = {one.path: one.parsed for one in qia.read_clips(tmp_path, [TRAIN, VAL, TEST])}
    assert {path: parsed.split for path, parsed in by_part.items()} == {TRAIN: "train", VAL: "validation", TEST: "test"}
    assert (by_part[TEST].emotion, by_part[TEST].speaker, by_part[VAL].emotion) == ("fear", "s7", "sadness")


def test_clips_without_a_label_and_missing_ones_are_reported(tmp_path):
    texts = [finding.text for finding in qia.remarks(tmp_path, [TRAIN, VAL, TEST])]
    assert texts[:2] == ["train: 1 of 44370 clips", "val: 1 of 5386 clips"]
    assert texts[2].startswith("1 clips of the test parts have no label")


def test_a_tree_is_read_and_its_split_needs_leave_to_share_speakers(tree, tmp_path):
    write_manifest(qia.CORPUS, tree, tmp_path / "qia.csv")
    table = read_corpus(qia.CORPUS, tree, tmp_path / "qia.csv")
    assert Counter(table.split) == {"train": 7, "test": 2}
    assert table.duration.between(0.3, 0.6).all()
    (fold,) = make_folds(table, OfficialSplit(kind="official", shared_speakers=True, shared_groups=False), seed=0)
    with pytest.raises(LeakError, match="unknown"):
        audit_folds(
            table,
            [fold],
            straddling=may_straddle(OfficialSplit(kind="official", shared_speakers=False, shared_groups=False)),
        )
    admitted = may_straddle(OfficialSplit(kind="official", shared_speakers=True, shared_groups=False))
    assert audit_folds(table, [fold], straddling=admitted)["speaker"] == 2


def test_the_check_of_a_part_finds_no_error(tree):
    report = examine(qia.CORPUS, tree)
    assert report.ok
    assert report.n_files == 15
