"""TextGrids as Praat 6.1 writes them, and files of ELAN as pympi-ling 1.71 does, with the recordings beside them."""

from pathlib import Path

import pytest

from ser_tasks.corpora.importing.annotations.files import find_annotations
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

Label = tuple[float, float, str]
EMOTIONS: list[Label] = [(0.0, 0.5, "angry"), (0.5, 0.75, ""), (0.75, 1.5, "sad"), (1.5, 2.0, "calm")]
WORDS: list[Label] = [(0.0, 0.2, "go"), (0.2, 0.5, 'say "ä"'), (0.5, 0.75, ""), (0.75, 1.5, "oh"), (1.5, 2.0, "well")]
SPEAKERS = ("anna", "bert", "carl")


def whole(who: str) -> list[Label]:
    return [(0.0, 2.0, who)]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def short(tiers: dict[str, list[Label]]) -> str:
    """The short format, whose last tier is one of points."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "2", "<exists>", str(len(tiers) + 1)]
    for name, labels in tiers.items():
        lines += ['"IntervalTier"', quoted(name), "0", "2", str(len(labels))]
        lines += [word for a, b, label in labels for word in (str(a), str(b), quoted(label))]
    return "\n".join([*lines, '"TextTier"', '"clicks"', "0", "2", "1", "0.3", '"click"']) + "\n"


def long(tiers: dict[str, list[Label]]) -> str:
    """The long format, blanks at the ends of lines as Praat has them."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", "xmax = 2 "]
    lines += ["tiers? <exists> ", f"size = {len(tiers)} ", "item []: "]
    for number, (name, labels) in enumerate(tiers.items(), 1):
        lines += [f"    item [{number}]:", '        class = "IntervalTier" ', f"        name = {quoted(name)} "]
        lines += ["        xmin = 0 ", "        xmax = 2 ", f"        intervals: size = {len(labels)} "]
        for place, (a, b, label) in enumerate(labels, 1):
            lines += [f"        intervals [{place}]:", f"            xmin = {a} ", f"            xmax = {b} "]
            lines += [f"            text = {quoted(label)} "]
    return "\n".join(lines) + "\n"


def annotation(kind: str, about: str, label: str) -> str:
    value = f"<ANNOTATION_VALUE>{label}</ANNOTATION_VALUE>"
    return f"<ANNOTATION><{kind}_ANNOTATION {about}>{value}</{kind}_ANNOTATION></ANNOTATION>"


