"""MSP-Podcast: label files of its releases, votes, the rule on speakers. Oracles: lines written and counted by hand."""

import tracemalloc
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.catalogue.msp_podcast import read_turns, remarks_on
from ser_tasks.corpora.catalogue.msp_podcast_release import COLUMNS, MOST_FAULTS, csv_columns, one_to_five, read_labels
from ser_tasks.corpora.catalogue.msp_podcast_votes import read_votes
from ser_tasks.corpora.checking.doctor import examine
from ser_tasks.corpora.corpus import CorpusError, Vote
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.plan import plan_import
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import assemble, read_corpus
from ser_tasks.corpora.synthesis.msp_podcast_tree import many_rows, write_tables, write_tree
from ser_tasks.errors import LeakError
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params import Loso, OfficialSplit, SpeakerKfold

HEAD = ",".join(COLUMNS)
LINES = (
    "MSP-PODCAST_0001_0008.wav,N,2.2,4.0,2.6,30,Male,Test1",
    "MSP-PODCAST_0023_0048.wav,A,7.0,1.0,5.5,12,Female,Train",
    "MSP-PODCAST_3469_0114_0006.wav,C,4.0,2.5,4.0,12,Female,Train",
    "MSP-PODCAST_0023_0050.wav,X,4.0,4.0,4.0,12,Female,Train",
    "MSP-PODCAST_0040_0001.wav,H,5.0,6.0,4.0,77,Female,Development",
    "MSP-PODCAST_0050_0001.wav,O,5.0,6.0,4.0,Unknown,Unknown,Train",
    "MSP-PODCAST_0060_0001.wav,S,2.0,2.0,2.0,30,Male,Train",
    "MSP-PODCAST_0070_0001.wav,D,4.0,2.0,4.0,30,Male,Test2",
)
HIDDEN = "MSP-PODCAST_test3_0001.wav,,,,,,,Test3"
OFFICIAL = OfficialSplit(kind="official", shared_speakers=False, shared_groups=False)
RELEASES = ("1.5", "1.8", "1.12", "2.0")


def release(root: Path, *lines: str, head: str = HEAD, place: str = "Labels/labels_consensus.csv") -> Path:
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).write_text("\n".join([head, *(lines or LINES)]) + "\n", encoding="utf-8")
    return root


def by_name(root: Path, test: str = "Test1", audio: tuple[str, ...] = ()):
    return {one.utterance_id.removeprefix("MSP-PODCAST_"): one for one in read_turns(root, audio, test=test)}


def test_a_line_of_the_table_is_an_utterance(tmp_path):
    found = by_name(release(tmp_path))
    one = found["0001_0008"]
    assert one.utterance_id == "MSP-PODCAST_0001_0008"
    assert (one.parsed.speaker, one.parsed.gender, one.parsed.emotion) == ("30", "male", "neutral")
    assert (one.parsed.split, one.parsed.session) == ("test", "0001")
    # 1 + 1.2 * 4 / 6, 1 + 3 * 4 / 6, 1 + 1.6 * 4 / 6
    assert (one.parsed.activation, one.parsed.valence, one.parsed.dominance) == (1.8, 3.0, 2.066667)
    assert found["3469_0114_0006"].parsed.emotion == "contempt"
    assert found["0040_0001"].parsed.split == "validation"
    assert found["0023_0050"].parsed.emotion == "no_agreement"


def test_a_turn_without_sound_is_left_out_unless_all_are_text(tmp_path):
    (one,) = by_name(release(tmp_path), audio=("Audios/MSP-PODCAST_0001_0008.wav",)).values()
    assert (one.utterance_id, one.path) == ("MSP-PODCAST_0001_0008", "Audios/MSP-PODCAST_0001_0008.wav")
    assert {one.path for one in by_name(tmp_path).values()} == {None}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", 1.0), ("7.000000", 5.0), ("4.0", 3.0), ("2.5", 2.0), (" 1 ", 1.0), ("", None), ("NaN", None)],
)
def test_the_scale_from_1_to_7_is_written_from_1_to_5(value, expected):
    assert one_to_five(value) == expected


