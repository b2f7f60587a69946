"""DaFEx: folders, file names, silent blocks. Oracles: names written by hand, and the size of the release."""

from collections import Counter

import pytest

from ser_tasks.corpora.catalogue import dafex
from ser_tasks.corpora.checking.doctor import examine
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import read_corpus
from tests.corpora.trees.dafex_tree import EMOTIONS, clip_name, write_dafex_tree

CLIP = "actor 4/block 2/a b c d e f hap high.avi"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Two actors, a block with sound and a silent one, seven clips in each."""
    root = tmp_path_factory.mktemp("dafex") / "DaFEx"
    write_dafex_tree(root)
    return root


def test_folders_say_actor_and_block_and_the_seventh_word_the_emotion(tmp_path):
    (one,) = dafex.read_clips(tmp_path, [CLIP])
    assert (one.parsed.speaker, one.parsed.gender, one.parsed.emotion) == ("4", "male", "happiness")
    assert (one.utterance_id, one.path) == ("actor4-block2-a b c d e f hap high", CLIP)


@pytest.mark.parametrize(
    "path",
    [
        "actor 9/block 2/a b c d e f hap high.avi",
        "actor/block 2/a b c d e f hap high.avi",
        "actor 4/block 7/a b c d e f hap high.avi",
        "actor 4/a b c d e f hap high.avi",
        "actor 4/block 2/a b c d e hap high.avi",
        "actor 4/block 2/a b c d e f joy high.avi",
        "actor 4/block 2/a b c d e f happy.avi",
        "actor 4/block 2/short.avi",
    ],
)
def test_a_path_outside_the_grammar_is_refused_with_its_name(tmp_path, path):
    with pytest.raises(CorpusError, match="not in the grammar of dafex, 1 in all") as error:
        dafex.read_clips(tmp_path, [CLIP, path])
    assert path in str(error.value)


def test_the_label_may_be_another_word(tmp_path):
    (one,) = dafex.corpus(label_field=1).read(tmp_path, ["1/1/x sad y.avi"])
    assert one.parsed.emotion == "sadness"
    with pytest.raises(CorpusError, match="as word 2"):
        dafex.corpus(label_field=1).read(tmp_path, [CLIP])


def test_a_wav_beside_a_video_is_taken_instead_of_it(tmp_path):
    wav = CLIP.replace(".avi", ".wav")
    assert [one.path for one in dafex.read_clips(tmp_path, [CLIP, wav])] == [wav]


def test_labels_of_a_table_come_before_those_of_names(tmp_path):
    lines = f"Path,Emotion,Speaker,Transcript\n{CLIP},sad,anna,Ciao\n1/1/x.avi,anger,,\n"
    (tmp_path / "labels.csv").write_text(lines)
    one, other = sorted(dafex.read_clips(tmp_path, [CLIP, "1/1/x.avi"]), key=lambda one: one.path, reverse=True)
    assert (one.parsed.speaker, one.parsed.emotion, one.parsed.transcript) == ("anna", "sadness", "Ciao")
    assert (other.parsed.speaker, other.parsed.emotion, other.parsed.transcript) == ("1", "anger", None)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("nowhere.avi,sad", "the path of a sound below the folder"),
        (f"{CLIP},glad", "an emotion of anger"),
        (f"{CLIP}", "as many fields as columns"),
        (f"{CLIP},sad,more", "as many fields as columns"),
    ],
)
def test_wrong_lines_of_the_table_are_named(tmp_path, line, expected):
    (tmp_path / "labels.csv").write_text(f"path,emotion\n{line}\n")
    with pytest.raises(CorpusError, match=rf"labels.csv:2: .*expected {expected}"):
        dafex.read_clips(tmp_path, [CLIP])


def test_a_table_with_other_columns_is_refused(tmp_path):
    (tmp_path / "labels.csv").write_text("file,label\n")
    with pytest.raises(CorpusError, match=r"labels.csv:1: .*expected columns path, emotion"):
        dafex.read_clips(tmp_path, [CLIP])


def test_silent_blocks_are_left_out_and_counted(tree):
    listing = list_audio(tree, dafex.CORPUS)
    assert len(listing.audio) == 14
    assert listing.skipped == {".avi files elsewhere than the utterances": 14}


def test_the_sound_of_the_videos_is_read(tree, tmp_path):
    write_manifest(dafex.CORPUS, tree, tmp_path / "dafex.csv")
    table = read_corpus(dafex.CORPUS, tree, tmp_path / "dafex.csv")
    assert Counter(table.speaker) == {"1": 7, "4": 7}
    assert set(table.emotion) == set(dafex.EMOTIONS.values())
    assert table.duration.tolist() == pytest.approx([0.4] * 14, abs=1e-3)
    assert table.sampling_rate.unique().tolist() == [22_050]


def test_the_release_has_672_clips_with_sound(tree):
    (margin,) = dafex.CORPUS.margins
    assert sum(margin.counts.values()) == 672
    assert set(margin.counts.values()) == {12}
    report = examine(dafex.CORPUS, tree)
    assert report.ok
    assert any("14 of 672 utterances" in finding.text for finding in report.findings)


def test_names_of_the_tree_are_those_the_grammar_expects():
    words = clip_name("ang", 1).split()
    assert words[6] == "ang"
    assert tuple(dafex.EMOTIONS) == EMOTIONS
