"""IEMOCAP: names, label files, counts, splits. Oracles: the published counts, and lines written by hand."""

import time
from collections import Counter
from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest

from ser_tasks.corpora.catalogue import iemocap
from ser_tasks.corpora.catalogue.iemocap import interleaved_split
from ser_tasks.corpora.catalogue.iemocap_release import parse_evaluation, parse_transcription, parse_turn
from ser_tasks.corpora.checking.doctor import examine
from ser_tasks.corpora.corpus import CorpusError, Vote, margin_findings
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import assemble, read_corpus
from ser_tasks.corpora.synthesis.iemocap_tree import write_tree
from ser_tasks.corpora.utterances import read_utterances, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params import LeaveSessionOut, OfficialSplit
from tests.corpora.trees.full_iemocap import write_full_tree

HEADER = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
HEAD = "[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 3.0000, 2.0000]\n"
EVALUATION = "Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Two sessions of four dialogs with a turn of each speaker; copies are changed, the tree never."""
    root = tmp_path_factory.mktemp("iemocap") / "IEMOCAP"
    write_tree(root, sessions=(1, 5), turns=1)
    return root


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The table of as many turns as the release has, without sound."""
    root = tmp_path_factory.mktemp("full") / "IEMOCAP"
    sounds = write_full_tree(root)
    start = time.process_time()
    utterances = iemocap.read(root, sounds)
    seconds = time.process_time() - start
    return seconds, [one.parsed for one in utterances], assemble(iemocap.CORPUS, utterances, [])


def tiny(root: Path, evaluation: str, words: str = "", sounds=()) -> Path:
    """One dialog of Session 1."""
    for folder, text in (("EmoEvaluation", evaluation), ("transcriptions", words)):
        path = root / "Session1" / "dialog" / folder / "Ses01F_impro01.txt"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return root


def turn(text, dialog="Ses01F_impro01"):
    evaluation = parse_evaluation("file", dialog, HEADER + text)
    assert not evaluation.faults
    return evaluation.turns[0]


def faults(text):
    return [(fault.line, fault.found) for fault in parse_evaluation("file", "Ses01F_impro01", text).faults]


def test_the_speaker_is_the_letter_of_the_last_part_not_the_wearer_of_the_markers():
    named = parse_turn("Ses01F_impro01_M000")
    assert (named.speaker, named.gender, named.session) == ("1M", "male", "1")
    assert parse_turn("Ses03M_script02_1_F004").speaker == "3F"


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("Ses01F_impro01_F000", "improvised"),
        ("Ses03M_impro05a_F023", "improvised"),
        ("Ses03M_impro08b_M001", "improvised"),
        ("Ses05M_script01_1b_F010", "scripted"),
        ("Ses02F_script03_2_FX12", "scripted"),
        ("Ses04M_impro07_MXX0", "improvised"),
    ],
)
def test_names_of_the_release_are_turns(name, style):
    assert parse_turn(name).style == style


@pytest.mark.parametrize(
    "name",
    [
        "Ses06F_impro01_F000",
        "Ses01X_impro01_F000",
        "Ses01F_impro09_F000",
        "Ses01F_impro01_X000",
        "Ses01F_impro01_F00",
        "Ses01F_impro01",
        "xSes01F_impro01_F000",
        "Ses01F_impro01_F000\n",
        "Ses01F_script04_1_F000",
        "Ses01F_impro01_F٠٠٠",
    ],
)
def test_other_names_are_not_guessed(name):
    assert parse_turn(name) is None


def test_a_head_gives_times_label_valence_activation_dominance_in_this_order():
    one = turn(HEAD)
    assert (one.name, one.start, one.end, one.emotion) == ("Ses01F_impro01_F000", 6.2901, 8.2357, "neutral")
    assert (one.valence, one.activation, one.dominance) == (2.5, 3.0, 2.0)


def test_every_rater_is_kept_as_a_vote():
    raters = "C-E2:\tNeutral;\t()\nC-E3:\tFrustration; Anger;\t(tired (very))\n"
    raters += "A-E3:\tval 3; act ; dom  2;\t()\nC-F1:\tExcited;\n"
    assert turn(HEAD + raters).votes == [
        Vote("E2", ("Neutral",)),
        Vote("E3", ("Frustration", "Anger"), comment="tired (very)"),
        Vote("E3", valence=3.0, dominance=2.0),
        Vote("F1", ("Excited",)),
    ]


def test_windows_line_ends_change_nothing():
    text = HEAD + "C-E2:\tNeutral;\t()\n"
    assert turn(text) == turn(text.replace("\n", "\r\n"))


@pytest.mark.parametrize(
    "line",
    [
        HEAD.replace("\t", " "),
        HEAD.replace("neu", "joy"),
        HEAD.replace("Ses01F_impro01_F000", "Ses01F_impro02_F000"),
        HEAD.replace("Ses01F_impro01_F000", "Ses01F_impro01_X000"),
        HEAD.replace("8.2357", "6.2901"),
        HEAD.replace("2.5000", "2.5.0"),
        HEAD.replace("]\tSes", "\tSes"),
        HEAD.replace("2.5000, ", ""),
        HEAD.rstrip("\n") + " and more\n",
        "C-E2:\tNeutral;\t()\n",
        HEAD + "\nC-E2:\tNeutral;\t()\n",
        HEAD + "A-E3:\tval x; act 3; dom 2;\t()\n",
        HEAD + "B-E3:\tNeutral;\t()\n",
        HEAD + "a stray remark\n",
        HEAD + "\n" + HEAD,
    ],
)
def test_a_line_outside_the_grammar_is_a_fault_with_its_number(line):
    found = faults(HEADER + line)
    lines = (HEADER + line).rstrip("\n").split("\n")
    assert found == [(len(lines), lines[-1])]


def test_a_file_without_the_header_is_not_an_evaluation():
    assert faults(HEAD) == [(1, HEAD.rstrip("\n"))]


def test_all_faults_of_all_files_are_reported_at_once_with_the_fix(tmp_path):
    root = tiny(tmp_path, HEADER + "[1 - 2]\n\n" + HEAD + "what\n", "Ses01F_impro01_F000 (1-2) words\n")
    with pytest.raises(CorpusError) as error:
        iemocap.read(root, ["Session1/sentences/wav/Ses01F_impro01/other.wav"])
    message = str(error.value)
    assert "not in the grammar of iemocap, 4 in all" in message
    assert f"{EVALUATION}:3: found '[1 - 2]', expected [start - end], turn, label" in message
    assert f"{EVALUATION}:6: found 'what', expected C-E1: labels" in message
    assert "transcriptions/Ses01F_impro01.txt:1: found 'Ses01F_impro01_F000 (1-2) words'" in message
    assert "found 'other.wav'" in message
    assert "Restore these files from the release" in message


def test_transcription_keeps_turns_and_counts_what_names_none():
    text = "Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.\nM: [LAUGHTER]\n\nSes01F_impro01_MXX0 [009.0-010.0]:\n"
    transcription = parse_transcription("file", text)
    assert transcription.words == {"Ses01F_impro01_F000": "Excuse me.", "Ses01F_impro01_MXX0": ""}
    assert (transcription.skipped, transcription.faults) == (1, ())


def test_quotes_of_windows_are_read_as_quotes(tmp_path):
    root = tiny(tmp_path, HEADER + HEAD)
    line = b"Ses01F_impro01_F000 [006.2901-008.2357]: It\x92s me.\n"
    (root / "Session1/dialog/transcriptions/Ses01F_impro01.txt").write_bytes(line)
    assert iemocap.read(root, [])[0].parsed.transcript == "It’s me."


def test_a_sound_under_another_dialog_or_session_is_refused(tmp_path):
    root = tiny(tmp_path, HEADER + HEAD)
    for path in (
        "Session1/sentences/wav/Ses01F_impro02/Ses01F_impro01_F000.wav",
        "Session2/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav",
    ):
        with pytest.raises(CorpusError, match="not in the grammar of iemocap, 1 in all"):
            iemocap.read(root, [path])


def test_a_dialog_in_the_folder_of_another_session_is_refused(tmp_path):
    root = tiny(tmp_path, HEADER + HEAD)
    (root / "Session1").rename(root / "Session2")
    with pytest.raises(CorpusError, match=r"expected a dialog of the session, like Ses01F_impro01"):
        iemocap.read(root, [])


def test_turns_without_sound_or_words_are_kept_and_reported(tmp_path):
    root = tiny(tmp_path, HEADER + HEAD + "\n" + HEAD.replace("F000", "M000"), "Ses01F_impro01_FXX0 [1.0-2.0]: hm\n")
    sounds = [f"Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_{last}.wav" for last in ("F000", "F009")]
    first, second = iemocap.read(root, sounds)
    assert (first.path, second.path, first.parsed.transcript) == (sounds[0], None, None)
    assert [(finding.level, finding.text) for finding in iemocap.remarks(root, sounds)] == [
        ("warning", "1 turns have a label, but no sound: they count as text alone: Ses01F_impro01_M000"),
        ("warning", "2 turns have a label, but no transcript: Ses01F_impro01_F000, Ses01F_impro01_M000"),
        ("warning", "1 sounds have no label, and are left out: Ses01F_impro01_F009"),
        ("note", "1 transcripts have no label, and are left out: Ses01F_impro01_FXX0"),
    ]


def test_turns_are_numbered_in_the_order_of_time(tmp_path):
    later = HEAD.replace("6.2901", "7.0000").replace("F000", "F001")
    earlier = HEAD.replace("6.2901", "0.5000").replace("F000", "M000")
    root = tiny(tmp_path, HEADER + "\n".join((later, HEAD, earlier)))
    places = {one.utterance_id: one.parsed.turn for one in iemocap.read(root, [])}
    assert places == {"Ses01F_impro01_M000": 0, "Ses01F_impro01_F000": 1, "Ses01F_impro01_F001": 2}


def test_only_the_sounds_of_turns_are_the_corpus(tree):
    listing = list_audio(tree, iemocap.CORPUS)
    assert len(listing.audio) == 16
    assert all("/sentences/wav/" in path for path in listing.audio)
    assert len(listing.side) == 2 * 8
    assert listing.skipped == {".wav files elsewhere than the utterances": 8, ".txt files": 8}


def test_hidden_files_of_other_systems_are_no_dialogs(tmp_path):
    root = tiny(tmp_path, HEADER + HEAD)
    (root / "Session1/dialog/EmoEvaluation/._Ses01F_impro01.txt").write_bytes(b"\x00\x05\x16\x07")
    assert len(iemocap.read(root, [])) == 1


def test_a_tree_is_read_with_sound_words_and_raters(tree, tmp_path):
    write_manifest(iemocap.CORPUS, tree, tmp_path / "iemocap.csv")
    write_utterances(read_corpus(iemocap.CORPUS, tree, tmp_path / "iemocap.csv"), tmp_path / "table.parquet")
    table = read_utterances(tmp_path / "table.parquet")
    assert Counter(table.speaker) == {"1F": 4, "1M": 4, "5F": 4, "5M": 4}
    assert table.sampling_rate.eq(16_000).all()
    assert table.duration.gt(0.3).all()
    assert table.transcript.str.len().gt(3).all()
    raters = [vote["rater"] for vote in table.votes[0]]
    assert raters == ["E2", "E3", "E4", "F1", "E3", "E4"]
    assert table.valence[0] == (table.votes[0][4]["valence"] + table.votes[0][5]["valence"]) / 2


def test_one_seed_makes_one_tree_and_never_over_another(tree, tmp_path):
    write_tree(tmp_path / "again", sessions=(5,), turns=1)
    files = [path.relative_to(tree) for path in sorted(tree.glob("Session5/**/*.*"))]
    assert len(files) == 8 + 4 * (1 + 3)
    assert all((tmp_path / "again" / file).read_bytes() == (tree / file).read_bytes() for file in files)
    with pytest.raises(UserError, match="folder to be made"):
        write_tree(tmp_path / "again")


def test_sessions_are_left_out_whole(tree, tmp_path):
    write_manifest(iemocap.CORPUS, tree, tmp_path / "iemocap.csv")
    table = read_corpus(iemocap.CORPUS, tree, tmp_path / "iemocap.csv")
    protocol = LeaveSessionOut(kind="leave_session_out")
    folds = make_folds(table, protocol, seed=0)
    assert [fold.name for fold in folds] == ["session 1", "session 5"]
    assert {name[:5] for name in folds[1].test} == {"Ses05"}
    assert audit_folds(table, folds, straddling=may_straddle(protocol)) == {"speaker": 0, "group": 0}


def test_the_check_of_a_part_names_what_is_missing_and_finds_no_error(tree):
    report = examine(iemocap.CORPUS, tree)
    assert report.ok
    said = [finding.text for finding in report.findings if finding.topic == "counts"]
    assert said[1].startswith("by speaker: ")
    assert "speaker 2F 0 of 481" in said[1]
    assert "16000 Hz, as released" in [finding.text for finding in report.findings]


def test_the_check_is_reported_with_how_far_raters_with_one_label_each_agree(tree):
    """Oracle: the formula of Krippendorff written out over pairs of raters."""
    report = examine(iemocap.CORPUS, tree)
    audio = list_audio(tree, iemocap.CORPUS).audio
    said = [utterance.parsed.votes for utterance in iemocap.CORPUS.read(tree, audio)]
    units = [[vote.labels[0] for vote in votes if len(vote.labels) == 1] for votes in said]
    paired = [unit for unit in units if len(unit) > 1]
    every = [label for unit in paired for label in unit]
    observed = sum(sum(a != b for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in paired) / len(every)
    expected = sum(a != b for a, b in permutations(every, 2)) / (len(every) * (len(every) - 1))
    (text,) = [finding.text for finding in report.findings if finding.topic == "agreement"]
    assert text.startswith(f"Krippendorff's alpha {1 - observed / expected:.3f} (nominal), Fleiss' kappa ")
    assert f"over {len(paired)} utterances" in text


def test_counts_of_the_release_add_up_to_the_published_totals():
    totals = [sum(margin.counts.values()) for margin in iemocap.MARGINS]
    assert totals == [5531, 5531, 5531, 10_039 - 5531]
    by_class = Counter()
    for (_, emotion), n in iemocap.MARGINS[0].counts.items():
        by_class[emotion] += n
    assert by_class == {"neutral": 1708, "happiness": 595, "excitement": 1041, "sadness": 1084, "anger": 1103}


def test_a_full_release_has_all_counts_and_one_turn_more_is_an_error(full):
    _, parsed, _ = full
    assert [finding.level for finding in margin_findings(iemocap.MARGINS, parsed)] == ["ok"] * 4
    angry = next(one for one in parsed if (one.session, one.emotion) == ("3", "anger"))
    by_session = margin_findings(iemocap.MARGINS, [*parsed, angry])[0]
    assert (by_session.level, "session 3 emotion anger 241 of 240" in by_session.text) == ("error", True)
    parsed_less = [one for one in parsed if one is not angry]
    by_session = margin_findings(iemocap.MARGINS, parsed_less)[0]
    assert (by_session.level, "session 3 emotion anger 239 of 240" in by_session.text) == ("warning", True)


def test_ten_thousand_turns_are_read_in_five_seconds(full):
    seconds, parsed, _ = full
    assert len(parsed) == 10_039
    assert seconds < 5


@pytest.mark.parametrize(
    ("preset", "turns", "classes"),
    [
        ("iemocap4", 5531, 4),
        ("iemocap4_interleaved", 5531, 4),
        ("iemocap4_improvised", 2943, 4),
        ("iemocap4_scripted", 2588, 4),
        ("iemocap6", 5531 + 1849, 6),
        ("iemocap9", 5531 + 1849 + 107 + 40 + 2, 9),
    ],
)
def test_presets_keep_the_turns_they_say(full, preset, turns, classes):
    kept = apply_preset(full[2], iemocap.CORPUS.presets[preset]).utterances
    assert (len(kept), kept.emotion.nunique()) == (turns, classes)


def test_iemocap4_counts_excitement_as_happiness(full):
    kept = apply_preset(full[2], iemocap.CORPUS.presets["iemocap4"])
    assert kept.utterances.emotion.value_counts()["happiness"] == 595 + 1041
    assert kept.dropped["emotion no_agreement"] == 2507


def test_session_5_is_the_official_test_part_and_shares_no_speaker(full):
    table = apply_preset(full[2], iemocap.CORPUS.presets["iemocap4"]).utterances
    protocol = OfficialSplit(kind="official", shared_speakers=False, shared_groups=False)
    (fold,) = make_folds(table, protocol, seed=0)
    assert (len(fold.train), len(fold.validation), len(fold.test)) == (4290, 0, 1241)
    audit_folds(table, [fold], straddling=may_straddle(protocol))


def test_the_interleaved_split_has_the_published_sizes_and_states_what_it_shares(full):
    table = apply_preset(full[2], iemocap.CORPUS.presets["iemocap4_interleaved"]).utterances
    (fold,) = make_folds(table, OfficialSplit(kind="official", shared_speakers=True, shared_groups=False), seed=0)
    assert (len(fold.train), len(fold.validation), len(fold.test)) == (3861, 429, 1241)
    assert {name[:5] for name in fold.test} == {"Ses05"}
    with pytest.raises(UserError, match="groups are in train and in validation"):
        audit_folds(table, [fold], straddling=frozenset({"speaker"}))
    admitted = may_straddle(OfficialSplit(kind="official", shared_speakers=True, shared_groups=True))
    assert audit_folds(table, [fold], straddling=admitted) == {"speaker": 0, "group": 0}  # of the test part


def test_every_tenth_turn_by_name_validates_whatever_the_order_of_the_table(full):
    table = apply_preset(full[2], iemocap.CORPUS.presets["iemocap4"]).utterances
    shuffled = table.sample(frac=1, random_state=0)
    split = interleaved_split(shuffled)
    names = sorted(name for name in table.utterance_id if not name.startswith("Ses05"))
    assert sorted(shuffled.utterance_id[split == "validation"]) == names[::10]


def test_the_split_by_session_5_needs_it():
    with pytest.raises(UserError, match="Complete the corpus"):
        interleaved_split(pd.DataFrame({"session": ["1", "2"], "utterance_id": ["a", "b"]}))
