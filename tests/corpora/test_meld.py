"""MELD: tables, encodings, clips, official split. Oracles: lines written by hand, and the published counts."""

import pytest

from ser_tasks.corpora.catalogue import meld
from ser_tasks.corpora.checking.doctor import examine
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.corpora.text_file import mend_text
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params import OfficialSplit
from tests.corpora.trees.video import write_video

HEADER = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
REST = '3,19,"00:14:38,127","00:14:40,378"\n'
LINES = {
    "train": [f"1,Oh my God!,Joey,surprise,negative,0,0,{REST}", f'1,"Well, no.",Ross,neutral,neutral,0,10,{REST}'],
    "dev": [f"1,Hi.,Monica,joy,positive,0,0,{REST}"],
    "test": [f"1,Stop it!,Joey,anger,negative,0,0,{REST}", f"2,Yes.,A Waiter,neutral,neutral,0,2,{REST}"],
}


def tables(root, **lines):
    root.mkdir(exist_ok=True)
    for part, mine in (LINES | lines).items():
        (root / f"{part}_sent_emo.csv").write_text(HEADER + "".join(mine), encoding="utf-8")
    return root


def test_a_line_is_an_utterance_of_its_part_without_sound(tmp_path):
    one, other, *_ = meld.read(tables(tmp_path), [])
    assert (one.utterance_id, one.path) == ("train_dia0000_utt00", None)
    assert (one.parsed.speaker, one.parsed.emotion, one.parsed.split) == ("Joey", "surprise", "train")
    assert (other.parsed.transcript, other.parsed.turn) == ("Well, no.", 10)
    assert one.parsed.group == other.parsed.group == "train_dia0000"


def test_the_same_dialogue_number_in_two_parts_is_two_dialogues(tmp_path):
    utterances = meld.read(tables(tmp_path), [])
    assert {one.parsed.group for one in utterances} == {"train_dia0000", "dev_dia0000", "test_dia0000"}
    assert {one.parsed.split for one in utterances} == {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("I\x92m", "I’m"),  # Windows-1252 read as Latin-1: how the release writes it
        ("I\u00e2\u20ac\u2122m", "I’m"),  # UTF-8 read as Windows-1252
        ("I\u00e2\x80\x99m", "I’m"),  # UTF-8 read as Latin-1
        ("\u00e2\u20ac\u0153so\u00e2\u20ac\x9d", "“so”"),  # Windows-1252 has no character for the last byte
        ("wait\x85 \x97 no", "wait… — no"),
        ("caf\u00c3\u00a9", "café"),
        ("café, I’m “so” — …", "café, I’m “so” — …"),
        ("Günther", "Günther"),
        ("plain", "plain"),
    ],
)
def test_quotes_that_went_through_a_wrong_encoding_are_repaired_and_right_ones_kept(found, meant):
    assert mend_text(found) == meant


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_tables_of_any_encoding_say_the_same(tmp_path, encoding):
    text = HEADER + f"1,I’m at a café…,Joey,joy,positive,0,0,{REST}"
    (tables(tmp_path) / "dev_sent_emo.csv").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    (one,) = [one for one in meld.read(tmp_path, []) if one.parsed.split == "validation"]
    assert one.parsed.transcript == "I’m at a café…"


def test_all_wrong_lines_are_reported_at_once_with_file_and_line(tmp_path):
    root = tables(
        tmp_path,
        train=[*LINES["train"], f"3,Hm,Joey,happy,positive,1,0,{REST}", f'4,"two\nlines",Joey,joy,positive,1,x,{REST}'],
        test=[*LINES["test"], f"3,Again,Joey,joy,positive,0,2,{REST}", f"4,,Joey,joy,positive,0,3,{REST}", "5,short\n"],
    )
    with pytest.raises(CorpusError) as error:
        meld.read(root, [])
    message = str(error.value)
    assert "not in the grammar of meld, 5 in all" in message
    assert "train_sent_emo.csv:4: found 'Hm | Joey | happy | 1 | 0', expected an emotion of anger" in message
    assert "train_sent_emo.csv:6: " in message
    assert (
        "test_sent_emo.csv:4: found 'Again | Joey | joy | 0 | 2', expected each utterance of a dialogue once" in message
    )
    assert "test_sent_emo.csv:5: found ' | Joey | joy | 0 | 3', expected a speaker and an utterance" in message
    assert "test_sent_emo.csv:6: " in message


