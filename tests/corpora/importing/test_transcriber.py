"""Transcriptions in the format of Transcriber 1.5.1 (trans-14.dtd), ISO-8859-1 as it writes them."""

import re

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

SPEAKERS = ("anna", "bert", "carl")
HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE Trans SYSTEM "trans-14.dtd">\n'


def trs(media: str) -> bytes:
    """Sections of 1 s whose topics are emotions; a turn of two speakers; events with and without a length."""
    return f"""{HEAD}<Trans scribe="x" audio_filename="{media}" version="3" version_date="261201">
<Topics><Topic id="to1" desc="angry"/><Topic id="to2" desc="sad"/></Topics>
<Speakers><Speaker id="sp1" name="Zoé" check="no" type="female"/><Speaker id="sp2" name="Tim" type="male"/></Speakers>
<Episode>
<Section type="report" topic="to1" startTime="0" endTime="1.0">
<Turn speaker="sp1" startTime="0" endTime="1.0">
<Sync time="0"/>
 déjà <Event desc="rire" type="noise" extent="begin"/> vu
<Sync time="0.5"/>
<Event desc="rire" type="noise" extent="end"/> encore <Event desc="b" type="noise" extent="instantaneous"/>
</Turn>
</Section>
<Section type="report" topic="to2" startTime="1.0" endTime="2.0">
<Turn speaker="sp1 sp2" startTime="1.0" endTime="1.25">
<Sync time="1.0"/><Who nb="1"/> oui <Who nb="2"/> non
</Turn>
<Turn speaker="sp2" startTime="1.25" endTime="2.0">
<Sync time="1.25"/> bien
</Turn>
</Section>
<Section type="report" topic="to1" startTime="2.0" endTime="2.5">
<Turn speaker="sp1 sp2" startTime="2.0" endTime="2.5">
<Sync time="2.0"/> <Event desc="rire" type="noise" extent="begin"/>
</Turn>
</Section>
</Episode></Trans>""".encode("latin-1")


@pytest.fixture
def talks(tmp_path):
    for who in SPEAKERS:
        write(tmp_path, f"{who}.wav", seconds=2.5)
        (tmp_path / f"talk of {who}.trs").write_bytes(trs(who))
    return tmp_path


def test_where_several_speak_at_once_there_is_no_speaker(talks, plan):
    found = plan(talks, column={"emotion": "topic", "speaker": "speaker"})
    assert "3 rows have no speaker" in found.problems[0]


def test_a_name_that_the_program_gave_is_of_one_file(talks, plan):
    for who in SPEAKERS:
        file = talks / f"talk of {who}.trs"
        file.write_bytes(file.read_bytes().replace(b'name="Tim"', b'name="speaker#2"'))
    found = plan(talks, column={"emotion": "topic", "speaker": "speaker"}, drop=["speakerless"])
    assert {*found.table.speaker} == {"Zoé", *(f"speaker#2 of talk of {who}" for who in SPEAKERS)}


def test_sections_are_utterances_where_their_topics_are_emotions(talks, plan):
    found = plan(talks, column={"emotion": "topic", "speaker": "speaker"}, drop=["speakerless"])
    assert not found.problems
    own = found.table[found.table.path == "anna.wav"]
    assert [(float(row.start), float(row.end), row.emotion) for row in own.itertuples()] == [
        (0.0, 1.0, "angry"),
        (1.0, 2.0, "sad"),
    ]
    assert [*own.transcript] == ["déjà vu encore", "oui non bien"]
    assert [*own.speaker] == ["Zoé", "Tim"]
    assert [*own.gender] == ["female", "male"]


@pytest.mark.parametrize("named", [b"anna", b"anna.wav"])
def test_the_recording_is_the_one_that_is_named_whatever_lies_beside_it(named, talks, plan):
    for other in ("talk of anna.wav", "anna.flac"):
        write(talks, other, seconds=4.0, rate=16_000)
    file = talks / "talk of anna.trs"
    file.write_bytes(re.sub(b'audio_filename="[^"]*"', b'audio_filename="%s"' % named, file.read_bytes()))
    found = plan(talks, column={"emotion": "topic", "speaker": "speaker"}, drop=["speakerless"])
    assert ("anna.wav" in {*found.table.path}) == (named == b"anna.wav")  # else two are called so, and its own counts
    assert ("talk of anna.wav" in {*found.table.path}) == (named == b"anna")


def test_an_event_has_the_times_of_the_points_around_it(talks, plan):
    found = plan(talks, column={"emotion": "event noise", "speaker": "speaker"}, label={"rire": "happiness"})
    assert {(float(row.start), float(row.end)) for row in found.table.itertuples()} == {(0.0, 0.5)}
    assert found.dropped["have a label without a length in time, of a point or interval"] == 6


def test_of_two_events_of_one_name_the_inner_one_ends_first(talks, plan):
    begin, end = (b'<Event desc="rire" type="noise" extent="%s"/>' % extent for extent in (b"begin", b"end"))
    for who in SPEAKERS:
        file = talks / f"talk of {who}.trs"
        text = file.read_bytes().replace(b'<Sync time="0.5"/>\n' + end, b'<Sync time="0.5"/>\n' + begin)
        file.write_bytes(text.replace(b" bien", b" bien " + end + end))
    found = plan(
        talks,
        column={"emotion": "event noise", "speaker": "speaker"},
        label={"rire": "happiness"},
        drop=["speakerless"],
    )
    assert {(float(row.start), float(row.end)) for row in found.table.itertuples()} == {(0.0, 2.0), (0.5, 2.0)}


def test_a_transcription_that_is_cut_is_refused(talks, plan):
    file = talks / "talk of bert.trs"
    file.write_bytes(file.read_bytes()[:900])
    with pytest.raises(SourceError, match="no transcription of Transcriber, or not all of it"):
        plan(talks, column={"emotion": "topic"})


def test_an_id_that_is_not_listed_is_named(talks, plan):
    file = talks / "talk of bert.trs"
    file.write_bytes(file.read_bytes().replace(b'topic="to2"', b'topic="to9"'))
    with pytest.raises(SourceError, match="'to9' is none of its topics: to1, to2"):
        plan(talks, column={"emotion": "topic"})
