"""Annotations of NOVA as its documentation has them, and as hcai-discover-utils 1.2.1 writes them."""

import struct

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

SESSIONS = ("s1", "s2", "s3")
HOW = {"pattern": "{speaker}/expert.audio"}
LABELS = '<item name="angry" id="0" color="#FFC0504D" /><item name="sad" id="1" />'
SEGMENTS = ["0;0.5;0;1", "0.5;1.25;1;0.6", "1.25;1.5;-1;1", "1.5;2;1;0.9;color=#FFFF0000"]
ROWS = [("0", "0.5", "angry"), ("0.5", "1.25", "sad"), ("1.5", "2", "sad")]


def header(name: str, kind: str, size: int, *, inside: str = "", more: str = "", ftype: str = "ASCII") -> str:
    return (
        f'<?xml version="1.0" ?>\n<annotation ssi-v="3"><info ftype="{ftype}" size="{size}" />'
        f'<meta annotator="Annotator"/><scheme name="{name}" type="{kind}"{more}>{inside}</scheme></annotation>\n'
    )


@pytest.fixture
def put(tmp_path):
    """Writes an annotation of a session, whose role is called expert."""
    for session in SESSIONS:
        write(tmp_path, f"{session}/expert.audio.wav", seconds=2.0)

    def put(session, name, kind, lines, *, annotator="anna", inside="", more="", ftype="ASCII", size=None) -> None:
        file = tmp_path / session / f"expert.{name}.{annotator}.annotation"
        count = len(lines) if size is None else size
        file.write_text(header(name, kind, count, inside=inside, more=more, ftype=ftype))
        data = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
        file.with_name(f"{file.name}~").write_bytes(data)

    return put


@pytest.fixture
def refused(plan, tmp_path):
    def refused(message: str) -> None:
        with pytest.raises(SourceError, match=message):
            plan(tmp_path, **HOW)

    return refused


def emotions(put, lines=SEGMENTS, sessions=SESSIONS, **how) -> None:
    for session in sessions:
        put(session, "emotion", "DISCRETE", lines, inside=LABELS, **how)


def times_and_labels(found) -> set[tuple[str, str, str]]:
    table = found.table
    return {
        (f"{float(a):g}", f"{float(b):g}", emotion)
        for a, b, emotion in zip(table.start, table.end, table.emotion, strict=True)
    }


def test_a_label_is_the_word_of_its_number_and_a_number_without_a_word_is_none(put, plan, tmp_path):
    emotions(put)
    found = plan(tmp_path, **HOW)
    assert not found.problems
    assert len(found.table) == 3 * len(ROWS)
    assert "3 annotations of NOVA have parts without a class (-1)" in " ".join(found.notes)
    assert times_and_labels(found) == {*ROWS}
    assert {*found.table.path} == {f"{session}/expert.audio.wav" for session in SESSIONS}
    assert {*found.table.speaker} == {*SESSIONS}


@pytest.mark.parametrize("in_ms", [False, True], ids=["as SSI writes", "as discover-utils writes"])
def test_binary_labels_are_those_of_the_text(in_ms, put, plan, tmp_path):
    """SSI: two doubles in s, the number, a float; the Python library writes three integers, in ms, and a float."""
    packed = [
        struct.pack("<iiif", round(1000 * a), round(1000 * b), n, 1) if in_ms else struct.pack("<ddif", a, b, n, 1)
        for a, b, n in ((0, 0.5, 0), (0.5, 1.25, 1), (1.5, 2, 1))
    ]
    emotions(put, b"".join(packed), ftype="BINARY", size=3)
    assert times_and_labels(plan(tmp_path, **HOW)) == {*ROWS}