def test_unknown_speakers_and_speakers_of_a_later_partition_are_left_out_and_counted(tmp_path):
    root = release(tmp_path, *LINES, HIDDEN)
    assert set(by_name(root)) == {"0001_0008", "0023_0048", "3469_0114_0006", "0023_0050", "0040_0001"}
    assert [one.text for one in remarks_on(root, [], test="Test1") if one.topic == "left out"] == [
        "1 turns are of Test2, which msp_podcast_test2 tests",
        "1 turns of Train have a speaker who is in Test1 too",
        "1 turns of Train have an unknown speaker, who may be one of Test1",
    ]


def test_each_test_set_is_a_corpus_of_its_own(tmp_path):
    root = release(tmp_path)
    second = by_name(root, test="Test2")
    assert {name for name, one in second.items() if one.parsed.split == "test"} == {"0070_0001"}
    assert "0001_0008" not in second, "Test1 shares speakers with Test2, and is never trained on"
    assert "0060_0001" not in second
    for name, test in (("msp_podcast", "Test1"), ("msp_podcast_test2", "Test2")):
        read = CORPORA[name].read
        assert read is not None
        assert [one.utterance_id for one in read(root, [])] == [
            one.utterance_id for one in read_turns(root, [], test=test)
        ]


def test_unknown_speakers_are_left_out_of_every_partition(tmp_path):
    lines = [f"MSP-PODCAST_0001_000{i}.wav,N,1,1,1,Unknown,Unknown,{part}" for i, part in enumerate(("Test1", "Train"))]
    assert by_name(release(tmp_path, *lines, *LINES[:2])).keys() == {"0001_0008", "0023_0048"}


@pytest.mark.parametrize("protocol", [OFFICIAL, Loso(kind="loso"), SpeakerKfold(kind="speaker_kfold", folds=3)])
@pytest.mark.parametrize("corpus", ["msp_podcast", "msp_podcast_test2"])
def test_the_audit_finds_no_leak_under_any_protocol_and_finds_one_without_the_rule(tmp_path, corpus, protocol):
    rows = [*many_rows(400, speakers=40)]
    write_tables(tmp_path, rows, release="2.0")
    declared = CORPORA[corpus]
    assert declared.read is not None
    table = assemble(declared, declared.read(tmp_path, []), [])
    labelled = apply_preset(table, declared.presets["four_classes"]).utterances
    folds = make_folds(labelled, protocol, seed=0)
    assert audit_folds(labelled, folds, straddling=may_straddle(protocol)) == {"speaker": 0, "group": 0}
    unruled = pd.DataFrame(
        {
            "utterance_id": [row.name for row in rows],
            "speaker": [row.speaker for row in rows],
            "group": None,
            "sha256": None,
            "split": [{"Train": "train", "Development": "validation"}.get(row.part, "test") for row in rows],
        }
    )
    leaky = unruled.assign(split=unruled.split.mask(unruled.speaker == "Unknown", "train"))
    leaky.loc[0, ["speaker", "split"]] = ["Unknown", "test"]
    with pytest.raises(LeakError, match="1 speakers are in train and in test: Unknown"):
        audit_folds(leaky, make_folds(leaky, OFFICIAL, seed=0), straddling=frozenset())


@pytest.mark.parametrize("which", RELEASES)
def test_every_release_is_the_same_corpus(tmp_path, which):
    rows = [*many_rows(300, speakers=30)]
    write_tables(tmp_path, rows, release=which)
    found = by_name(tmp_path)
    expected = {row.name: row for row in rows if row.part != "Test2" and row.speaker != "Unknown"}
    assert {f"MSP-PODCAST_{name}" for name in found} == set(expected)
    for name, one in found.items():
        row = expected[f"MSP-PODCAST_{name}"]
        assert one.parsed.speaker == row.speaker
        assert one.parsed.gender == row.gender.lower()
        assert one.parsed.split == {"Train": "train", "Development": "validation", "Test1": "test"}[row.part]
        assert one.parsed.valence == pytest.approx(1 + (row.ratings[1] - 1) * 4 / 6, abs=1e-6)
        assert [vote.rater for vote in one.parsed.votes] == [vote[0] for vote in row.votes]
        means = [sum(vote.valence for vote in one.parsed.votes) / 5]  # the consensus is the mean of the votes
        assert means == [pytest.approx(one.parsed.valence, abs=1e-5)]


