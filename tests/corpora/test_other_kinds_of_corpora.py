"""The declaration holds for corpora that are not there yet: a speaker table, parts of dialogs, text alone."""

import csv
from pathlib import Path, PurePosixPath

import pytest

from ser_tasks.corpora.corpus import Corpus, CorpusError, Parsed, Utterance
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import read_manifest, write_manifest
from ser_tasks.corpora.reading import read_corpus
from tests.corpora.conftest import write


def declare(**more):
    return Corpus(
        name="toy", title="Toy", citation="none", licence="CC0", language="en", size="small",
        how_to_get="make it", sources=(), presets={}, **more,
    )  # fmt: skip


def with_speaker_table(root, audio):
    """Sex in a table beside the files, emotion in their names."""
    with (root / "speakers.csv").open(newline="") as file:
        sexes = {row["speaker"]: row["sex"] for row in csv.DictReader(file)}
    utterances = []
    for path in audio:
        speaker, emotion = PurePosixPath(path).stem.split("_")
        utterances.append(
            Utterance(PurePosixPath(path).stem, path, Parsed(speaker, sexes[speaker], emotion, None, None))
        )
    return utterances


def turns_of_a_dialog(root, audio):
    """Two turns of one long file."""
    turns = [("d_F000", 0.0, 0.4, "1F", "anger"), ("d_M000", 0.4, 1.0, "1M", "neutral")]
    return [
        Utterance(name, audio[0], Parsed(speaker, None, emotion, "d", None, session="1"), start, end)
        for name, start, end, speaker, emotion in turns
    ]


def lines_of_text(root, audio):
    """No sound at all."""
    return [
        Utterance(f"u{i}", None, Parsed("Ross", None, "joy", "dialog1", text, split="train"))
        for i, text in enumerate((root / "train.csv").read_text().splitlines())
    ]


def read(corpus, root, tmp_path):
    write_manifest(corpus, root, tmp_path / "toy.csv")
    return read_corpus(corpus, root, tmp_path / "toy.csv")


def test_a_table_of_speakers_is_read_and_is_part_of_the_version(tmp_path):
    root = tmp_path / "toy"
    write(root, "1001_anger.wav")
    (root / "speakers.csv").write_text("speaker,sex\n1001,female\n")
    corpus = declare(read=with_speaker_table, side_files=("speakers.csv",))
    assert read(corpus, root, tmp_path).gender.tolist() == ["female"]
    assert [entry.path for entry in read_manifest(tmp_path / "toy.csv")] == ["1001_anger.wav", "speakers.csv"]
    (root / "speakers.csv").write_text("speaker,sex\n1001,male\n")
    with pytest.raises(CorpusError, match=r"speakers.csv: changed"):
        read_corpus(corpus, root, tmp_path / "toy.csv")


def test_turns_of_one_file_have_their_own_durations_and_the_file_is_decoded_once(tmp_path):
    write(tmp_path / "toy", "dialog/d.wav", seconds=1.0)
    table = read(declare(read=turns_of_a_dialog), tmp_path / "toy", tmp_path)
    assert table.duration.tolist() == pytest.approx([0.4, 0.6])
    assert table.path.unique().tolist() == ["dialog/d.wav"]


def test_a_corpus_of_text_alone_has_utterances_without_sound(tmp_path):
    root = tmp_path / "toy"
    root.mkdir()
    (root / "train.csv").write_text("Hi\nHow are you?\n")
    corpus = declare(read=lines_of_text, side_files=("*.csv",))
    table = read(corpus, root, tmp_path)
    assert table.transcript.tolist() == ["Hi", "How are you?"]
    assert table[["path", "duration", "sha256"]].isna().all(axis=None)
    assert list_audio(root, corpus).audio == ()


@pytest.mark.parametrize("ways", [{}, {"parse": lambda stem: None, "read": lines_of_text}])
def test_a_module_with_both_or_neither_place_of_labels_is_refused(ways):
    with pytest.raises(TypeError, match=r"exactly one of parse"):
        declare(**ways)


def test_a_corpus_needs_one_module_and_one_line():
    folder = Path(__file__).parents[2] / "ser_tasks" / "corpora" / "catalogue"
    table = (folder.parent / "__init__.py").read_text()
    others = [p.name for p in folder.glob("*.py") if p.name not in ("__init__.py", "ravdess.py", "demo.py")]
    assert table.count("ravdess.CORPUS") == 1
    assert not [name for name in others if "ravdess.CORPUS" in (folder / name).read_text()]