def test_words_and_scores_of_that_time_stand_beside_a_label(put, plan, tmp_path):
    """Arousal at 4 Hz, of two annotators: their mean at each time, and over the time of a label."""
    emotions(put)
    for session in SESSIONS:
        put(session, "words", "FREE", ["0;0.5;go; now;1;color=#FFFF0000", "0.5;1.25;<LAUGH>;1"])
        for who, low in (("anna", 0.0), ("bert", 0.5)):
            scores = [f"{low + 0.0625 * place};1" for place in range(8)]
            scores[2] = "nan;0" if who == "bert" else scores[2]
            put(session, "arousal", "CONTINUOUS", scores, annotator=who, more=' sr="4" min="-1" max="1"')
    found = plan(tmp_path, **HOW)
    assert not found.problems
    sad = found.table[(found.table.path == "s1/expert.audio.wav") & (found.table.emotion == "sad")].iloc[0]
    first = found.table[(found.table.path == "s1/expert.audio.wav") & (found.table.emotion == "angry")].iloc[0]
    assert first.transcript == "go; now"
    assert float(first.activation) == pytest.approx(1 + 4 * (0.28125 + 1) / 2)  # (0 + .0625 + .5 + .5625) / 4
    of_both = (0.4375, 0.5)  # (.1875 + .6875) / 2, (.25 + .75) / 2; only anna has a score, .125, from 0.5 to 0.75 s
    assert float(sad.activation) == pytest.approx(1 + 4 * ((0.125 + sum(of_both)) / 3 + 1) / 2)
    assert "rater" not in found.taken


def test_with_windows_scores_are_read_and_labels_are_not(put, plan, tmp_path):
    emotions(put)
    for session in SESSIONS:
        put(session, "valence", "CONTINUOUS", ["1;1", "0;1", "0;1", "0;1"], more=' sr="2" min="-1" max="1"')
    found = plan(tmp_path, **HOW, windows=1.0)
    assert [*map(float, found.table.valence)] == [4, 3] * 3
    assert "annotations of NOVA are not read: emotion" in found.notes
    assert "not read beside" not in " ".join(found.notes)


def test_annotators_of_one_scheme_are_raters(put, plan, tmp_path):
    emotions(put)
    emotions(put, [line.replace(";1;", ";0;", 1) for line in SEGMENTS], annotator="bert")
    emotions(put, annotator="carl")
    found = plan(tmp_path, **HOW, votes="majority")
    assert found.taken["rater"].column == "annotator"
    assert times_and_labels(found) == {*ROWS}


def test_scores_alone_are_traces(put, plan, tmp_path):
    for session in SESSIONS:
        scores = ["0.5;1", "0.5;1", "-0.25;1", "nan;0"]
        put(session, "valence", "CONTINUOUS", scores, more=' sr="2" min="-0.5" max="0.5"')
        put(session, "engagement", "CONTINUOUS", scores, more=' sr="2" min="0" max="1"')
    found = plan(tmp_path, **HOW, windows=1.0)
    assert [(row.start, float(row.valence)) for row in found.table[found.table.speaker == "s1"].itertuples()] == [
        ("0.0", 5.0),
        ("1.0", 2.0),
    ]
    with pytest.raises(SourceError, match="State how long an utterance is"):
        plan(tmp_path, **HOW)


@pytest.mark.parametrize(
    ("lines", "how", "message"),
    [
        (SEGMENTS, {"size": 5}, "4 entries, and the header states 5"),
        (["0;0.5;0"], {}, "line 1 has 3 fields, expected 4"),
        (["0;later;0;1"], {}, "'later' is no number"),
        (b"1234567", {"ftype": "BINARY", "size": 1}, "7 bytes, no whole number of entries of 24 bytes"),
    ],
)
def test_data_that_is_not_of_its_header_is_refused(lines, how, message, put, refused):
    emotions(put, lines, **how)
    refused(message)


def test_other_files_with_the_ending_stop_no_import(put, plan, tmp_path):
    for session in SESSIONS:
        (tmp_path / session / "notes.annotation").write_text("nothing of NOVA")
        write(tmp_path, f"{session}/{session}_angry.wav")
        (tmp_path / session / "expert.audio.wav").rename(tmp_path / session / f"{session}_sad.wav")
    found = plan(tmp_path, pattern="{speaker}_{emotion}")
    assert not found.problems
    assert len(found.table) == 2 * len(SESSIONS)


