"""Twelve corpora whose labels lie in names. Oracles: names of their releases, read by hand; published counts."""

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.catalogue import aesdd, cremad, enterface, esd, presets, savee
from ser_tasks.corpora.checking.doctor import completeness
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import name_utterances, read_corpus
from ser_tasks.corpora.vocabulary import VOCABULARY
from ser_tasks.evaluation.splits import make_folds
from ser_tasks.params.reading import read_params
from tests.corpora.conftest import write

NAMES = [  # corpus, path as released: speaker, gender, emotion
    ("cremad", "AudioWAV/1001_DFA_ANG_XX.wav", "1001", "male", "anger"),
    ("cremad", "AudioWAV/1091_WSI_NEU_XX.wav", "1091", "female", "neutral"),
    ("cremad", "AudioWAV/1002_IEO_HAP_HI.wav", "1002", "female", "happiness"),
    ("cremad", "AudioWAV/1040_ITH_SAD_X.wav", "1040", "male", "sadness"),  # as released
    ("tess", "OAF_angry/OAF_back_angry.wav", "OAF", "female", "anger"),
    ("tess", "YAF_pleasant_surprised/YAF_food_ps.wav", "YAF", "female", "surprise"),
    ("tess", "OAF_neutral/OA_bite_neutral.wav", "OAF", "female", "neutral"),  # as released
    ("savee", "DC/d03.wav", "DC", "male", "disgust"),
    ("savee", "KL/sa15.wav", "KL", "male", "sadness"),
    ("savee", "JK/n30.wav", "JK", "male", "neutral"),
    ("savee", "ALL/JE_su07.wav", "JE", "male", "surprise"),  # as a copy in one folder
    ("emovo", "f1/dis-f1-b1.wav", "f1", "female", "disgust"),
    ("emovo", "m3/gio-m3-n5.wav", "m3", "male", "happiness"),
    ("emovo", "m2/pau-m2-d2.wav", "m2", "male", "fear"),
    ("shemo", "female/F14A09.wav", "F14", "female", "anger"),
    ("shemo", "male/M02F01.wav", "M02", "male", "fear"),
    ("shemo", "female/F01W06.wav", "F01", "female", "surprise"),
    ("esd", "0011/Neutral/evaluation/0011_000001.wav", "0011", "male", "neutral"),
    ("esd", "0011/Angry/evaluation/0011_000351.wav", "0011", "male", "anger"),
    ("esd", "0001/Happy/train/0001_000701.wav", "0001", "female", "happiness"),
    ("esd", "0011/Sad/evaluation/0011_001057.wav", "0011", "male", "sadness"),
    ("esd", "0015/Surprise/evaluation/0015_001420.wav", "0015", "female", "surprise"),
    ("jl", "JL(wav+txt)/female1_angry_10a_1.wav", "female1", "female", "anger"),
    ("jl", "JL(wav+txt)/male2_anxious_15b_2.wav", "male2", "male", "anxiety"),
    ("enterface", "subject 1/anger/sentence 1/s1_an_1.wav", "1", None, "anger"),
    ("enterface", "subject 11/anger/sentence 2/s12_an_2.wav", "11", None, "anger"),  # as released
    ("enterface", "subject 16/surprise/sentence 3/s16_su_3avi.wav", "16", None, "surprise"),  # as released
    ("enterface", "subject 3/fear/sentence 4/s_3_fe_4.wav", "3", None, "fear"),  # as released
    ("cafe", "Peur/Fort/12-P-2-5.wav", "12", "female", "fear"),
    ("cafe", "Neutre/01-N-1-1.wav", "01", "male", "neutral"),
    ("urdu", "Angry/SM4_F48_A0100.wav", "SM4", "male", "anger"),
    ("urdu", "Happy/SF1_F10_H010.wav", "SF1", "female", "happiness"),
    ("urdu", "Neutral/SM20_F10_N014.wav", "SM20", "male", "neutral"),
    ("subesco", "F_02_MONIKA_S_1_NEUTRAL_5.wav", "F02", "female", "neutral"),
    ("subesco", "F_01_OISHI_S_10_ANGRY_1.wav", "F01", "female", "anger"),
    ("subesco", "F_02_MONIKA_S_2_SURPRISE_3].wav", "F02", "female", "surprise"),  # as released
    ("aesdd", "anger/a03 (4).wav", "4", None, "anger"),
    ("aesdd", "fear/f18 (5)b.wav", "5", None, "fear"),
    ("aesdd", "fear/f10 (01).wav", "1", None, "fear"),  # as released
]
PARAMS = Path(__file__).parents[2] / "params.yaml"
FURTHER = tuple(dict.fromkeys(name for name, *_ in NAMES))

