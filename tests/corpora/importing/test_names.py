"""Labels in file names and folders. Oracle: names read by hand."""

import pytest

from ser_tasks.corpora.importing.read_names import compile_pattern, guess_pattern
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write


@pytest.mark.parametrize(
    ("pattern", "path", "fields"),
    [
        ("{speaker}_{emotion}_{take}.wav", "x/anna_very sad_01.wav", {"speaker": "anna", "emotion": "very sad"}),
        ("{speaker:2}{_:3}{emotion:1}{_:1}", "wav/03a01Fa.flac", {"speaker": "03", "emotion": "F"}),
        ("{emotion}/{gender}-{speaker}-{_}", "a/sad/f-s1-2.mp3", {"emotion": "sad", "gender": "f", "speaker": "s1"}),
        ("{speaker}.{emotion}.wav", "s1.sad.wav", {"speaker": "s1", "emotion": "sad"}),
        ("{emotion}*", "sad_1_2.wav", {"emotion": "sad_1_2.wav"}),
        ("{speaker}_{emotion}_{take}.wav", "anna_sad.wav", None),
        ("{speaker}_{emotion}.wav", "anna_sad.flac", None),
    ],
)
def test_a_pattern_reads_its_fields_from_the_end_of_a_path(pattern, path, fields):
    assert compile_pattern(pattern).fields(path) == fields


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("speaker_emotion", "expected fields in braces"),
        ("{speaker}_{Emotion}", "expected fields in braces"),
        ("{spaeker}_{emotion}", r"the field {spaeker} is not read\. Did you mean {speaker}\?"),
        ("{emotion}_{emotion}", "{emotion} stands there twice"),
    ],
)
def test_a_pattern_that_is_none_is_refused(pattern, message):
    with pytest.raises(SourceError, match=message):
        compile_pattern(pattern)


def names(*parts: str, between: str = "_") -> list[str]:
    """spk1_anger_a.wav ... of three speakers, two emotions and takes."""
    return [
        f"{parts[0].format(s)}{between}{e}{between}{t}.wav"
        for s in "123"
        for e in ("anger", "sad")
        for t in ("a1", "b1")
    ]


@pytest.mark.parametrize("between", ["_", "-", "/", "__", " "])
def test_a_field_named_as_speaker_and_an_emotion_make_a_pattern(between):
    assert guess_pattern(names("speaker{}", between=between))[0] == f"{{speaker}}{between}{{emotion}}{between}{{_}}"


def test_codes_of_one_shape_that_are_the_only_ones_are_speakers():
    paths = [
        f"{s}_{e}_{i}{j}x.wav" for i, s in enumerate(("F01", "M02", "F03")) for j, e in enumerate(("ang", "sad") * 3)
    ]
    pattern, why = guess_pattern(paths)
    assert pattern == "{speaker}_{emotion}_{_}"
    assert "the only one with few codes of one shape: F01, F03, M02" in why


def test_two_parts_that_could_be_the_speaker_are_refused_with_a_pattern_for_each():
    paths = [f"{s}_{e}_{t}.wav" for s in ("01", "02", "03") for e in ("anger", "sad") for t in ("11", "12")]
    with pytest.raises(SourceError, match=r"could be the speaker \(01, 02, 03; 11, 12\)") as caught:
        guess_pattern(paths)
    for pattern in ("{speaker}_{emotion}_{_}", "{_}_{emotion}_{speaker}"):
        assert f"--pattern '{pattern}'" in str(caught.value)


def test_names_of_several_shapes_and_names_without_emotions_are_refused_with_an_example():
    with pytest.raises(SourceError, match=r"not of one shape, as a_sad\.wav, b-sad\.wav.*--pattern"):
        guess_pattern(["a_sad.wav", "b-sad.wav"])
    with pytest.raises(SourceError, match=r"no part of the file names is an emotion.*--pattern '\{_\}_\{_\}'.*--label"):
        guess_pattern(["a_W.wav", "b_F.wav"])
    with pytest.raises(SourceError, match="numbers are characters"):
        guess_pattern(["03a01Wa.wav", "03a01Fa.wav"])