def test_scores_of_two_scales_stop_no_import_of_names(put, plan, tmp_path):
    for session in SESSIONS:
        put(session, "arousal", "CONTINUOUS", ["0;1"], more=' sr="4" min="-1" max="1"')
        put(session, "valence", "CONTINUOUS", ["0;1"], more=' sr="4" min="0" max="1"')
        put(session, "note", "FREE", [])
        for emotion in ("angry", "sad"):
            write(tmp_path, f"{session}_{emotion}.wav")
    assert not plan(tmp_path, pattern="{speaker}_{emotion}", drop=["unmatched"]).problems
    emotions(put)
    with pytest.raises(SourceError, match=r"state these scales of ratings: -1:1 .* 0:1"):
        plan(tmp_path, pattern="{speaker}/expert.audio")


def test_scores_of_two_rates_count_alike(put, plan, tmp_path):
    emotions(put)
    for session in SESSIONS:
        put(session, "arousal", "CONTINUOUS", ["0;1"] * 8, more=' sr="4" min="-1" max="1"')
        put(session, "arousal", "CONTINUOUS", ["1;1"] * 4, annotator="bert", more=' sr="2" min="-1" max="1"')
    assert {*map(float, plan(tmp_path, **HOW).table.activation)} == {4.0}


def test_what_stands_behind_the_confidence_is_no_part_of_a_label(put, plan, tmp_path):
    """Attributes, as discover-utils writes them, may hold semicolons."""
    emotions(put, [f"{line};attributes:{{ why:{{ a; b }} }}" for line in SEGMENTS[:3]] + SEGMENTS[3:])
    assert times_and_labels(plan(tmp_path, **HOW)) == {*ROWS}


def test_an_annotator_may_have_dots_in_the_name(put, plan, tmp_path):
    emotions(put, annotator="anna.meier")
    emotions(put, annotator="bert.meier")
    found = plan(tmp_path, **HOW, votes="majority")
    assert found.taken["rater"].column == "annotator"
    assert times_and_labels(found) == {*ROWS}


def test_free_labels_in_binary_are_read_as_utf_8_or_latin_1(put, plan, tmp_path):
    emotions(put)
    for session, encoding in zip(SESSIONS, ("utf-8", "latin-1", "utf-8"), strict=True):
        word = "müde".encode(encoding)
        put(
            session,
            "words",
            "FREE",
            struct.pack(f"<ddi{len(word)}sf", 0, 2, len(word), word, 1),
            ftype="BINARY",
            size=1,
        )
    assert {*plan(tmp_path, **HOW).table.transcript} == {"müde"}


def test_a_scheme_of_another_kind_is_noted(put, plan, tmp_path):
    emotions(put)
    put("s1", "face", "POINT", ["1;2"])
    found = plan(tmp_path, **HOW)
    assert times_and_labels(found) == {*ROWS}
    assert "1 annotations of NOVA are of a kind that is not read: POINT" in found.notes


def test_a_number_that_the_scheme_has_not_is_refused(put, refused):
    emotions(put, ["0;0.5;0;1", "0.5;1;7;1"])
    refused("the number '7', and the scheme has 0, 1 alone")


def test_the_sound_of_another_role_is_not_taken(put, plan, tmp_path):
    emotions(put)
    (tmp_path / "s1/expert.audio.wav").rename(tmp_path / "s1/novice.audio.wav")
    assert "s1/expert.audio" in plan(tmp_path, **HOW).problems[0]


def test_a_header_alone_and_two_sounds_of_a_role_are_refused(put, refused, tmp_path):
    emotions(put)
    write(tmp_path, "s2/expert.audio.flac", seconds=2.0)
    refused(r"several sounds .* Call the annotated one expert\.audio")
    (tmp_path / "s2/expert.audio.flac").unlink()
    (tmp_path / "s3/expert.emotion.anna.annotation~").unlink()
    refused("which holds its data, is not beside it")
