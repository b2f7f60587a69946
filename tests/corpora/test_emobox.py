"""EmoBox' folds over a corpus, file by file. Oracle: RAVDESS' folds as params.yaml has them; folds made by hand."""

from pathlib import Path

import pandas as pd
import pytest

from ser_tasks.corpora.catalogue.ravdess import CORPUS as RAVDESS
from ser_tasks.corpora.catalogue.ravdess import EMOTIONS, parse
from ser_tasks.corpora.corpus import Preset
from ser_tasks.corpora.emobox.lists import read_folds, read_speakers
from ser_tasks.corpora.emobox.match import check_same_folds, match_folds
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params import EmoboxFolds
from ser_tasks.params.reading import read_params
from tests.corpora.trees.emobox import folds_of_speakers, write_emobox

PARAMS = read_params(Path(__file__).parents[2] / "params.yaml")
WORDS = {"happiness": "Happy", "sadness": "Sad", "anger": "Angry", "fear": "Fearful", "surprise": "Surprised"}
TWO = Preset("two", {"anger": "anger", "sadness": "sadness"})


def ravdess() -> pd.DataFrame:
    """All 1440 names of the release."""
    stems = [
        f"03-01-{emotion}-{intensity}-{statement}-{repetition}-{actor:02d}"
        for actor in range(1, 25)
        for emotion in EMOTIONS
        for intensity in ("01", "02")[: 1 if emotion == "01" else 2]
        for statement in ("01", "02")
        for repetition in ("01", "02")
    ]
    rows = [(stem, parse(stem)) for stem in stems]
    return pd.DataFrame(
        {
            "utterance_id": stems,
            "path": [f"Actor_{row.speaker}/{stem}.flac" for stem, row in rows],
            **{name: [getattr(row, name) for _, row in rows] for name in ("speaker", "emotion", "group", "style")},
            "sha256": stems,
        }
    )


def test_the_lists_of_ravdess_are_its_six_folds_of_four_actors_file_by_file(tmp_path):
    table, section = ravdess(), PARAMS.corpus["ravdess"].speaker_independent
    items = {row.utterance_id: (row.speaker, WORDS.get(row.emotion, row.emotion.title())) for row in table.itertuples()}
    published = read_folds(write_emobox(tmp_path, "ravdess", folds_of_speakers(items, section.test_speakers)))
    preset = RAVDESS.presets["speech8"]
    kept = apply_preset(table, preset).utterances
    matched = match_folds(published, table, kept, preset)
    expected = make_folds(kept, section, seed=0)
    assert len(published.items) == 1440
    assert [fold.name for fold in matched.folds] == [fold.name for fold in expected]
    assert [(set(f.train), set(f.test)) for f in matched.folds] == [(set(f.train), set(f.test)) for f in expected]
    assert [len(fold.test) for fold in matched.folds] == [240] * 6
    assert matched.notes == ("The 6 folds that EmoBox published for ravdess.",)
    strict = EmoboxFolds(metadata="x", sha256=published.sha256, shared_speakers=False, shared_groups=False)
    assert audit_folds(kept, matched.folds, straddling=may_straddle(strict)) == {"speaker": 0, "group": 0}


@pytest.fixture
def corpus() -> pd.DataFrame:
    """Two speakers, two utterances of anger, sadness and boredom each."""
    rows = [
        {
            "utterance_id": f"{s}{e[0]}{i}",
            "path": f"wav/{s}{e[0]}{i}.flac",
            "speaker": s,
            "emotion": e,
            "group": None,
            "style": None,
        }
        for s in "xy"
        for e in ("anger", "sadness", "boredom")
        for i in (1, 2)
    ]
    return pd.DataFrame(rows).assign(sha256=lambda table: table.utterance_id)


def lists(corpus: pd.DataFrame) -> dict:
    """Two folds, of the first and the second utterances: speakers are on both sides."""
    items = list(zip(corpus.utterance_id, corpus.emotion, strict=True))
    first, second = ([item for item in items if item[0].endswith(n)] for n in "12")
    return {1: {"train": first, "test": second}, 2: {"train": second, "test": first}}


def matched(published, corpus: pd.DataFrame, preset: Preset = TWO):
    return match_folds(published, corpus, apply_preset(corpus, preset).utterances, preset)


def test_a_class_that_the_preset_drops_is_left_out_of_every_part_and_counted(tmp_path, corpus):
    found = matched(read_folds(write_emobox(tmp_path, "e", lists(corpus))), corpus)
    assert [(fold.train, fold.test) for fold in found.folds] == [
        (("xa1", "xs1", "ya1", "ys1"), ("xa2", "xs2", "ya2", "ys2")),
        (("xa2", "xs2", "ya2", "ys2"), ("xa1", "xs1", "ya1", "ys1")),
    ]
    assert "4 of its 12 recordings are of classes that do not take part." in found.notes


def test_recordings_of_a_dropped_class_need_not_be_here_but_others_of_a_test_list_must(tmp_path, corpus):
    published = read_folds(write_emobox(tmp_path, "e", lists(corpus)))
    assert "4 of its 12 recordings" in matched(published, corpus[corpus.emotion != "boredom"]).notes[1]
    with pytest.raises(UserError, match=r"1 recordings of its test lists are not in the corpus here: e-xa1\. Complete"):
        matched(published, corpus[corpus.utterance_id != "xa1"])