def test_the_label_with_most_votes_is_the_consensus(tmp_path):
    write_tables(tmp_path, many_rows(200, speakers=20), release="2.0")
    words = {"Angry": "anger", "Happy": "happiness", "Sad": "sadness", "Neutral": "neutral", "Other": "other"}
    for one in by_name(tmp_path).values():
        counts = Counter(words[vote.labels[0]] for vote in one.parsed.votes)
        most = [name for name, n in counts.items() if n == max(counts.values())]
        assert one.parsed.emotion == (most[0] if len(most) == 1 else "no_agreement")


DETAILS = {
    "WORKER00000001; Neutral; Neutral,Concerned; A:1.000000; V:4.000000; D:7.000000;": Vote(
        "WORKER00000001", ("Neutral",), 3.0, 1.0, 5.0, "secondary: Neutral,Concerned"
    ),
    "WORKER0000002; Angry; ; A:4.000000; V:4.000000; D:4.000000;": Vote("WORKER0000002", ("Angry",), 3.0, 3.0, 3.0),
    "WORKER3; Angry; A:4; V:4; D:4": Vote("WORKER3", ("Angry",), 3.0, 3.0, 3.0),
    "WORKER4; Other-not sure, but tired; Sad; A:4; V:4; D:4;": Vote(
        "WORKER4", ("Other",), 3.0, 3.0, 3.0, "not sure, but tired; secondary: Sad"
    ),
    "WORKER5; Other-a;b; Sad,Other-c\nd; A:4; V:NaN; D:;": Vote(
        "WORKER5", ("Other",), None, 3.0, None, "a;b; secondary: Sad,Other-c\nd"
    ),
    "WORKER6; Other; Sad; A:0.000000; V:4; D:8;": Vote("WORKER6", ("Other",), 3.0, None, None, "secondary: Sad"),
}


