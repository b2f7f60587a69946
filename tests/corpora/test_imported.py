"""`ser import` writes a corpus like any other. Oracle: twelve files, read back by what reads every corpus."""

import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.known_corpora import CORPORA
from ser_tasks.corpora.catalogue.iemocap import CORPUS as IEMOCAP
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.corpora.utterances import declaration
from ser_tasks.params.reading import read_params
from ser_tasks.text.transcripts import read_transcripts
from tests.corpora.conftest import write

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def named(tmp_path) -> Path:
    for speaker in ("spk1", "spk2", "spk3"):
        for emotion in ("angry", "sad", "xxx"):
            write(tmp_path, f"my sounds/{speaker}_{emotion}_1.wav")
            write(tmp_path, f"my sounds/{speaker}_{emotion}_2.wav")
    return tmp_path / "my sounds"


@pytest.fixture
def ser(tmp_path, monkeypatch):
    """The command in a project of its own; what it prints, and params.yaml there."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(PROJECT / "params.yaml", project)
    monkeypatch.chdir(project)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


PATTERN = ("--pattern", "{speaker}_{emotion}_{_}", "--label", "xxx=drop")


def bring(ser, named, *words: str):
    done = ser("import", named, "--name", "mine", *PATTERN, *words)
    assert done.exit_code == 0, done.output
    return done.output


def test_an_imported_corpus_is_known_and_read_as_any_other(ser, named):
    bring(ser, named, "--kind", "acted", "--language", "de")
    corpus = CORPORA["mine"]
    assert list(CORPORA)[-1] == "mine"
    table = read_corpus(corpus, paths.corpus_root("mine"), paths.manifest("mine"))
    assert (len(table), set(table.language), table.speaker.nunique()) == (18, {"de"}, 3)
    kept = apply_preset(table, corpus.presets["two_classes"])
    assert kept.utterances.emotion.value_counts().to_dict() == {"anger": 6, "sadness": 6}
    assert kept.dropped == {"emotion xxx": 6}
    assert (corpus.kind, corpus.licence, corpus.citation) == ("acted", "unknown", "unknown")
    assert ser("check", "mine").exit_code == 0
    assert f"linked to {named}, 20 files, manifest in date" in ser("corpora").output


def test_one_line_is_added_to_params_yaml_and_every_other_byte_stays(ser, named):
    before = Path("params.yaml").read_text(encoding="utf-8")
    bring(ser, named)
    after = Path("params.yaml").read_text(encoding="utf-8")
    entry = (
        "  mine: {preset: two_classes, epochs: null, balance: null, emobox: null, speaker_independent: {kind: loso}}\n"
    )
    assert after.replace(entry, "") == before
    assert after.count(entry) == 1


def test_the_preview_shows_the_role_of_each_column_and_a_dry_run_writes_nothing(ser, named):
    before = Path("params.yaml").read_bytes()
    output = bring(ser, named, "--dry-run")
    for words in (
        *("18 files, 18 utterances", "anger       angry (6)", "dropped     xxx (6)", "3: spk1 (6), spk2 (6), spk3 (6)"),
        *("loso: 3 speakers, each left out once", "not given: kind, language, licence, citation"),
    ):
        assert words in output
    assert sorted(path.name for path in Path().iterdir()) == ["params.yaml"]
    assert Path("params.yaml").read_bytes() == before


def test_what_is_left_open_is_reported_all_at_once_below_the_preview(ser, named):
    (named / "spk1_sad_3.wav").write_text("no sound")
    done = ser("import", named, "--name", "mine", "--pattern", "{speaker}_{emotion}_{_}")
    assert done.exit_code == 1
    for words in ("add --label xxx=drop", "add --drop unreadable", "3: spk1"):
        assert words in done.output
    assert not paths.IMPORTED.exists()


def test_again_keeps_given_options_and_reports_what_changed(ser, named):
    bring(ser, named, "--licence", "mine alone")
    (named / "spk3_sad_2.wav").unlink()
    write(named.parent, "my sounds/spk3_sad_9.wav")
    done = ser("import", "mine")
    assert done.exit_code == 0, done.output
    assert "1 utterances new, 1 gone, 0 changed" in done.output
    assert CORPORA["mine"].licence == "mine alone"
    assert "ser repro: results of the corpus as it was before are made anew" in done.output
    changed = ser("import", "mine", "--label", "xxx=fear")
    assert "xxx: none -> fear" in changed.output
    assert read_params().corpus["mine"].preset == "three_classes"
    told = yaml.safe_load((paths.IMPORTED / "mine.yaml").read_text(encoding="utf-8"))["told"]
    assert told["label"] == {"xxx": "fear"}


def test_folds_that_a_person_edited_stay_when_the_corpus_is_imported_again(ser, named):
    bring(ser, named)
    text = Path("params.yaml").read_text(encoding="utf-8")
    entry = text[text.index("  mine: {") :].splitlines()[0]
    edited = text.replace(entry, entry.replace("{kind: loso}", "{kind: speaker_kfold, folds: 3}"))
    Path("params.yaml").write_text(edited, encoding="utf-8")
    assert ser("import", "mine").exit_code == 0
    assert Path("params.yaml").read_text(encoding="utf-8") == edited
    assert ser("import", "mine", "--protocol", "loso").exit_code == 0
    assert read_params().corpus["mine"].speaker_independent.kind == "loso"


def test_on_another_machine_the_table_is_enough_to_find_the_sounds_again(ser, named):
    bring(ser, named, "--licence", "mine alone")
    before = {path.name: path.read_bytes() for path in paths.IMPORTED.iterdir()}
    manifest = paths.manifest("mine").read_bytes()
    shutil.rmtree(paths.corpus_root("mine"))
    elsewhere = named.rename(named.with_name("elsewhere"))
    done = ser("import", paths.IMPORTED / "mine.csv", "--name", "mine", "--audio", elsewhere)
    assert done.exit_code == 0, done.output
    assert {path.name: path.read_bytes() for path in paths.IMPORTED.iterdir()} == before
    assert paths.manifest("mine").read_bytes() == manifest
    assert (paths.corpus_root("mine") / "audio").resolve() == elsewhere


def parts_in_samples(root: Path) -> Path:
    """A table in Windows-1251 of two parts of each of six files of 0.4 s; in the first file they overlap."""
    lines = ["file,emotion,speaker,start,end,text"]
    for speaker in ("анна", "борис", "вера"):
        for take in "12":
            write(root, f"calls/{speaker}{take}.wav", seconds=0.4)
            first = 4000 if (speaker, take) == ("анна", "1") else 3200
            lines.append(f"calls/{speaker}{take}.wav,angry,{speaker},0,{first},я не знаю")
            lines.append(f"calls/{speaker}{take}.wav,sad,{speaker},3200,6400,добрый вечер")
    (root / "calls.csv").write_bytes("\n".join(lines).encode("cp1251"))
    return root / "calls.csv"


def test_times_and_words_of_a_table_are_those_of_the_corpus_and_of_it_imported_again(ser, tmp_path):
    table = parts_in_samples(tmp_path)
    options = ("--times", "samples", "--encoding", "windows-1251")
    done = ser("import", table, "--name", "calls", *options)
    assert done.exit_code == 0, done.output
    read = read_corpus(CORPORA["calls"], paths.corpus_root("calls"), paths.manifest("calls"))
    whole = read.set_index("utterance_id").loc["борис2_0000200_0000400"]
    assert (whole.start, whole.end, whole.duration) == pytest.approx((0.2, 0.4, 0.2))
    assert (whole.transcript, whole.speaker) == ("добрый вечер", "борис")
    before = [path.read_bytes() for path in sorted(paths.IMPORTED.iterdir())]
    for words in (("calls",), (paths.IMPORTED / "calls.csv", "--name", "calls", "--audio", tmp_path / "calls")):
        again = ser("import", *words)
        assert again.exit_code == 0, again.output
        assert "0 utterances new, 0 gone, 0 changed" in again.output
        assert (paths.IMPORTED / "calls.csv").read_bytes() == before[0]


def test_overlapping_parts_with_other_labels_are_counted_by_import_and_check(ser, tmp_path):
    done = ser("import", parts_in_samples(tmp_path), "--name", "calls", "--times", "samples")
    assert "2 rows overlap a part of the same file that has another label: row 2, row 3" in done.output
    checked = ser("check", "calls")
    assert checked.exit_code == 0, checked.output
    assert "2 utterances overlap a part of the same file that has another label" in " ".join(checked.output.split())


def test_labels_are_part_of_the_version(ser, named):
    bring(ser, named)
    table = paths.IMPORTED / "mine.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",sad,", ",xxx,", 1), encoding="utf-8")
    done = ser("check", "mine")
    assert done.exit_code == 1
    assert "utterances.csv: changed since the manifest was written" in done.output


def test_unknown_speakers_are_kept_and_leave_no_protocol_that_parts_them(ser, named):
    bring(ser, named, "--speakers", "unknown")
    assert read_params().corpus["mine"].speaker_independent is None
    assert not CORPORA["mine"].speakers_known
    table = read_corpus(CORPORA["mine"], paths.corpus_root("mine"), paths.manifest("mine"))
    assert table.speaker.nunique() == len(table)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--name", "emodb"), "emodb is a corpus that this project knows"),
        (("--name", "My Own"), "is not a valid name for a corpus"),
        (("--name", "x", "--label", "sad"), "--label sad: expected LABEL=CLASS"),
        (("--name", "x", "--protocol", "lose"), "--protocol lose: expected"),
    ],
)
def test_a_typo_on_the_command_line_is_reported(ser, named, words, message):
    done = ser("import", named, *words)
    assert done.exit_code == 1
    assert message in done.output


def test_a_description_that_is_none_is_refused_by_name(ser, named):
    bring(ser, named)
    (paths.IMPORTED / "mine.yaml").write_text("title: 3\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"mine\.yaml: not the description of an imported corpus(?s:.*)Restore it"):
        CORPORA["mine"]


def test_a_declaration_is_another_if_a_label_map_or_the_code_of_a_split_is_and_not_if_a_parser_is():
    said = declaration(IEMOCAP)
    assert {len(one["split"]) for one in said["presets"].values() if one["split"]} == {64}
    first = next(iter(IEMOCAP.presets))
    preset = IEMOCAP.presets[first]
    assert declaration(replace(IEMOCAP, read=lambda root, audio: [])) == said
    for other in (
        replace(preset, classes={**preset.classes, "ang": "fear"}),
        replace(preset, styles=("song",)),
        replace(preset, split=declaration),
    ):
        assert declaration(replace(IEMOCAP, presets={**IEMOCAP.presets, first: other})) != said


def test_whatever_names_corpora_finds_imported_ones_too():
    """The table of ser_tasks.corpora alone would miss them."""
    files = [file for folder in ("pipelines", "apps", "benchmarks") for file in (PROJECT / folder).rglob("*.py")]
    table = {file.name for file in files if "from ser_tasks.corpora import CORPORA" in file.read_text(encoding="utf-8")}
    catalogue_alone = {"code.py", "import_corpus.py", "pages.py", "params.py", "stage_list.py"}
    assert table == {"known_corpora.py", *catalogue_alone}, "import CORPORA from pipelines.known_corpora"


def test_words_alone_are_a_corpus_without_a_file_and_come_again_from_their_own_table(ser, tmp_path):
    lines = ["speaker,text,emotion", *(f"s{n % 3},words {n},{('angry', 'sad')[n % 2]}" for n in range(12))]
    (tmp_path / "said.csv").write_text("\n".join(lines), encoding="utf-8")
    done = ser("import", tmp_path / "said.csv", "--name", "said", "--audio", "none")
    assert done.exit_code == 0, done.output
    assert "ser evaluate said tfidf" in done.output
    table = read_corpus(CORPORA["said"], paths.corpus_root("said"), paths.manifest("said"))
    assert table.path.isna().all()
    assert list(table.transcript) == [f"words {n}" for n in range(12)]
    before = (paths.IMPORTED / "said.csv").read_bytes()
    done = ser("import", paths.IMPORTED / "said.csv", "--name", "said")
    assert done.exit_code == 0, done.output
    assert (paths.IMPORTED / "said.csv").read_bytes() == before


def test_turns_of_a_table_order_the_dialogs_that_models_of_words_read(ser, named, tmp_path):
    files = sorted(named.iterdir())
    speakers, emotions = zip(*(file.stem.split("_")[:2] for file in files), strict=True)
    given = zip(files, emotions, speakers, speakers, range(18, 0, -1), range(18), strict=True)
    table = tmp_path / "rows.csv"
    lines = [",".join(map(str, row)) for row in given]
    table.write_text("\n".join(["file,emotion,speaker,dialog,turn,text", *lines]) + "\n")
    done = ser("import", table, "--name", "mine", "--label", "xxx=drop")
    assert done.exit_code == 0, done.output
    read_corpus(CORPORA["mine"], paths.corpus_root("mine"), paths.manifest("mine")).to_parquet("read.parquet")
    (said,) = read_transcripts(Path("read.parquet"), [files[0].stem])
    assert [turn.text for turn in said] == ["5", "4", "3", "2", "1", "0"], "the first of the table is the last turn"


def test_ratings_alone_come_again_from_their_own_table(ser, named, tmp_path):
    table = tmp_path / "rated.csv"
    lines = [f"{file},{file.stem[:4]},r{rater},{rater}" for file in sorted(named.iterdir()) for rater in (2, 4)]
    table.write_text("\n".join(["file,speaker,rater,valence", *lines]) + "\n")
    done = ser("import", table, "--name", "mine", "--column", "emotion=none", "--votes", "keep")
    assert done.exit_code == 0, done.output
    assert "ser evaluate mine ridge" in done.output
    assert "votes on" not in done.output, "nobody voted"
    kept = (paths.IMPORTED / "mine.csv").read_text()
    assert "votes" not in kept
    again = ser("import", paths.IMPORTED / "mine.csv", "--name", "mine", "--audio", named)
    assert again.exit_code == 0, again.output
    assert (paths.IMPORTED / "mine.csv").read_text() == kept


def test_a_folder_for_sounds_inside_is_forgotten_when_something_else_is_imported(ser, named, tmp_path):
    sound = pa.struct({"bytes": pa.binary(), "path": pa.string()})
    rows = [{"bytes": file.read_bytes(), "path": file.name} for file in sorted(named.iterdir())]
    columns = {"audio": pa.array(rows, sound), "label": [row["path"].split("_")[1] for row in rows]}
    columns |= {"speaker": [row["path"][:4] for row in rows]}
    pq.write_table(pa.table(columns), tmp_path / "set.parquet")
    words = ("--name", "mine", "--label", "xxx=drop")
    assert ser("import", tmp_path / "set.parquet", *words, "--unpack", tmp_path / "out").exit_code == 0
    assert ser("import", "mine").exit_code == 0, "the same set once more"
    done = ser("import", named, *PATTERN, "--name", "mine")
    assert done.exit_code == 0, done.output
