"""EMO-DB and RAVDESS: names, labels, official counts. Oracles: the publications' own tables."""

import re
from collections import Counter
from itertools import product

import pandas as pd
import pytest

from ser_tasks.corpora import CORPORA, find_corpus
from ser_tasks.corpora.catalogue import emodb, ravdess
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.labels import apply_preset


def test_emodb_name_of_the_documentation_is_happiness_of_speaker_03():
    parsed = emodb.parse("03a01Fa")
    assert (parsed.speaker, parsed.gender, parsed.emotion) == ("03", "male", "happiness")
    assert parsed.transcript == "Der Lappen liegt auf dem Eisschrank."


def test_ravdess_name_of_the_documentation_is_fearful_actor_12():
    parsed = ravdess.parse("03-01-06-01-02-01-12")
    assert (parsed.speaker, parsed.gender, parsed.emotion) == ("12", "female", "fear")
    assert (parsed.intensity, parsed.style) == ("normal", "speech")
    assert parsed.transcript == "Dogs are sitting by the door"


@pytest.mark.parametrize(
    "stem",
    [
        "03a01Fa ",
        "x03a01Fa",
        "03a01Fa_1",
        "03a01Xa",
        "04a01Fa",
        "03a03Fa",
        "03a01Fg",
        "03A01Fa",
        "03a٠١Fa",
        "",
    ],
)
def test_a_name_outside_the_grammar_of_emodb_is_not_guessed(stem):
    assert emodb.parse(stem) is None


@pytest.mark.parametrize(
    "stem",
    ["03-01-09-01-01-01-01", "03-01-01-01-01-01-25", "03-01-01-01-01-01-00", "03-01-01-01-01-01-1", "3-1-1"],
)
def test_a_name_outside_the_grammar_of_ravdess_is_not_guessed(stem):
    assert ravdess.parse(stem) is None


@pytest.mark.parametrize(
    ("stem", "hint"),
    [
        ("01-01-03-01-01-01-01", "audio-only archive"),
        ("02-01-03-01-01-01-01", "audio-only archive"),
        ("03-01-01-02-01-01-01", "Restore the name"),
        ("03-02-07-01-01-01-01", "Restore the name"),
        ("03-02-03-01-01-01-18", "Restore the name"),
    ],
)
def test_a_name_no_audio_file_of_ravdess_can_have_is_refused_with_the_fix(stem, hint):
    with pytest.raises(CorpusError, match=hint):
        ravdess.parse(stem)


def all_ravdess():
    """Every name of the grammar that is a file of the release."""
    codes = product(*[["01", "02"]] * 1, [f"0{e}" for e in range(1, 9)], *[["01", "02"]] * 3, ravdess.ACTORS)
    for channel, emotion, intensity, statement, repetition, actor in codes:
        stem = f"03-{channel}-{emotion}-{intensity}-{statement}-{repetition}-{actor}"
        try:
            yield stem, ravdess.parse(stem)
        except CorpusError:
            continue


def test_ravdess_has_1440_speech_and_1012_song_files():
    styles = Counter(parsed.style for _, parsed in all_ravdess())
    assert styles == {"speech": 1440, "song": 1012}
    assert [sum(part.counts.values()) for part in ravdess.CORPUS.official] == [1440, 1012]


def test_the_grammar_of_ravdess_yields_the_official_counts_cell_by_cell():
    for part in ravdess.CORPUS.official:
        cells = Counter((p.speaker, p.emotion) for _, p in all_ravdess() if p.style == part.style)
        assert cells == part.counts


def test_emodb_counts_are_those_of_the_documentation():
    (part,) = emodb.CORPUS.official
    emotions, speakers = Counter(), Counter()
    for (speaker, emotion), n in part.counts.items():
        emotions[emotion] += n
        speakers[speaker] += n
    assert emotions == {
        "anger": 127, "boredom": 81, "disgust": 46, "fear": 69, "happiness": 71, "sadness": 62, "neutral": 79,
    }  # fmt: skip
    assert speakers == {
        "03": 49, "08": 58, "09": 43, "10": 38, "11": 55, "12": 35, "13": 61, "14": 69, "15": 56, "16": 71,
    }  # fmt: skip


def test_half_of_each_corpus_speakers_are_female():
    assert len(emodb.FEMALE) == 5
    genders = {parsed.speaker: parsed.gender for _, parsed in all_ravdess()}
    assert Counter(genders.values()) == {"male": 12, "female": 12}
    assert genders["01"] == "male"


def test_twin_takes_share_a_group_and_nothing_else_does():
    groups = Counter(parsed.group for _, parsed in all_ravdess())
    assert set(groups.values()) == {2}
    assert emodb.parse("03a01Fa").group == emodb.parse("03a01Fb").group
    assert len({emodb.parse(s).group for s in ("03a01Fa", "03a02Fa", "03a01Wa", "08a01Fa")}) == 4


@pytest.mark.parametrize(
    ("preset", "files", "classes"),
    [
        ("speech8", 1440, 8),
        ("speech7", 1440, 7),
        ("speech7_calm_as_neutral", 1344, 7),
        ("four_classes", 96 + 3 * 192, 4),
        ("song6", 1012, 6),
    ],
)
def test_presets_of_ravdess_keep_the_files_they_say(preset, files, classes):
    table = pd.DataFrame([vars(parsed) for _, parsed in all_ravdess()])
    kept = apply_preset(table, ravdess.CORPUS.presets[preset]).utterances
    assert (len(kept), kept.emotion.nunique()) == (files, classes)


def test_calm_as_neutral_drops_the_true_neutral():
    classes = ravdess.CORPUS.presets["speech7_calm_as_neutral"].classes
    assert classes["calm"] == "neutral"
    assert "neutral" not in classes


def test_every_preset_names_only_emotions_the_corpus_has():
    for corpus in (emodb.CORPUS, ravdess.CORPUS):
        raw = {emotion for part in corpus.official for _, emotion in part.counts}
        for preset in corpus.presets.values():
            assert set(preset.classes) <= raw


def test_an_unknown_corpus_gets_the_nearest_name_and_the_list():
    with pytest.raises(CorpusError, match=r"Did you mean 'ravdess'.*emodb, ravdess.*write its module"):
        find_corpus("Ravdes")


def test_the_table_is_keyed_by_the_names_the_modules_state():
    assert all(name == corpus.name and re.fullmatch("[a-z][a-z0-9_]*", name) for name, corpus in CORPORA.items())


def test_known_fingerprints_are_names_of_the_corpus():
    for corpus in (emodb.CORPUS, ravdess.CORPUS):
        lines = corpus.fingerprints.read_text().splitlines()
        assert lines[0] == "stem,n_samples,digest"
        assert all(corpus.parse(line.split(",")[0]) for line in lines[1:])