STRANGE = {
    "cremad": ["1000_DFA_ANG_XX", "1092_DFA_ANG_XX", "1001_DFA_ANG_X", "1001_ABC_ANG_XX", "1001_DFA_SUR_XX"],
    "tess": ["OA_back_angry", "OAF_back_surprise", "MAF_back_angry", "OAF_angry", "OAF_back_angry_1"],
    "savee": ["DC/b01", "XX/a01", "DC/a16", "DC/a00", "DC/n31", "a01", "DC/a1"],
    "emovo": ["dis-f4-b1", "dis-f1-b4", "ang-f1-b1", "dis-f1-d3", "dis_f1_b1"],
    "shemo": ["F1A05", "X01A05", "F01B05", "F01A5", "F01A05x"],
    "esd": ["0021_000001", "0000_000001", "0011_000000", "0011_001751", "0011_351", "0011_000351_1"],
    "jl": ["female3_angry_10a_1", "female1_joy_10a_1", "female1_angry_16a_1", "female1_angry_10c_1"],
    "enterface": ["s1_an_1", "subject 1/anger/sentence 1/s1_xx_1", "subject 1/anger/s1_an_6", "subject/s1_an_1"],
    "cafe": ["13-P-2-5", "00-P-2-5", "12-A-2-5", "12-P-3-5", "12-P-2-7", "12-P-2"],
    "urdu": ["SX1_F10_A010", "SM1_F10_B010", "SM0_F10_A010", "SM1_A010", "M1_F10_A010"],
    "subesco": [
        "X_01_OISHI_S_1_ANGRY_1", "F_11_OISHI_S_1_ANGRY_1", "F_01_OISHI_S_11_ANGRY_1", "F_01_OISHI_S_1_JOY_1",
        "F_01_OISHI_S_1_ANGRY_6", "F_01_OISHI_S_1_ANGRY_1]",
    ],
    "aesdd": ["b03 (4)", "a21 (4)", "a00 (4)", "a03", "a03 4", "a03(4)", "a03 (0)", "a03 (4)B"],
}  # fmt: skip


def one(corpus: str, path: str, root):
    (utterance,) = name_utterances(CORPORA[corpus], root, [path])
    return utterance


@pytest.mark.parametrize("line", NAMES, ids=lambda line: line[1])
def test_a_name_of_the_release_has_speaker_and_emotion(tmp_path, line):
    corpus, path, *expected = line
    parsed = one(corpus, path, tmp_path).parsed
    assert [parsed.speaker, parsed.gender, parsed.emotion] == expected


@pytest.mark.parametrize(("corpus", "stem"), [(name, stem) for name, stems in STRANGE.items() for stem in stems])
def test_a_name_outside_the_grammar_is_refused_with_the_file_and_what_was_expected(tmp_path, corpus, stem):
    expected = re.escape(CORPORA[corpus].pattern.split(":", maxsplit=1)[0])
    with pytest.raises(CorpusError, match=f"(?s){re.escape(stem)}.wav.*{expected}"):
        one(corpus, f"{stem}.wav", tmp_path)


@pytest.mark.parametrize("corpus", FURTHER)
def test_a_tree_as_released_becomes_a_table(tmp_path, corpus):
    declared, root = CORPORA[corpus], tmp_path / corpus
    paths = [path for name, path, *_ in NAMES if name == corpus]
    for path in paths:
        write(root, path)
    write_manifest(declared, root, tmp_path / "manifest.csv")
    table = read_corpus(declared, root, tmp_path / "manifest.csv")
    assert sorted(table.path) == sorted(paths)
    assert table.utterance_id.is_unique
    assert Counter(table.emotion) == Counter(emotion for name, *_, emotion in NAMES if name == corpus)


def test_words_are_known_where_the_name_has_a_code_for_them(tmp_path):
    said = {
        ("cremad", "1001_DFA_ANG_XX.wav"): "Don't forget a jacket.",
        ("tess", "OAF_back_angry.wav"): "Say the word back.",
        ("emovo", "dis-f1-b1.wav"): "Gli operai si alzano presto.",
        ("cafe", "12-P-2-5.wav"): "Cinq pumas fiers et passionnés",
        ("subesco", "F_01_OISHI_S_10_ANGRY_1.wav"): None,
    }
    assert {key: one(*key, tmp_path).parsed.transcript for key in said} == said


def test_intensity_is_known_where_the_name_has_it(tmp_path):
    strong = {
        ("cremad", "1002_IEO_HAP_HI.wav"): "high",
        ("cremad", "1002_TIE_HAP_XX.wav"): None,
        ("cafe", "12-P-1-5.wav"): "normal",
        ("cafe", "12-P-2-5.wav"): "strong",
    }
    assert {key: one(*key, tmp_path).parsed.intensity for key in strong} == strong


