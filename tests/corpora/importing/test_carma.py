"""Files of CARMA and DARMA as their code writes them: three lines of ratings each, windows worked by hand."""

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

HOW = {"windows": 2.0, "pattern": "{speaker}", "kind": "natural"}
VALENCE = HOW | {"column": {"valence": "Rating"}}
SPEAKERS = ("anna", "bert")


def carma(media: str, ratings: list, *, low: float = -100, high: float = 100, each: int = 1) -> str:
    """As version 14.10: what was done and when, the recording, the scale, then a row for the end of each bin."""
    head = [
        ("start; media_end", "2023/05/26 09:54:48:123; 2023/05/26 09:55:00:001"),
        ("Multimedia File", media),
        *(("Lower Label", "very negative"), ("Upper Label", "very positive")),
        *(("Minimum Value", low), ("Maximum Value", high), ("Number of Steps", 9)),
        *(("Second", "Rating"), ("%%%%%%", "%%%%%%")),
    ]
    quoted = [",".join(f'"{cell}"' if isinstance(cell, str) else f"{cell:g}" for cell in line) for line in head]
    return "\n".join([*quoted, *(f"{each * number},{value}" for number, value in enumerate(ratings, 1))]) + "\n"


def darma(media: str, ratings: list[tuple], *, magnitude: int = 1000) -> str:
    head = [
        '"Time of Rating","2022-11-28 13:37:48","",""',
        f'"Multimedia File","{media}",6.02,""',
        f'"Magnitude",{magnitude},"",""',
        '"Second","Valence","Arousal","Button"',
        '"%%%%%%","%%%%%%","%%%%%%","%%%%%%"',
    ]
    rows = [f"{number},{','.join(map(str, own))}" for number, own in enumerate(ratings, 1)]
    return "\n".join([*head, *rows]) + "\n"


@pytest.fixture
def put(tmp_path):
    """Writes a table beside the sounds of two recordings of six seconds."""
    for name in SPEAKERS:
        write(tmp_path, f"wav/{name}.wav", seconds=6.0)
    (tmp_path / "traces").mkdir()
    return lambda name, text: (tmp_path / "traces" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def imported(plan, tmp_path):
    return lambda **how: plan(tmp_path / "traces", audio=str(tmp_path / "wav"), **how)


def rated(found, name: str, role: str = "valence", low: float = -100, high: float = 100) -> list[float]:
    """On the scale of the file, in the order of the windows."""
    own = found.table[found.table.path.str.contains(name)]
    return [round(low + (float(value) - 1) / 4 * (high - low), 2) for value in own[role]]


def test_a_rating_is_of_the_time_before_its_stamp_and_the_scale_is_the_stated_one(put, imported):
    """Stamped 1, 2, ... 6: the seconds 0 to 1, 1 to 2 and so on."""
    for name in SPEAKERS:
        put(f"{name}.csv", carma(f"{name}.mp4", [0, 10, 20, 40, -50, 100]))
    found = imported(**VALENCE)
    assert not found.problems
    assert rated(found, "anna") == [5, 30, 25]
    assert "mapped from -100:100 to 1:5" in " ".join(found.notes)
    assert "rater" not in found.taken


def test_bins_may_be_longer_and_one_without_a_rating_is_a_gap(put, imported):
    for name in SPEAKERS:
        put(f"{name}.csv", carma(f"{name}.wav", [10, "NaN", 30], each=2, low=0, high=50))
    found = imported(**VALENCE)
    assert rated(found, "bert", low=0, high=50) == [10, 30]
    assert [float(start) for start in found.table[found.table.path.str.contains("bert")].start] == [0, 4]


def test_tables_of_one_recording_are_of_raters_called_as_what_stands_beside_its_name(put, imported):
    for name in SPEAKERS:
        put(f"{name}_AP.csv", carma(f"{name}.mp4", [0, 0, 20, 20, 40, 40]))
        put(f"{name}-JG.csv", carma(f"{name}.mp4", [20, 20, 40, 40, 60, 60]))
    found = imported(**VALENCE)
    assert not found.problems
    assert rated(found, "anna") == [10, 30, 50], "the mean of both"
    assert "2 raters: AP, JG" in found.notes


def test_both_axes_of_darma_are_dimensions_and_its_button_is_none(put, imported):
    for name in SPEAKERS:
        put(f"{name}.csv", darma(f"{name}.mp4", [(v, -v, 0) for v in (0, 200, 400, 600, 800)] + [("", "", "")]))
    found = imported(**HOW)
    assert rated(found, "anna", "valence", -1000, 1000) == [100, 500, 800]
    assert rated(found, "anna", "activation", -1000, 1000) == [-100, -500, -800]
    assert any("not read: Button" in note for note in found.notes)


def test_versions_before_7_state_all_of_it_in_each_row(put, imported):
    head = "Filename,Lower Label,Upper Label,Minimum Value,Midpoint Value,Maximum Value,Number of Steps,Second,Rating"
    for name in SPEAKERS:
        about = rf"C:\Users\jo\Desktop\{name}.avi,bad,good,-100,0,100,9"
        rows = [f"{about},{number},{value}" for number, value in enumerate([0, 10, 20, 40, -50, 100], 1)]
        put(f"{name}_AP.csv", "\n".join([head, *rows]) + "\n")
    found = imported(**VALENCE)
    assert rated(found, "anna") == [5, 30, 25]
    assert "rater" not in found.taken, "there is one table of each recording"


def test_the_mean_that_it_saves_of_several_raters_is_of_the_same_recording(put, imported):
    for name in SPEAKERS:
        put(f"{name}_Mean.csv", carma(f"{name}_Mean.mp4", [0, 10, 20, 40, -50, 100]))
    assert rated(imported(**VALENCE), "anna") == [5, 30, 25]


def test_where_no_sound_is_called_as_the_video_the_name_of_the_table_counts(put, imported):
    for name in SPEAKERS:
        put(f"{name}.csv", carma(f"camera 2, {name} take.mov", [0, 10, 20, 40, -50, 100]))
    found = imported(**VALENCE)
    assert (rated(found, "anna"), "rater" in found.taken) == ([5, 30, 25], False)


def test_tables_of_two_scales_are_refused_and_so_is_another_scale_than_they_state(put, imported):
    put("anna.csv", carma("anna.mp4", [0, 10, 20, 40, -50, 100]))
    with pytest.raises(SourceError, match=r"these scales: -100:100 \(anna\.csv\), not -1:1"):
        imported(**VALENCE, scale="-1:1")
    assert not imported(**VALENCE, scale="-100.0:100").problems
    put("bert.csv", carma("bert.mp4", [1, 2, 3, 4, 5, 6], low=1, high=7))
    with pytest.raises(SourceError, match=r"-100:100 \(anna\.csv\), 1:7 \(bert\.csv\)\. Import those of one scale"):
        imported(**VALENCE)


def test_a_file_whose_quotes_are_not_closed_is_refused_by_its_name(put, imported):
    put("anna.csv", carma("anna.mp4", [0, 10, 20]) + '"' + 200_000 * "0,0\n")
    with pytest.raises(SourceError, match=r"anna\.csv"):
        imported(**VALENCE)


def test_without_windows_they_are_known_for_what_they_are(put, imported):
    for name in SPEAKERS:
        put(f"{name}.csv", carma(f"{name}.mp4", [0, 10, 20, 40, -50, 100, 0, 0]))
    with pytest.raises(SourceError, match=r"2 tables of values over time.*add --windows 3"):
        imported()
