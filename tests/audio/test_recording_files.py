"""Which recordings a command line means."""

import pytest

from ser_tasks.audio.recording_files import gather, gather_rooted


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """b.wav, a.FLAC, notes.txt, deep/c.mp3, deep/.hidden.wav, and deep/up, a link back to the top."""
    (tmp_path / "deep").mkdir()
    for name in ("b.wav", "a.FLAC", "notes.txt", "deep/c.mp3", "deep/.hidden.wav"):
        (tmp_path / name).touch()
    (tmp_path / "deep" / "up").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(found):
    return [str(path) for path in found.paths]


def test_a_folder_means_all_recordings_below_it_sorted_and_reports_what_it_leaves_out(tree):
    found = gather(["."], ())
    assert names(found) == ["a.FLAC", "b.wav", "deep/c.mp3"]
    assert found.passed_over == {".txt": 1}


def test_a_link_that_leads_back_is_entered_once(tree):
    assert names(gather(["deep"], ())) == ["deep/c.mp3", "deep/up/a.FLAC", "deep/up/b.wav"]


def test_the_order_is_that_of_the_asking_and_nothing_is_merged(tree):
    assert names(gather(["b.wav", "a.FLAC", "b.wav"], ())) == ["b.wav", "a.FLAC", "b.wav"]


def test_a_file_named_by_itself_is_tried_whatever_it_is_called(tree):
    assert names(gather(["notes.txt"], ())) == ["notes.txt"]


def test_a_pattern_means_its_matches_sorted_and_folders_among_them_what_they_hold(tree):
    assert names(gather(["*.[wF]*"], ())) == ["a.FLAC", "b.wav"]
    assert names(gather(["d*p/c*"], ())) == ["deep/c.mp3"]
    assert "deep/c.mp3" in names(gather(["**/*.mp3"], ()))
    assert "deep/c.mp3" in names(gather(["dee?"], ()))


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tree):
    (tree / "take[1].wav").touch()
    assert names(gather(["take[1].wav"], ())) == ["take[1].wav"]


def test_a_dash_means_the_names_on_standard_input_in_their_place(tree):
    assert names(gather(["b.wav", "-", "b.wav"], ["deep/c.mp3\n", "\n", "none here.wav\r\n"])) == [
        "b.wav",
        "deep/c.mp3",
        "none here.wav",
        "b.wav",
    ]


def test_what_does_not_exist_stays_in_its_place_to_be_complained_about(tree):
    (tree / "empty").mkdir()
    assert names(gather(["x.wav", "*.ogg", "empty"], ())) == ["x.wav", "*.ogg", "empty"]


def places(*arguments, listed=()):
    return {str(one.path): str(one.place) for one in gather_rooted(arguments, listed)[0]}


def test_the_place_of_a_recording_is_below_the_folder_that_was_named(tree):
    assert places(".") == {"a.FLAC": "a.FLAC", "b.wav": "b.wav", "deep/c.mp3": "deep/c.mp3"}
    assert places("deep/c.mp3") == {"deep/c.mp3": "c.mp3"}
    assert places("deep/*.mp3") == {"deep/c.mp3": "c.mp3"}
    assert places("**/*.mp3")["deep/c.mp3"] == "deep/c.mp3"
    assert places("-", listed=["deep\n"])["deep/c.mp3"] == "c.mp3"
    assert places("nosuch.wav") == {"nosuch.wav": "nosuch.wav"}


def test_a_recording_that_is_named_twice_is_there_once(tree):
    assert places("b.wav", ".", "deep") == {"b.wav": "b.wav", "a.FLAC": "a.FLAC", "deep/c.mp3": "deep/c.mp3"}