@pytest.mark.parametrize(
    ("corpus", "twins", "other"),
    [
        ("jl", ["male1_sad_1a_1", "male1_sad_1a_2", "male1_sad_1b_1"], "male1_sad_2a_1"),
        ("subesco", ["M_01_A_S_1_SAD_1", "M_01_A_S_1_SAD_5"], "M_01_A_S_2_SAD_1"),
        ("aesdd", ["f18 (5)", "f18 (5)b"], "f18 (6)"),
    ],
)
def test_takes_of_one_sentence_are_a_group(tmp_path, corpus, twins, other):
    groups = [one(corpus, f"{stem}.wav", tmp_path).parsed.group for stem in (*twins, other)]
    assert len(set(groups[:-1])) == 1
    assert groups[-1] not in groups[:-1]


def test_of_two_languages_each_utterance_has_its_own(tmp_path):
    for path in ("0010/Sad/0010_001051.wav", "0011/Sad/0011_001051.wav"):
        write(tmp_path / "esd", path)
    write_manifest(esd.CORPUS, tmp_path / "esd", tmp_path / "esd.csv")
    assert read_corpus(esd.CORPUS, tmp_path / "esd", tmp_path / "esd.csv").language.tolist() == ["zh", "en"]


def test_the_whole_clips_of_one_subject_are_apart_and_no_preset_keeps_them(tmp_path):
    whole = one("enterface", "subject 6/s6_an.wav", tmp_path)
    assert (whole.utterance_id, whole.parsed.style) == ("s6_an", "unsegmented")
    assert enterface.CORPUS.presets["six_classes"].styles == ("speech",)


def test_a_speaker_s_folder_and_a_speaker_in_the_name_are_the_same(tmp_path):
    assert one("savee", "DC/a01.wav", tmp_path).parsed == one("savee", "DC_a01.wav", tmp_path).parsed
    assert one("savee", "x/JE/a01.wav", tmp_path).utterance_id == "JE_a01"


@pytest.mark.parametrize(
    ("corpus", "files"),
    [("cremad", 7442), ("tess", 2800), ("savee", 480), ("emovo", 588), ("shemo", 3000), ("esd", 35_000), ("jl", 2400),
     ("cafe", 936), ("urdu", 400), ("subesco", 7000)],
)  # fmt: skip
def test_the_counts_add_up_to_those_that_are_published(corpus, files):
    declared = CORPORA[corpus]
    tables = [table.counts for table in (*declared.official, *declared.margins) if table.counts]
    assert [sum(counts.values()) for counts in tables] == [files]


def test_sexes_are_those_of_the_releases():
    assert len(cremad.FEMALE) == 43
    assert (len(esd.MALE), len(esd.MALE.intersection(esd.MANDARIN))) == (10, 5)


def test_counts_are_held_against_a_copy(tmp_path):
    paths = ["DC/a01.wav", "DC/a02.wav"]
    (finding,) = completeness(savee.CORPUS, name_utterances(savee.CORPUS, tmp_path, paths), set())
    assert (finding.level, finding.text.split(":")[0]) == ("warning", "2 of 480 files")
    assert completeness(aesdd.CORPUS, [], set())[0].text == "0 utterances; the release publishes no counts"


def test_every_class_of_every_preset_is_a_word_of_the_one_vocabulary():
    used = {
        name for corpus in CORPORA.values() for preset in corpus.presets.values() for name in preset.classes.values()
    }
    assert used == set(VOCABULARY)


def test_four_classes_are_offered_where_a_corpus_has_them_and_more():
    assert list(presets.all_and_four(["anger", "happiness", "neutral", "sadness"])) == ["four_classes"]
    assert list(presets.all_and_four(["anger", "disgust", "fear", "happiness", "sadness"])) == ["five_classes"]
    six = presets.all_and_four(["anger", "disgust", "fear", "happiness", "neutral", "sadness"])
    assert set(six["four_classes"].classes) == {"anger", "happiness", "neutral", "sadness"}


def utterances_of(counts: dict[tuple[str, ...], int]) -> pd.DataFrame:
    cells = [cell for cell, n in counts.items() for _ in range(min(n, 10))]
    table = pd.DataFrame(cells, columns=["speaker", "emotion"])
    return table.assign(utterance_id=[f"u{i}" for i in range(len(table))])


@pytest.fixture(scope="module")
def params():
    return read_params(PARAMS)


@pytest.mark.parametrize("corpus", ["tess", "savee", "emovo", "esd", "jl", "cafe", "urdu", "subesco"])
def test_the_folds_of_params_yaml_leave_every_class_to_learn_from(params, corpus):
    declared = CORPORA[corpus]
    (counts,) = [table.counts for table in (*declared.official, *declared.margins)]
    table = utterances_of(counts)
    folds = make_folds(table, params.corpus[corpus].speaker_independent, seed=0)
    emotion = table.set_index("utterance_id").emotion
    assert sorted(name for fold in folds for name in fold.test) == sorted(table.utterance_id)
    assert all(set(emotion[list(fold.train)]) == set(emotion) for fold in folds)


def test_every_corpus_has_its_classes_and_folds_in_params_yaml(params):
    assert set(params.corpus) == set(CORPORA)
    assert all(section.preset in CORPORA[name].presets for name, section in params.corpus.items())
