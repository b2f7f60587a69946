"""Several corpora as one table: who is who, what they share, what differs. Oracles: tables written by hand."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.corpus import Preset
from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.cross_corpus import corpus_of, cross_fold, differences, join_corpora, join_features, own_name

SAME = Preset("as they are", {name: name for name in ("anger", "boredom", "calm", "sadness")})
SPEECH = Preset("speech", SAME.classes, styles=("speech",))


def table(corpus: str, *rows: tuple[str, str, str], **columns: object) -> pd.DataFrame:
    """Utterances of (id, speaker, emotion)."""
    made = pd.DataFrame(rows, columns=["utterance_id", "speaker", "emotion"])
    named = {
        "corpus": corpus,
        "path": "x.wav",
        "group": None,
        "style": "speech",
        "language": "de",
        "sampling_rate": 16_000,
    }
    return made.assign(**named | {"sha256": corpus + made.utterance_id, "split": None} | columns)


GERMAN = table("emodb", ("1", "03", "anger"), ("2", "03", "sadness"), ("3", "08", "boredom"))
ENGLISH = table(
    "ravdess",
    *(("1", "03", "anger"), ("2", "04", "sadness"), ("3", "04", "calm"), ("4", "04", "calm"), ("5", "04", "joy")),
    style=["speech", "speech", "speech", "song", "speech"],
    language="en",
    sampling_rate=48_000,
    group="twins",
)


@pytest.fixture
def joined():
    return join_corpora({"emodb": GERMAN, "ravdess": ENGLISH}, {"emodb": SAME, "ravdess": SPEECH})


def test_names_that_both_corpora_use_are_kept_apart(joined):
    assert joined.utterances.utterance_id.tolist() == ["emodb/1", "emodb/2", "ravdess/1", "ravdess/2"]
    assert joined.utterances.speaker.tolist() == ["emodb/03", "emodb/03", "ravdess/03", "ravdess/04"]
    assert joined.utterances.group.isna().tolist() == [True, True, False, False]
    assert joined.utterances.group.iloc[2] == "ravdess/twins"
    assert (corpus_of("emodb/a/b"), own_name("emodb/a/b")) == ("emodb", "a/b")


def test_only_classes_that_both_have_stay_and_all_others_are_counted(joined):
    assert set(joined.utterances.emotion) == {"anger", "sadness"}
    assert joined.dropped == {
        "emodb": {"emotion boredom": 1},
        "ravdess": {"style song": 1, "emotion joy": 1, "emotion calm": 1},
    }


def test_what_a_corpus_is_normalised_over_does_not_depend_on_labels(joined):
    assert joined.normalised_over == (*(f"emodb/{i}" for i in "123"), *(f"ravdess/{i}" for i in "1235"))
    words = {"emodb": GERMAN.assign(path=["x.wav", None, None]), "ravdess": ENGLISH.assign(path=None)}
    assert join_corpora(words, {"emodb": SAME, "ravdess": SPEECH}).normalised_over == ("emodb/1",)


def test_the_tested_corpus_is_tested_whole_and_the_others_are_trained_on(joined):
    fold = cross_fold(joined.utterances, test="ravdess")
    assert (fold.train, fold.validation, fold.test) == (("emodb/1", "emodb/2"), (), ("ravdess/1", "ravdess/2"))
    audit_folds(joined.utterances, [fold], straddling=frozenset())


def test_the_audit_finds_a_recording_that_two_corpora_hold():
    tables = {"emodb": GERMAN, "ravdess": ENGLISH.assign(sha256=GERMAN.sha256.iloc[0])}
    utterances = join_corpora(tables, {"emodb": SAME, "ravdess": SPEECH}).utterances
    with pytest.raises(LeakError, match="identical recordings"):
        audit_folds(utterances, [cross_fold(utterances, test="ravdess")], straddling=frozenset())


def test_corpora_that_share_one_class_are_an_error_that_names_what_each_has():
    others = Preset("", {"anger": "anger", "calm": "calm"})
    with pytest.raises(UserError, match=r"share 1 class.*emodb: anger, boredom, sadness; ravdess: anger, calm"):
        join_corpora({"emodb": GERMAN, "ravdess": ENGLISH}, {"emodb": SAME, "ravdess": others})


def test_what_differs_is_reported(joined):
    corpora = [CORPORA["ravdess"], CORPORA["emodb"]]
    said = differences(corpora, joined.utterances, joined.dropped, sampling_rate=16_000)
    assert said == [
        "Language differs: ravdess en, emodb de.",
        "Sampling rate differs: ravdess 48 kHz, emodb 16 kHz; all of them are used up to 8 kHz.",
        "1 utterances of emodb are left out: emotion boredom (1).",
        "3 utterances of ravdess are left out: style song (1), emotion joy (1), emotion calm (1).",
    ]


def test_a_narrower_band_and_another_kind_of_speech_are_reported():
    utterances = pd.concat([GERMAN.assign(sampling_rate=8_000), table("urdu", ("1", "a", "anger"), language="ur")])
    said = differences([CORPORA["emodb"], CORPORA["urdu"]], utterances, {}, sampling_rate=16_000)
    assert said[1] == "Kind of speech differs: emodb acted, urdu natural."
    assert said[2] == "Bandwidth differs: emodb 8 kHz, urdu 16 kHz; used are emodb up to 4 kHz, urdu up to 8 kHz."


def test_nothing_is_reported_where_nothing_differs():
    alike = pd.concat([table("cafe", ("1", "a", "anger")), table("emodb", ("1", "a", "anger"))])
    assert (
        differences([CORPORA["cafe"], CORPORA["emodb"]], alike, {"cafe": {}, "emodb": {}}, sampling_rate=16_000) == []
    )


def test_words_alone_have_no_sampling_rate_to_differ():
    words = pd.concat([table("meld", ("1", "a", "anger"), sampling_rate=None), GERMAN])
    assert differences([CORPORA["meld"], CORPORA["emodb"]], words, {}, sampling_rate=16_000) == []


def test_features_of_corpora_stand_behind_one_another():
    rows, frames = np.ones((2, 3), np.float32), (np.zeros((4, 3), np.float32),)
    assert join_features([rows, 2 * rows]).tolist() == [[1, 1, 1]] * 2 + [[2, 2, 2]] * 2
    assert [len(one) for one in join_features([frames, frames])] == [4, 4]
    with pytest.raises(UserError, match="not of the same"):
        join_features([rows, frames])