def test_a_table_that_is_missing_or_there_twice_is_refused(tmp_path):
    root = tables(tmp_path)
    (root / "dev").mkdir()
    (root / "dev" / "dev_sent_emo.csv").write_text(HEADER)
    with pytest.raises(CorpusError, match=r"there 2 times .*Take it from the release"):
        meld.read(root, [])
    (root / "dev_sent_emo.csv").unlink()
    assert {one.parsed.split for one in meld.read(root, [])} == {"train", "test"}
    (root / "test_sent_emo.csv").unlink()
    with pytest.raises(CorpusError, match="nowhere"):
        meld.read(root, [])


def test_a_table_without_its_columns_is_refused(tmp_path):
    (tables(tmp_path) / "dev_sent_emo.csv").write_text("Utterance,Speaker\nHi,Joey\n")
    with pytest.raises(CorpusError, match=r"dev_sent_emo.csv:1: .*expected the columns Utterance, Speaker, Emotion"):
        meld.read(tmp_path, [])


def test_clips_are_found_in_the_folders_of_the_release():
    paths = [
        "train/train_splits/dia0_utt10.mp4",
        "dev_splits_complete/dia0_utt0.mp4",
        "test/output_repeated_splits_test/dia0_utt0.mp4",
        "test/output_repeated_splits_test/dia0_utt0.wav",
        "test/output_repeated_splits_test/final_videos_testdia0_utt2.mp4",
        "elsewhere/dia0_utt2.mp4",
    ]
    assert meld.find_clips(paths) == {
        "train_dia0000_utt10": paths[0],
        "dev_dia0000_utt00": paths[1],
        "test_dia0000_utt00": paths[3],
    }


def test_lines_without_clips_and_clips_without_lines_are_reported(tmp_path):
    root, clips = tables(tmp_path), ["test/dia0_utt0.mp4", "test/dia9_utt9.mp4"]
    assert [finding.text for finding in meld.remarks(root, [])] == ["none: every utterance is text alone"]
    missing, strange = meld.remarks(root, clips)
    assert missing.text.startswith("4 of 5 utterances have no clip")
    assert strange.text.endswith("left out: test/dia9_utt9.mp4")


def test_the_counts_are_those_of_the_publication():
    (margin,) = meld.CORPUS.margins
    sizes = {
        part: sum(n for (split, _), n in margin.counts.items() if split == part)
        for part in ("train", "validation", "test")
    }
    assert sizes == {"train": 9989, "validation": 1109, "test": 2610}


def test_text_alone_is_a_corpus_and_its_check_reports_what_is_missing(tmp_path):
    report = examine(meld.CORPUS, tables(tmp_path / "meld"))
    assert report.ok
    assert any("5 of 13708 utterances" in finding.text for finding in report.findings)


def test_the_official_split_needs_leave_to_share_speakers(tmp_path):
    root = tables(tmp_path / "meld")
    write_manifest(meld.CORPUS, root, tmp_path / "meld.csv")
    table = apply_preset(read_corpus(meld.CORPUS, root, tmp_path / "meld.csv"), meld.CORPUS.presets["meld7"]).utterances
    protocol = OfficialSplit(kind="official", shared_speakers=True, shared_groups=False)
    (fold,) = make_folds(table, protocol, seed=0)
    assert (len(fold.train), len(fold.validation), len(fold.test)) == (2, 1, 2)
    assert audit_folds(table, [fold], straddling=may_straddle(protocol)) == {"speaker": 1, "group": 0}  # Joey


def test_the_sound_of_a_clip_is_read(tmp_path):
    root = tables(tmp_path / "meld")
    write_video(root / "test" / "dia0_utt2.mp4", codec="aac")
    write_manifest(meld.CORPUS, root, tmp_path / "meld.csv")
    table = read_corpus(meld.CORPUS, root, tmp_path / "meld.csv").set_index("utterance_id")
    assert table.path["test_dia0000_utt02"] == "test/dia0_utt2.mp4"
    assert 0.3 < table.duration["test_dia0000_utt02"] < 0.6
    assert table.path.notna().sum() == 1