def eaf(emotions: list[Label], *, participant: str = "", media: str = "", more: str = "") -> str:
    """A tier of emotions, and one of words that refer to these; the last annotation is aligned to nothing yet."""
    slots, own, words = [], [], []
    for number, (a, b, label) in enumerate(emotions):
        slots += [f'<TIME_SLOT TIME_SLOT_ID="ts{number}a" TIME_VALUE="{round(1000 * a)}"/>']
        slots += [f'<TIME_SLOT TIME_SLOT_ID="ts{number}b" TIME_VALUE="{round(1000 * b)}"/>']
        ends = f'TIME_SLOT_REF1="ts{number}a" TIME_SLOT_REF2="ts{number}b"'
        own.append(annotation("ALIGNABLE", f'ANNOTATION_ID="a{number}" {ends}', label))
        words.append(annotation("REF", f'ANNOTATION_ID="w{number}" ANNOTATION_REF="a{number}"', f"word {number}"))
    who = f' PARTICIPANT="{participant}"' if participant else ""
    loose = '<TIME_SLOT TIME_SLOT_ID="loose"/>'
    own.append(annotation("ALIGNABLE", 'ANNOTATION_ID="z" TIME_SLOT_REF1="loose" TIME_SLOT_REF2="loose"', "sad"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{more}<ANNOTATION_DOCUMENT FORMAT="3.0" VERSION="3.0"><HEADER>'
        f'<MEDIA_DESCRIPTOR MEDIA_URL="file:///C:/old/{media}" RELATIVE_MEDIA_URL="../old/{media}"/></HEADER>'
        f"<TIME_ORDER>{''.join(slots)}{loose}</TIME_ORDER>"
        f'<TIER TIER_ID="Emotion"{who}>{"".join(own)}</TIER>'
        f'<TIER TIER_ID="words" PARENT_REF="Emotion">{"".join(words)}</TIER></ANNOTATION_DOCUMENT>'
    )


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Three recordings of 2 s, each by one speaker."""
    for who in SPEAKERS:
        write(tmp_path, f"{who}.wav", seconds=2.0)
    return tmp_path


def rows(found) -> list[tuple[str, ...]]:
    table = found.table[["path", "start", "end", "emotion", "speaker", "transcript"]]
    return [tuple(row) for row in table.itertuples(index=False)]


@pytest.mark.parametrize("form", [short, long])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be", "utf-16-le"])
def test_a_row_for_each_label_with_the_words_and_the_speaker_of_the_other_tiers(plan, talks, form, encoding):
    mark = "" if encoding == "utf-8" else "\ufeff"
    for who in SPEAKERS:
        text = mark + form({"emotion": EMOTIONS, "words": WORDS, "speaker": whole(who)})
        (talks / f"{who}.TextGrid").write_bytes(text.encode(encoding))
    found = plan(talks)
    assert not found.problems
    assert rows(found) == [
        (f"{who}.wav", start, end, label, who, said)
        for who in SPEAKERS
        for start, end, label, said in (
            ("0.0", "0.5", "angry", 'go say "ä"'),
            ("0.75", "1.5", "sad", "oh"),
            ("1.5", "2.0", "calm", "well"),
        )
    ]
    assert found.labels.classes == {"angry": "anger", "calm": "calm", "sad": "sadness"}


def test_files_of_elan_have_their_times_in_milliseconds_and_their_participants_as_speakers(plan, talks):
    labels = [one for one in EMOTIONS if one[2]]
    for who in SPEAKERS:
        (talks / f"notes on {who}.eaf").write_text(eaf(labels, participant=who.upper(), media=f"{who}.wav"))
    found = plan(talks)
    assert not found.problems
    assert rows(found)[:3] == [
        ("anna.wav", "0.0", "0.5", "angry", "ANNA", "word 0"),
        ("anna.wav", "0.75", "1.5", "sad", "ANNA", "word 1"),
        ("anna.wav", "1.5", "2.0", "calm", "ANNA", "word 2"),
    ]
    assert len(found.table) == 9


def test_codes_are_a_tier_of_emotions_when_it_is_named_and_they_are_explained(plan, talks):
    coded = [(a, b, {"angry": "W", "sad": "T", "calm": "R"}.get(label, "")) for a, b, label in EMOTIONS]
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"affect": coded, "speaker": whole(who)}))
    labels = {"W": "anger", "T": "sadness", "R": "calm"}
    assert len(plan(talks, column={"emotion": "affect"}, label=labels).table) == 9
    assert len(plan(talks, label=labels).table) == 9
    with pytest.raises(SourceError, match=r"no tier 'afect'; there are 'affect' \(W, T, R\); 'speaker' \(anna"):
        plan(talks, column={"emotion": "afect"})
    with pytest.raises(SourceError, match=r"no tier whose labels are emotions; there are 'affect'.*emotion=TIER"):
        plan(talks / "anna.TextGrid")


def test_several_tiers_of_emotions_may_be_speakers_or_raters_and_the_user_says_which(plan, talks):
    shifted = [(0.0, 1.0, "calm"), (1.0, 2.0, "angry")]
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"A": EMOTIONS, "B": shifted}))
    with pytest.raises(SourceError, match=r"anna.TextGrid: 2 tiers have emotions: A, B\. State what they are"):
        plan(talks)
    assert len(plan(talks, column={"emotion": "A"}, pattern="{speaker}.wav").table) == 9
    found = plan(talks, column={"speaker": "tier"})
    assert sorted(set(found.table.speaker)) == ["A", "B"]
    assert len(found.table) == 15


def test_tiers_without_emotions_leave_the_labels_to_the_names_of_the_sounds(plan, sounds):
    """As beside every sound of a corpus that a forced aligner went over."""
    for file in (sounds / "wav").iterdir():
        file.with_suffix(".TextGrid").write_text(short({"words": WORDS}))
    found = plan(sounds / "wav", pattern="{speaker}_{emotion}_{_}")
    assert len(found.table) == 12
    assert "12 files of annotations are not read: the names have the emotions" in found.notes


def test_a_pattern_gives_what_annotations_lack(plan, talks):
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"emotion": EMOTIONS}))
    found = plan(talks, pattern="{speaker}.wav")
    assert not found.problems
    assert sorted(set(found.table.speaker)) == [*SPEAKERS]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.TextGrid", b"ooBinaryFile\x08TextGrid", "a binary TextGrid. Open it in Praat and save it again"),
        ("a.TextGrid", short({"emotion": EMOTIONS}).encode()[:150], r"not all of it \(it ends too early\)"),
        ("a.TextGrid", b'File type = "ooTextFile"\nObject class = "Pitch"\n0\n', "it does not begin as one"),
        ("a.TextGrid", b"hello", "not a TextGrid, or not all of it"),
        ("a.eaf", eaf(EMOTIONS).encode()[:400], "not a file of ELAN, or not all of it"),
        ("a.eaf", eaf(EMOTIONS, more="<!DOCTYPE a>").encode(), "declares a document type"),
        ("a.eaf", eaf(EMOTIONS).replace('ANNOTATION_REF="a0"', 'ANNOTATION_REF="w0"').encode(), "recursion"),
        ("a.eaf", eaf(EMOTIONS).replace('"ts0a"/', '"ts9a"/').replace('ID="ts0a"', 'ID="x"').encode(), "ts0a"),
    ],
)
def test_a_file_that_is_none_or_cut_is_named_with_what_to_do(plan, talks, name, content, message):
    (talks / name).write_bytes(content)
    with pytest.raises(SourceError, match=message):
        plan(talks / name)


def test_labels_without_length_and_of_points_are_left_out_and_counted(plan, talks):
    for who in SPEAKERS:
        emotions = [(0.0, 1.0, "angry"), (1.0, 1.0, "calm"), (1.0, 2.0, "sad")]
        (talks / f"{who}.TextGrid").write_text(short({"emotion": emotions, "speaker": whole(who)}))
    found = plan(talks)
    assert sorted(set(found.table.emotion)) == ["angry", "sad"]
    assert sum(found.dropped.values()) == 3
    for who in SPEAKERS:
        points = short({"speaker": whole(who)}).replace('"clicks"', '"emotion"').replace('"click"', '"angry"')
        (talks / f"{who}.TextGrid").write_text(points)
    with pytest.raises(SourceError, match="3 labels of the tiers emotion, all without a length in time"):
        plan(talks)


def test_of_a_tier_that_is_divided_finer_the_longest_label_counts_and_of_ratings_the_mean(plan, talks):
    """0 to 2 s, of which bert speaks 0.3 + 0.6 s and anna 1.1: not a voice called "bert anna bert"."""
    voices = [(0.0, 0.3, "bert"), (0.3, 1.4, "anna"), (1.4, 2.0, "bert")]
    tiers = {"emotion": [(0.0, 2.0, "angry")], "speaker": voices, "valence": [(0.0, 0.5, "1,5"), (0.5, 2.0, "4")]}
    (talks / "anna.TextGrid").write_text(short(tiers))
    (talks / "bert.TextGrid").write_text(
        short({"emotion": [(0.0, 1.0, "sad"), (1.0, 2.0, "calm")], "speaker": whole("b")})
    )
    found = plan(talks)
    assert any("of which the longest is taken: speaker (1)" in note for note in found.notes)
    own = found.table.set_index("path").loc["anna.wav"]
    assert (own.speaker, own.valence) == ("anna", str((0.5 * 1.5 + 1.5 * 4) / 2))


def test_what_elan_cuts_off_a_recording_is_added_to_its_times(plan, talks):
    labels = [(0.0, 0.5, "angry"), (0.5, 1.0, "sad")]
    for who in SPEAKERS:
        text = eaf(labels, participant=who, media=f"{who}.wav").replace(
            "<MEDIA_DESCRIPTOR ", '<MEDIA_DESCRIPTOR TIME_ORIGIN="500" '
        )
        (talks / f"n_{who}.eaf").write_text(text)
    assert {(row[1], row[2]) for row in rows(plan(talks))} == {("0.5", "1.0"), ("1.0", "1.5")}


@pytest.mark.parametrize("chained", ["from the first", "from what they divide", ""])
def test_labels_that_divide_an_annotation_of_elan_last_equally_long(plan, talks, chained):
    """Symbolic_Subdivision, as ELAN shows it: of 0 to 1.5 s, three of 0.5 s; and those may be divided again."""
    names = ("p2", "p0", "p1") if chained else ("p0", "p1", "p2")  # as they stand in the file
    before = {"p1": ' PREVIOUS_ANNOTATION="p0"', "p2": ' PREVIOUS_ANNOTATION="p1"'} if chained else {}
    before |= {"p0": ' PREVIOUS_ANNOTATION="a0"'} if chained == "from what they divide" else {}  # as pympi writes it
    said = {"p0": "angry", "p1": "sad", "p2": "calm"}
    own = "".join(
        annotation("REF", f'ANNOTATION_ID="{name}" ANNOTATION_REF="a0"{before.get(name, "")}', said[name])
        for name in names
    )
    last = 'PREVIOUS_ANNOTATION="q0"'
    finer = annotation("REF", 'ANNOTATION_ID="q0" ANNOTATION_REF="p1"', "2") + annotation(
        "REF", f'ANNOTATION_ID="q1" ANNOTATION_REF="p1" {last}', "4"
    )
    for who in SPEAKERS:
        text = eaf([(0.0, 1.5, "a turn")], participant=who, media=f"{who}.wav")
        more = f'<TIER TIER_ID="emotion of parts">{own}</TIER><TIER TIER_ID="valence">{finer}</TIER>'
        (talks / f"{who}.eaf").write_text(text.replace("</ANNOTATION_DOCUMENT>", f"{more}</ANNOTATION_DOCUMENT>"))
    found = plan(talks, column={"emotion": "emotion of parts"}, speakers="unknown")
    assert not found.problems
    assert {tuple(row[1:4]) for row in rows(found)} == {
        ("0.0", "0.5", "angry"),
        ("0.5", "1.0", "sad"),
        ("1.0", "1.5", "calm"),
    }
    assert set(found.table.valence) == {None, "3.0"}


def test_the_recording_of_elan_is_the_sound_wherever_it_lies_below_the_folder(plan, talks):
    (talks / "notes").mkdir()
    for who in SPEAKERS:
        (talks / f"{who}.wav").rename(talks / f"my talk {who}.wav")
        (talks / f"{who}.mp4").write_bytes(b"a video")
        video = f'<MEDIA_DESCRIPTOR MIME_TYPE="video/mp4" RELATIVE_MEDIA_URL="../{who}.mp4"/>'
        sound = f'<MEDIA_DESCRIPTOR MIME_TYPE="audio/x-wav" RELATIVE_MEDIA_URL="../my%20talk%20{who}.wav"/>'
        text = eaf([(0.0, 1.0, "angry"), (1.0, 2.0, "sad")], participant=who)
        (talks / "notes" / f"{who}.eaf").write_text(text.replace("<HEADER>", f"<HEADER>{video}{sound}"))
    found = plan(talks)
    assert not found.problems
    assert sorted(set(found.table.path)) == [f"my talk {who}.wav" for who in SPEAKERS]


def test_two_recordings_that_are_called_as_the_annotation_are_a_question(plan, talks):
    write(talks, "anna.flac", seconds=1.0)
    (talks / "anna.TextGrid").write_text(short({"emotion": EMOTIONS}))
    with pytest.raises(SourceError, match=r"2 recordings are called so \(\.flac, \.wav\)\. Leave the annotated one"):
        plan(talks)


def test_times_that_do_not_begin_at_0_are_refused_with_how_to_shift_them(plan, talks):
    text = short({"emotion": EMOTIONS}).replace('"TextGrid"\n\n0\n', '"TextGrid"\n\n5\n')
    (talks / "anna.TextGrid").write_text(text)
    with pytest.raises(SourceError, match=r"its times begin at 5 s.*Shift times to"):
        plan(talks)


def test_the_header_of_older_short_files_is_one_too(plan, talks):
    old = short({"emotion": EMOTIONS, "speaker": whole("x")})
    old = old.replace('"ooTextFile"', '"ooTextFile short"').replace('Object class = "TextGrid"', '"TextGrid"')
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(old)
    assert len(plan(talks).table) == 9


def test_tiers_of_one_name_and_tiers_called_as_columns_stand_apart(plan, talks):
    lines = short(
        {"emotion": EMOTIONS, "words": WORDS, "Words": whole("again"), "interval end": whole("zz"), "tier": whole("t")}
    )
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(lines)
    found = plan(talks, speakers="unknown", protocol="loso")
    assert found.table.end.tolist()[:3] == ["0.5", "1.5", "2.0"]
    assert [*found.first.columns] == [
        *("annotated sound", "interval start", "interval end", "emotion", "tier"),
        *("words", "Words 2", "tier interval end", "tier tier", "clicks"),
    ]


def test_files_without_the_tier_are_named_and_a_blank_behind_its_name_makes_no_other(plan, talks):
    for who, name in zip(SPEAKERS, ("emotion", "Emotion ", "affect"), strict=True):
        codes = EMOTIONS if name != "affect" else [(0.0, 2.0, "nothing known")]
        (talks / f"{who}.TextGrid").write_text(short({name: codes, "speaker": whole(who)}))
    found = plan(talks)
    assert sorted(set(found.table.path)) == ["anna.wav", "bert.wav"]
    assert "1 files of annotations have no label on such a tier: carl.TextGrid" in found.notes


def test_a_tier_whose_name_has_a_comma_can_be_named(plan, talks):
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"Emotion, A": EMOTIONS, "speaker": whole(who)}))
    assert len(plan(talks, column={"emotion": "Emotion, A"}).table) == 9


def test_emotions_in_annotations_and_in_names_are_a_question(plan, sounds):
    for file in (sounds / "wav").iterdir():
        name = file.stem.replace("anna", "spk1").replace("bert", "spk2").replace("carl", "spk3")
        renamed = file.rename(file.with_name(f"{name}.wav"))
        grid = {"emotion": [(0.0, 0.2, "calm")], "confidence": [(0.0, 0.2, "0.83 unsure")]}
        renamed.with_suffix(".TextGrid").write_text(short(grid).replace('"TextTier"', '"TextTier"'))
    with pytest.raises(
        SourceError, match=r"stand in annotations and in the names.*--column emotion=emotion; or --pattern"
    ):
        plan(sounds / "wav")
    assert set(plan(sounds / "wav", pattern="{speaker}_{emotion}_{_}").table.emotion) == {"angry", "sad"}


def test_tiers_as_the_workflow_writes_them_are_named_as_those_of_a_model(plan, talks):
    for who in SPEAKERS:
        grid = {"emotion": EMOTIONS, "confidence": [(0.0, 2.0, "0.83 unsure")]}
        text = short(grid).replace("\n3\n", "\n2\n", 1).split('"TextTier"')[0]
        (talks / f"{who}.TextGrid").write_text(text)
    assert any(
        "labels of a model, unless they were corrected" in note for note in plan(talks, speakers="unknown").notes
    )


def test_ratings_alone_are_read_when_it_is_stated_that_there_are_no_emotions(plan, talks):
    for who in SPEAKERS:
        grid = {"valence": [(0.0, 1.0, "2"), (1.0, 2.0, "4")], "arousal": [(0.0, 2.0, "3")], "speaker": whole(who)}
        (talks / f"{who}.TextGrid").write_text(short(grid))
    found = plan(talks, column={"emotion": "none"})
    assert not found.problems
    assert found.table[["valence", "activation"]].to_numpy().tolist() == [["2", "3.0"], ["4", "3.0"]] * 3


def test_an_encoding_that_is_given_is_that_of_the_annotations(plan, talks):
    text = short({"emotion": EMOTIONS, "speaker": whole("Žaneta")})
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_bytes(text.encode("windows-1250"))
    assert set(plan(talks, encoding="windows-1250").table.speaker) == {"Žaneta"}


def test_a_table_beside_annotations_of_emotions_is_named_as_unread_and_without_emotions_it_is_read(plan, talks):
    (talks / "speakers.csv").write_text("code,age\nanna,20\n")
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"emotion": EMOTIONS, "speaker": whole(who)}))
    found = plan(talks)
    assert len(found.table) == 9
    assert any("tables in the folder are not read" in note and "speakers.csv" in note for note in found.notes)
    for who in SPEAKERS:
        (talks / f"{who}.TextGrid").write_text(short({"words": WORDS}))
    lines = [f"{who}.wav,{who},{emotion}" for who, emotion in zip(SPEAKERS, ("angry", "sad", "calm"), strict=True)]
    (talks / "speakers.csv").write_text("\n".join(["file,speaker,emotion", *lines]) + "\n")
    assert "3 files of annotations are not read: speakers.csv is" in plan(talks).notes


def test_label_tracks_of_audacity_are_read_where_they_are_called_as_a_recording(plan, sounds):
    """As Audacity 3.2.4 exports them: a label without a length is a point, a line with a backslash a band."""
    for who in SPEAKERS:
        (sounds / f"wav/{who}_sad_1.txt").write_text(
            "0.050000\t0.150000\tangry\n\\\t500.000000\t2000.000000\n0.15\t0.25\tsad\n0.200000\t0.200000\tsad\n"
        )
    found = plan(sounds, column={"emotion": "emotion"}, speakers="unknown")
    assert found.table.groupby("path")[["start", "end", "emotion"]].agg(list).to_numpy().tolist() == [
        [["0.05", "0.15"], ["0.15", "0.25"], ["angry", "sad"]]
    ] * len(SPEAKERS)
    assert found.dropped == {"have a label without a length in time, of a point or interval": 3}
    assert not any("tables" in note for note in found.notes)


def test_label_tracks_that_the_workflow_wrote_are_labels_and_those_of_a_model(plan, talks):
    for who in SPEAKERS:
        (talks / f"{who}.txt").write_text("0.0\t0.5\tangry 87%\n0.5\t1.0\tsad? 41%\n")
    found = plan(talks, speakers="unknown")
    assert set(found.table.emotion) == {"angry", "sad"}
    assert any(note.startswith("3 files have the tiers that `ser predict` writes") for note in found.notes)


def test_a_text_that_is_no_label_track_is_none_and_a_broken_one_is_named(plan, sounds):
    for path in sounds.glob("wav/*.wav"):
        path.with_suffix(".txt").write_text("kids are talking by the door\n")
    (sounds / "wav/other.txt").write_text("0.0\t0.1\tangry\n")
    assert find_annotations(sounds) == [], "nor is one that is called as no recording"
    track = sounds / "wav/anna_sad_1.txt"
    track.write_text("0.0\t0.1\tangry\nby the door\n")
    with pytest.raises(SourceError, match=r"anna_sad_1.txt: line 2 is no label \('by the door'\)"):
        plan(track)