def test_a_folder_for_each_emotion_in_train_and_test_is_read_with_its_split(plan, tmp_path):
    for part in ("train", "test"):
        for emotion in ("angry", "sad"):
            for i in range(2):
                write(tmp_path, f"{part}/{emotion}/{part}{emotion}{i}.wav")
    found = plan(tmp_path, speakers="unknown")
    assert found.table.groupby(["split", "emotion"]).size().to_dict() == {
        (part, emotion): 2 for part in ("train", "test") for emotion in ("angry", "sad")
    }
    assert found.problems == ()
    assert found.chosen.section == {"kind": "official", "shared_speakers": True, "shared_groups": True}


def test_files_unlike_the_pattern_are_refused_or_dropped_and_counted(plan, sounds):
    write(sounds, "wav/noise.wav")
    with pytest.raises(SourceError, match=r"1 of 13 names are not like.*wav/noise\.wav.*add --drop unmatched"):
        plan(sounds, pattern="{speaker}_{emotion}_{_}.wav")
    found = plan(sounds, pattern="{speaker}_{emotion}_{_}.wav", drop=("unmatched",))
    assert (len(found.table), dict(found.dropped)) == (12, {"have a name that is not like the pattern": 1})


def test_what_a_table_lacks_may_stand_in_the_names_of_its_files(plan, sounds):
    lines = [
        "file,emotion",
        *(f"wav/{s}_{e}_{t}.wav,{e}" for s in ("anna", "bert", "carl") for e in ("angry", "sad") for t in "12"),
    ]
    (sounds / "labels.csv").write_text("\n".join(lines))
    found = plan(sounds / "labels.csv", pattern="{speaker}_{_}_{_}")
    assert set(found.table.speaker) == {"anna", "bert", "carl"}
    assert found.taken["emotion"].column == "emotion"


def test_files_of_one_name_in_two_folders_have_ids_of_their_own(plan, tmp_path):
    for speaker in ("spk1", "spk2"):
        for emotion in ("angry", "sad"):
            for i in range(2):
                write(tmp_path, f"{speaker}/{emotion}/{i}.wav")
    found = plan(tmp_path)
    assert found.table.utterance_id.tolist()[:2] == ["spk1/angry/0", "spk1/angry/1"]
    assert found.table.utterance_id.is_unique


def test_a_group_that_several_speakers_share_is_refused_with_the_ways_out(plan, sounds):
    (problem,) = plan(sounds, pattern="{speaker}_{emotion}_{group}.wav").problems
    assert "2 groups hold several speakers (1, 2)" in problem
    assert "add --column group=none" in problem
    assert plan(sounds, pattern="{speaker}_{emotion}_{group}.wav", column={"group": "none"}).problems == ()


def test_audiofolder_of_hugging_face_is_read_with_its_folders_as_split(plan, tmp_path):
    for part in ("train", "test"):
        lines = ["file_name,label,speaker_id"]
        for speaker in (f"{part}1", f"{part}2"):
            for emotion in ("angry", "sad"):
                write(tmp_path, f"{part}/{speaker}{emotion}.wav")
                lines.append(f"{speaker}{emotion}.wav,{emotion},{speaker}")
        (tmp_path / part / "metadata.csv").write_text("\n".join(lines))
    found = plan(tmp_path)
    assert found.format == "audiofolder of Hugging Face"
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {
        "train": {"train1", "train2"},
        "test": {"test1", "test2"},
    }
    assert found.chosen.section == {"kind": "official", "shared_speakers": False, "shared_groups": False}


def test_an_emotion_at_the_end_of_a_name_is_read_without_its_ending(plan, tmp_path):
    for who in ("spk1", "spk2", "spk3"):
        for emotion in ("angry", "sad"):
            write(tmp_path, f"{who}_{emotion}.wav")
    (tmp_path / "README.txt").write_text("About these sounds.\n\nThree people.\n")
    found = plan(tmp_path)
    assert found.problems == ()
    assert set(zip(found.table.speaker, found.table.emotion, strict=True)) == {
        (who, emotion) for who in ("spk1", "spk2", "spk3") for emotion in ("angry", "sad")
    }