def test_a_training_recording_that_is_not_here_is_named(tmp_path, corpus):
    only = {1: lists(corpus)[1]}
    found = matched(read_folds(write_emobox(tmp_path, "e", only)), corpus[corpus.utterance_id != "xa1"])
    assert "1 training recordings are not here: e-xa1." in found.notes
    assert found.folds[0].train == ("xs1", "ya1", "ys1")


def test_an_utterance_of_no_list_takes_no_part_and_is_named(tmp_path, corpus):
    published = read_folds(write_emobox(tmp_path, "e", lists(corpus[corpus.utterance_id != "ys2"])))
    found = matched(published, corpus)
    assert "1 utterances are in none of its lists, and do not take part: ys2." in found.notes
    assert all("ys2" not in (*fold.train, *fold.test) for fold in found.folds)


def test_labels_that_differ_are_named_and_the_corpus_own_hold(tmp_path, corpus):
    other = corpus.assign(emotion=corpus.emotion.mask(corpus.utterance_id == "xa1", "Sad").replace("sadness", "trist"))
    found = matched(read_folds(write_emobox(tmp_path, "e", lists(other))), corpus)
    assert "1 labels differ from EmoBox', the corpus' own are taken: xa1 is Sad there, anger here." in found.notes
    assert "Labels not compared, because they mean no class beyond doubt: trist." in found.notes


def test_its_own_validation_list_is_the_validation_part(tmp_path, corpus):
    parts = lists(corpus)[1]
    only = {1: {"train": parts["train"][:4], "valid": parts["train"][4:], "test": parts["test"]}}
    (fold,) = matched(read_folds(write_emobox(tmp_path, "e", only)), corpus).folds
    assert (fold.train, fold.validation) == (("xa1", "xs1", "ya1"), ("ys1",))


def test_folds_that_share_speakers_are_admitted_only_in_so_many_words_and_counted(tmp_path, corpus):
    published = read_folds(write_emobox(tmp_path, "e", lists(corpus)))
    folds, kept = matched(published, corpus).folds, apply_preset(corpus, TWO).utterances
    section = {"metadata": "x", "sha256": published.sha256, "shared_groups": False}
    with pytest.raises(LeakError, match="2 speakers are in train and in test: x, y"):
        audit_folds(kept, folds, straddling=may_straddle(EmoboxFolds(**section, shared_speakers=False)))
    admitted = may_straddle(EmoboxFolds(**section, shared_speakers=True))
    assert audit_folds(kept, folds, straddling=admitted) == {"speaker": 8, "group": 0}


def test_names_that_several_files_have_cannot_be_matched(tmp_path, corpus):
    twins = pd.concat([corpus, corpus.head(1).assign(utterance_id="other", path="wav2/xa1.flac")], ignore_index=True)
    with pytest.raises(UserError, match="1 of its keys are the names of several utterances here: e-xa1"):
        matched(read_folds(write_emobox(tmp_path, "e", lists(corpus))), twins)


def test_the_digest_is_of_what_the_lists_say_and_other_lists_are_refused(tmp_path, corpus):
    one = read_folds(write_emobox(tmp_path / "one", "e", lists(corpus)))
    same = read_folds(write_emobox(tmp_path / "same", "e", lists(corpus.iloc[::-1]), wav="elsewhere/{stem}.wav"))
    other = read_folds(write_emobox(tmp_path / "other", "e", lists(corpus.iloc[1:])))
    assert one.sha256 == same.sha256 != other.sha256
    section = EmoboxFolds(metadata="x", sha256=one.sha256, shared_speakers=True, shared_groups=False)
    check_same_folds(same, section, "e")
    with pytest.raises(UserError, match="for new ones: ser emobox e "):
        check_same_folds(other, section, "e")


def test_doubles_under_other_names_are_passed_over_and_json_alone_is_enough(tmp_path, corpus):
    folder = write_emobox(tmp_path, "e", lists(corpus))
    for file in list(folder.glob("*/*.jsonl")):
        file.with_name(file.name.replace("fold_", "fold")).write_text("not a list")
        file.unlink()
    assert len(read_folds(folder).items) == 12


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("fold_1/e_test_fold_1.jsonl", '{"key": "e-xa1"}', "key, wav and emo are read"),
        ("fold_1/e_test_fold_1.jsonl", '{"key": "k", "wav": "w", "emo": "x"}\n' * 2, "1 keys stand there twice: k"),
        ("fold_3/e_test_fold_3.jsonl", "", "fold 3 lacks its train or its test list"),
    ],
)
def test_lists_that_are_not_whole_are_refused(tmp_path, corpus, file, text, message):
    folder = write_emobox(tmp_path, "e", lists(corpus))
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    with pytest.raises(UserError, match=message):
        read_folds(folder)


def test_a_folder_without_lists_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no lists in it.*Give a folder data/NAME of EmoBox"):
        read_folds(tmp_path)


def test_speakers_are_read_from_the_table_beside_the_folds(tmp_path, corpus):
    folder = write_emobox(
        tmp_path, "e", lists(corpus), speakers=dict(zip(corpus.utterance_id, corpus.speaker, strict=True))
    )
    assert read_speakers(folder)["e-ys2"] == "y"
    assert read_speakers(tmp_path / "none") == {}