def details(root: Path, lines: list[str], head: str = "FileName,EmoDetail") -> Path:
    (release(root) / "Labels/labels_detailed.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("detail", DETAILS)
def test_a_vote_in_one_cell_is_read_with_its_words_and_ratings(tmp_path, detail):
    root = details(tmp_path, [f'MSP-PODCAST_0001_0008.wav,"{detail}"'])
    found = read_votes(root, ["MSP-PODCAST_0001_0008"], labelled=["MSP-PODCAST_0001_0008"])
    assert (found.by_turn, found.faults) == ({"MSP-PODCAST_0001_0008": [DETAILS[detail]]}, ())
    assert found.outside == (2 if "WORKER6" in detail else 0)


@pytest.mark.parametrize("rater", ["WorkerID", "Workers"])
def test_votes_in_columns_are_the_same_whatever_the_column_of_the_rater_is_called(tmp_path, rater):
    head = f"FileName,{rater},EmoClass_Major,EmoClass_Second,EmoAct,EmoVal,EmoDom"
    lines = ['MSP-PODCAST_0001_0008.wav,WORKER1,Neutral,"Neutral,Sad",1,4,7', "MSP-PODCAST_0001_0008.wav,W2,Sad,,7,,1"]
    assert by_name(details(tmp_path, lines, head))["0001_0008"].parsed.votes == (
        Vote("WORKER1", ("Neutral",), 3.0, 1.0, 5.0, "secondary: Neutral,Sad"),
        Vote("W2", ("Sad",), None, 5.0, 1.0),
    )


def test_votes_of_blocks_may_go_over_lines(tmp_path):
    (tmp_path / "Labels").mkdir()
    vote = "WORKER1; Other-on\n\ntwo; Sad; A:4.0; V:4.0; D:4.0;\n"
    text = f"MSP-PODCAST_0001_0008.wav; N; A:2.2; V:4.0; D:2.6;\n{vote}{vote.replace('WORKER1', 'WORKER2')}\n"
    (tmp_path / "Labels/labels.txt").write_text(text)
    (tmp_path / "Partition.txt").write_text("Test1; MSP-PODCAST_0001_0008.wav\n\n")
    (tmp_path / "Speaker_ids.txt").write_text("Speaker_30; Male\n****\nMSP-PODCAST_0001_0008.wav; 30\n")
    one = by_name(tmp_path)["0001_0008"]
    assert (one.parsed.speaker, one.parsed.gender, one.parsed.activation) == ("30", "male", 1.8)
    assert [(vote.rater, vote.comment) for vote in one.parsed.votes] == [
        ("WORKER1", "on\ntwo; secondary: Sad"),
        ("WORKER2", "on\ntwo; secondary: Sad"),
    ]


def test_words_are_those_of_the_transcripts(tmp_path):
    release(tmp_path)
    for name, text in {"0001_0008": "I’m  here,\nyes.\n", "0023_0048": " \n", "9999_0001": "no label"}.items():
        file = tmp_path / f"Transcripts/Transcripts/MSP-PODCAST_{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    words = {name: one.parsed.transcript for name, one in by_name(tmp_path).items()}
    assert (words.pop("0001_0008"), words.pop("0023_0048"), set(words.values())) == ("I’m here, yes.", "", {None})


WRONG = {
    "MSP-PODCAST_1.wav,N,2.2,4.0,2.6,30,Male,Test1": "a file name like MSP-PODCAST_0001_0008.wav",
    "MSP-PODCAST_0001_0009.wav,Q,2.2,4.0,2.6,30,Male,Test1": "a label of A S H U F D C N O X as EmoClass",
    "MSP-PODCAST_0001_0009.wav,N,7.2,4.0,2.6,30,Male,Test1": "numbers from 1 to 7 as EmoAct, EmoVal, EmoDom",
    "MSP-PODCAST_0001_0009.wav,N,2.2,x,2.6,30,Male,Test1": "numbers from 1 to 7 as EmoAct, EmoVal, EmoDom",
    "MSP-PODCAST_0001_0009.wav,N,2.2,4.0,2.6,30,M,Test1": "Male, Female or Unknown as Gender",
    "MSP-PODCAST_0001_0009.wav,N,2.2,4.0,2.6,30,Male,Test4": "a partition of Train Development Test1 Test2 Test3",
    "MSP-PODCAST_0001_0009.wav,N,2.2": "the columns FileName, EmoClass",
    "MSP-PODCAST_0001_0008.wav,N,2.2,4.0,2.6,30,Male,Test1": "each turn once",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_refused_with_its_number_and_what_was_expected(tmp_path, line):
    with pytest.raises(CorpusError) as error:
        by_name(release(tmp_path, *LINES, line))
    assert f"Labels/labels_consensus.csv:{len(LINES) + 2}: found" in str(error.value)
    assert f"expected {WRONG[line]}" in str(error.value)


def test_a_table_that_is_wrong_throughout_is_read_no_further_than_its_first_faults(tmp_path):
    lines = [line.replace("MSP-PODCAST", "PODCAST") for line in LINES[:1]] * 1000
    assert len(read_labels(release(tmp_path, *lines)).faults) == MOST_FAULTS


def test_votes_that_are_none_and_blocks_without_partition_are_refused_by_line(tmp_path):
    with pytest.raises(CorpusError, match=r"labels_detailed.csv:2: found 'WORKER1 Neutral', expected WORKER00000001;"):
        by_name(details(tmp_path, ["MSP-PODCAST_0001_0008.wav,WORKER1 Neutral"]))
    (tmp_path / "Labels/labels_consensus.csv").unlink()
    block = "MSP-PODCAST_0001_0008.wav; N; A:2.2; V:4.0; D:2.6;\nMSP-PODCAST_0001_0009.wav; N; 2.2; V:4.0; D:2.6;\n"
    (tmp_path / "Labels/labels.txt").write_text(block)
    with pytest.raises(CorpusError, match=r"no Partitions.txt, which labels.txt needs. Take it from the release"):
        by_name(tmp_path)
    (tmp_path / "Partitions.txt").write_text("")
    (tmp_path / "Labels/labels_detailed.csv").unlink()
    with pytest.raises(CorpusError) as error:
        by_name(tmp_path)
    assert "labels.txt:1: found 'a line', expected a line of Partitions.txt for MSP-PODCAST_0001_0008.wav" in str(
        error.value
    )
    assert "labels.txt:2: found 'a line', expected MSP-PODCAST_0001_0008.wav; N; A:2.200000;" in str(error.value)


def test_a_release_without_labels_with_two_of_them_or_without_a_column_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"neither labels_consensus.csv nor labels.txt .*Unpack Labels of"):
        by_name(tmp_path)
    release(tmp_path, head=HEAD.replace("SpkrID", "Speaker"))
    with pytest.raises(CorpusError, match=r"labels_consensus.csv:1: no column SpkrID; found FileName, .*Restore"):
        by_name(tmp_path)
    release(tmp_path, place="labels/labels_concensus.csv")
    with pytest.raises(CorpusError, match=r"there 2 times: Labels/labels_consensus.csv, labels/labels_concensus.csv"):
        by_name(tmp_path)


def test_sounds_that_are_none_of_the_corpus_or_there_twice_are_refused(tmp_path):
    root, name = release(tmp_path), "MSP-PODCAST_0001_0008"
    with pytest.raises(CorpusError, match=r"Audios/.*snr5.wav: found .*expected a name like MSP-PODCAST_0001_0008"):
        by_name(root, audio=(f"Audios/{name}_snr5.wav",))
    with pytest.raises(CorpusError, match="expected one sound for each turn"):
        by_name(root, audio=(f"Audios/{name}.wav", f"Audios/Audios/{name}.wav"))


@pytest.mark.parametrize("place", ["labels/labels_concensus.csv", "Labels/Labels/labels_consensus.csv", "label/x.csv"])
def test_the_folder_may_be_spelt_as_in_any_release_and_unpacked_one_deeper(tmp_path, place):
    if place.endswith("x.csv"):
        with pytest.raises(CorpusError, match="neither"):
            by_name(release(tmp_path, place=place))
    else:
        assert len(by_name(release(tmp_path, place=place))) == 5


def test_lines_in_windows_1252_and_a_byte_order_mark_are_read(tmp_path):
    details(tmp_path, [])
    lines = ["FileName,EmoDetail", 'MSP-PODCAST_0001_0008.wav,"WORKER1; Other-café; Sad; A:4; V:4; D:4;"', ""]
    (tmp_path / "Labels/labels_detailed.csv").write_bytes("\r\n".join(lines).encode("cp1252"))
    (tmp_path / "Labels/labels_consensus.csv").write_bytes(
        b"\xef\xbb\xbf" + (tmp_path / "Labels/labels_consensus.csv").read_bytes()
    )
    assert by_name(tmp_path)["0001_0008"].parsed.votes[0].comment == "café; secondary: Sad"


def test_a_table_is_read_line_by_line(tmp_path):
    write_tables(tmp_path, many_rows(4000, speakers=100), release="1.12")
    file = tmp_path / "Labels/labels_detailed.csv"
    tracemalloc.start()
    rows = sum(1 for _ in csv_columns(file, ("FileName", "EmoDetail")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (rows, peak < file.stat().st_size / 5) == (20_000, True)


def test_the_classes_are_eight_and_other_and_no_agreement_are_counted(tmp_path):
    table = assemble(CORPORA["msp_podcast"], read_turns(release(tmp_path), [], test="Test1"), [])
    found = apply_preset(table, CORPORA["msp_podcast"].presets["eight_classes"])
    assert found.dropped == {"emotion no_agreement": 1}
    assert set(CORPORA["msp_podcast"].presets["eight_classes"].classes) == {
        *("anger", "sadness", "happiness", "surprise", "fear", "disgust", "contempt", "neutral")
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Two turns of each speaker, with sound: 16 speakers in 4 partitions, 32 turns and two of Test3."""
    root = tmp_path_factory.mktemp("msp") / "MSP-PODCAST"
    write_tree(root, turns=2)
    return root


def test_a_tree_with_sound_becomes_a_table_and_its_doctor_says_what_is_left_out(tree, tmp_path):
    declared = CORPORA["msp_podcast"]
    listing = list_audio(tree, declared)
    assert Counter(path.split("/")[0] for path in listing.version) == {
        **{"Audios": 33, "Labels": 3, "Transcripts": 31, "Partitions.txt": 1, "Speaker_ids.txt": 1}
    }
    write_manifest(declared, tree, tmp_path / "manifest.csv")
    table = read_corpus(declared, tree, tmp_path / "manifest.csv")
    assert table.groupby("split").speaker.agg(set).to_dict() == {
        "train": {"1", "2", "3", "4", "5", "6"},  # the speaker 9 of Train is in Test1 too
        "validation": {"7", "8"},
        "test": {"9", "10", "11"},
    }
    assert (len(table), table.path.isna().sum(), table.transcript.isna().sum()) == (21, 0, 1)
    assert set(table.votes.map(len)) == {5}
    report = examine(declared, tree, manifest=tmp_path / "manifest.csv")
    assert report.ok
    said = defaultdict(list)
    for finding in report.findings:
        said[finding.level].append(finding.text.split(":")[0])
    assert said["warning"] == [
        "1 turns have a label, but no sound",
        "1 turns have a label, but no transcript",
    ]
    assert "2 sounds are of Test3, whose labels are not public" in said["note"]
    assert "4 turns of Train have an unknown speaker, who may be one of Test1" in said["note"]


def test_the_import_of_the_folder_reads_the_same_and_keeps_what_the_rule_leaves_out(tree):
    imported = plan_import("mine", ImportOptions(path=str(tree), drop=["missing"])).table.set_index("utterance_id")
    mine = {one.utterance_id: one.parsed for one in read_turns(tree, [], test="Test1")}
    shared = imported.loc[sorted(set(mine) & set(imported.index))]
    assert len(shared) >= 16
    for name, row in shared.iterrows():
        assert (row.speaker, row.gender, row.split) == (mine[name].speaker, mine[name].gender, mine[name].split)
        assert [float(row[scale]) for scale in ("activation", "valence", "dominance")] == [
            mine[name].activation, mine[name].valence, mine[name].dominance
        ]  # fmt: skip
    assert set(imported.speaker[~imported.index.isin(list(mine))]) == {"9"}, "of Train, and in Test1 too"


def test_findings_say_what_the_label_files_lack(tmp_path):
    other = "MSP-PODCAST_9999_0001.wav,WORKER1; Sad; Sad; A:4; V:4; D:4;"
    bad = "MSP-PODCAST_0001_0008.wav,WORKER1; Sad; Sad; A:9; V:4; D:4;"
    root = details(tmp_path, [other, bad])
    line = LINES[1].replace("0048", "0049").replace("Female", "Male")
    release(root, *LINES, line)
    audio = [f"Audios/MSP-PODCAST_{name}.wav" for name in ("0001_0008", "8888_0001")]
    texts = [one.text for one in remarks_on(root, audio, test="Test1")]
    assert texts[0].startswith("9 labelled turns: no release known here has as many (1.8: 73042")
    for expected in (
        "5 turns have a label, but no sound: left out: MSP-PODCAST_0023_0048",
        "1 sounds have no label, and are left out: MSP-PODCAST_8888_0001",
        "5 turns have a label, but no vote",
        "1 turns have votes and no label: left out: MSP-PODCAST_9999_0001",
        "1 ratings of raters are no number from 1 to 7, and are left out",
        "1 speakers have two genders, in one turn and another: 12",
    ):
        assert any(text.startswith(expected) for text in texts), expected
    (root / "Labels/labels_detailed.csv").unlink()
    assert any("the votes of the raters are not known" in one.text for one in remarks_on(root, [], test="Test1"))
