"""`ser score` as a user calls it, without a server: figures, files, and what it refuses."""

import json

import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.known_corpora import CORPORA
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.prediction import recognise
from ser_tasks.bundles.training_record import training_record
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.synthesis.corpus import synthesise_corpus
from ser_tasks.errors import LeakError, UserError
from ser_tasks.params import DemoParams
from tests.bundles.small_bundles import CLASSES, PROJECT, RATE, small_bundle, voice

SPEAKERS, TAKES = (1, 2, 5), (7, 8)
NAMES = [(emotion, speaker, take) for emotion in CLASSES for speaker in SPEAKERS for take in TAKES]


def record(sounds=(), speakers=("known",)):
    rows = pd.DataFrame({"speaker": speakers, "sha256": [*sounds, *[None] * (len(speakers) - len(sounds))]})
    return {"training.json": training_record("demo", rows, speakers_known=True).encode()}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project with a bundle, an older one, and a table of 18 recordings whose anger of speaker 5 is sad."""
    folder = tmp_path_factory.mktemp("project")
    small_bundle(folder / "data" / "bundles" / "small", pages=record())
    small_bundle(folder / "data" / "bundles" / "older")
    (folder / "params.yaml").symlink_to(PROJECT / "params.yaml")
    (folder / "rec").mkdir()
    lines = ["path,label,speaker"]
    for emotion, speaker, take in NAMES:
        sound = voice("sadness" if (emotion, speaker) == ("anger", 5) else emotion, speaker=speaker, take=take)
        soundfile.write(folder / "rec" / f"{emotion}{speaker}{take}.wav", sound, RATE)
        lines.append(f"rec/{emotion}{speaker}{take}.wav,{emotion},s{speaker}")
    (folder / "mine.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def ser(place, monkeypatch):
    """A function that runs `ser score` there, in this process."""
    monkeypatch.chdir(place)
    return lambda *arguments: CliRunner().invoke(cli, ["score", *map(str, arguments)])


def failure(done, kind=UserError):
    assert isinstance(done.exception, kind), done.output
    return str(done.exception)


def table_of(place, lines, name="other.csv"):
    (place / name).write_text("\n".join(lines) + "\n")
    return name


def test_the_figures_of_a_table_are_those_of_scikit_learn_on_the_predictions_of_the_bundle(ser, place, tmp_path):
    done = ser("small", "--table", "mine.csv", "--to", tmp_path / "r.json", "--to", tmp_path / "p.csv")
    assert done.exit_code == 0, done.output
    bundle = load_bundle(place / "data/bundles/small")
    predicted = [recognise(bundle, read_recording(place / "rec" / f"{e}{s}{t}.wav")).emotion for e, s, t in NAMES]
    truth = [emotion for emotion, _, _ in NAMES]
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["uar"] == pytest.approx(balanced_accuracy_score(truth, predicted), abs=1e-4)
    assert result["uar"] == pytest.approx((4 / 6 + 1 + 1) / 3, abs=1e-4)  # the sad two of six angry ones
    assert result["confusion"] == confusion_matrix(truth, predicted, labels=sorted(CLASSES)).tolist()
    assert (result["utterances"], result["speakers"], result["checked"]) == (18, 3, True)
    rows = pd.read_csv(tmp_path / "p.csv").set_index("utterance_id")
    assert rows.loc["anger57", ["truth", "emotion", "speaker"]].tolist() == ["anger", "sadness", "s5"]
    np.testing.assert_allclose(rows[list(CLASSES)].sum(axis=1), 1, atol=1e-5)
    assert "18 utterances, 3 speakers" in done.stdout
    assert f"UAR {100 * result['uar']:.1f}" in done.stdout


def test_ratings_in_a_table_of_any_scale_are_not_what_a_bundle_of_classes_is_scored_by(ser, place, tmp_path):
    lines = (place / "mine.csv").read_text().splitlines()
    rated = [f"{lines[0]},valence", *(f"{line},{9 - number}" for number, line in enumerate(lines[1:]))]
    done = ser("small", "--table", table_of(place, rated, "rated.csv"), "--to", tmp_path / "r.json")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "r.json").read_text())["utterances"] == 18


def test_every_file_of_predictions_holds_the_same(ser, tmp_path):
    files = [tmp_path / f"p.{ending}" for ending in ("csv", "jsonl", "parquet")]
    ser("small", "--table", "mine.csv", *(part for file in files for part in ("--to", file)))
    tables = [pd.read_csv(files[0]), pd.read_json(files[1], lines=True), pd.read_parquet(files[2])]
    for table in tables[1:]:
        assert table.utterance_id.tolist() == tables[0].utterance_id.tolist()
        assert table.emotion.tolist() == tables[0].emotion.tolist()
        np.testing.assert_allclose(table.anger, tables[0].anger, atol=1e-5)


def test_a_recording_of_the_training_set_is_refused_whatever_it_is_called(ser, place):
    known = read_recording(place / "rec" / "sadness27.wav")
    soundfile.write(place / "rec" / "renamed.flac", known.samples, RATE)
    small_bundle(place / "data" / "bundles" / "same_recording", pages=record([known.sha256]))
    other = table_of(place, ["path,label,speaker", "rec/renamed.flac,sad,x", "rec/anger17.wav,anger,x"])
    message = failure(ser("same_recording", "--table", other), LeakError)
    assert "1 recordings (renamed) were in the training data of data/bundles/same_recording" in message
    assert "Score it on others" in message


def test_a_speaker_of_the_training_set_is_refused_if_the_table_names_the_corpus(ser, place):
    lines = ["path,label,speaker", "rec/sadness27.wav,sad,demo/Known", "rec/anger17.wav,anger,x"]
    lines.append("rec/anger18.wav,anger,x")
    assert "1 speakers (demo/Known)" in failure(ser("small", "--table", table_of(place, lines)), LeakError)


def test_an_older_bundle_cannot_tell_and_goes_on_only_with_the_option(ser, tmp_path):
    assert "nobody can tell whether mine.csv was" in failure(ser("older", "--table", "mine.csv"))
    done = ser("older", "--table", "mine.csv", "--unchecked", "--to", tmp_path / "r.json")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "r.json").read_text())["checked"] is False
    assert "was not checked: the bundle does not know" in done.stdout


def test_classes_that_the_bundle_lacks_are_left_out_and_counted_and_a_broken_file_is_status_2(ser, place, tmp_path):
    sound = (place / "rec" / "anger17.wav").read_bytes()
    (place / "rec" / "cut.wav").write_bytes(sound[:-999])
    (place / "rec" / "late.wav").write_bytes(sound)
    lines = ["path,label,speaker", "rec/anger17.wav,anger,a", "rec/sadness17.wav,sadness,b", "rec/late.wav,fear,b"]
    done = ser("small", "--table", table_of(place, lines), "--to", tmp_path / "r.json", "--to", tmp_path / "p.csv")
    assert done.exit_code == 0, done.output
    result = json.loads((tmp_path / "r.json").read_text())
    assert result["left_out"] == {"emotion fear": 1}
    assert (result["classes"], result["bundle_classes"]) == (["anger", "sadness"], list(CLASSES))
    assert "Left out: 1 × emotion fear" in done.stdout
    assert "The bundle also has neutral" in done.stdout
    assert list(pd.read_csv(tmp_path / "p.csv"))[-2:] == ["anger", "sadness"]
    lines.append("rec/cut.wav,anger,a")
    assert "unreadable" in failure(ser("small", "--table", table_of(place, lines)))
    done = ser("small", "--table", "other.csv", "--drop", "unreadable", "--to", tmp_path / "r.json")
    assert done.exit_code == 0
    assert json.loads((tmp_path / "r.json").read_text())["left_out"]["name a file that is no sound"] == 1


def test_what_turns_out_to_have_no_sound_at_a_place_has_its_row_and_its_reason(ser, place, tmp_path):
    nan = voice("anger").copy()
    nan[5] = np.nan
    soundfile.write(place / "rec" / "hole.wav", nan, RATE, subtype="FLOAT")
    lines = ["path,label,speaker", *(f"rec/{n}.wav,{n[:5]},{n}x" for n in ("anger17", "anger27", "anger18"))]
    lines += ["rec/sadness17.wav,sadness,anger17x", "rec/hole.wav,anger,anger17x"]
    done = ser("small", "--table", table_of(place, lines), "--to", tmp_path / "r.json", "--to", tmp_path / "p.csv")
    assert done.exit_code == 2
    assert "NaN" in done.stderr
    rows = pd.read_csv(tmp_path / "p.csv").set_index("utterance_id")
    assert (rows.loc["hole", "truth"], pd.isna(rows.loc["hole", "emotion"])) == ("anger", True)
    assert "NaN" in json.loads((tmp_path / "r.json").read_text())["unreadable"]["hole"]


def test_where_nothing_could_be_predicted_that_is_the_error(ser, place):
    for name in ("hush1", "hush2"):
        soundfile.write(place / "rec" / f"{name}.wav", np.full(RATE, np.nan, np.float32), RATE, subtype="FLOAT")
    lines = ["path,label,speaker", "rec/hush1.wav,anger,x", "rec/hush2.wav,sad,x"]
    message = failure(ser("small", "--table", table_of(place, lines)))
    assert "none of 2 recordings could be predicted" in message


def test_without_speakers_the_interval_is_called_too_narrow(ser, place, tmp_path):
    lines = ["path,label", *(f"rec/{e}{s}{t}.wav,{e}" for e, s, t in NAMES)]
    done = ser("small", "--table", table_of(place, lines), "--to", tmp_path / "r.json")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "r.json").read_text())["speakers"] is None
    assert "takes every recording for a speaker of its own, so it is too narrow" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["small"], "a corpus .* or --table FILE; one of them"),
        (["small", "demo", "--table", "mine.csv"], "one of them"),
        (["small", "demo", "--column", "path=x"], "--column: an option of a table, not of a corpus"),
        (["small", "--table", "mine.csv", "--preset", "four"], "--preset: an option of a corpus"),
        (["small", "--table", "mine.csv", "--to", "a.xlsx"], "--to a.xlsx: expected a name that ends in .json"),
        (["small", "demoo"], "'demoo' is not known; did you mean 'demo'|'demoo' is not known"),
        (["small", "emodb"], "emodb is not on this machine .* ser fetch emodb"),
        (["small", "--table", "nosuch.csv"], "nosuch.csv"),
    ],
)
def test_what_cannot_start_is_an_error_with_a_fix(ser, arguments, message):
    with pytest.raises(UserError, match=message):
        raise ser(*arguments).exception


def test_where_only_an_option_of_ser_import_helps_that_is_the_advice(ser, place):
    lines = ["path,label,speaker", "rec/anger17.wav,anger,a", "rec/anger17.wav,sad,a", "rec/sadness17.wav,sad,b"]
    message = failure(ser("small", "--table", table_of(place, lines)))
    assert "add --votes majority" in message
    assert "import the table with it (ser import), and score on the corpus" in message


def test_a_corpus_of_text_alone_is_an_error(ser, place, monkeypatch):
    table = pd.DataFrame(
        {"utterance_id": ["a", "b"], "path": None, "speaker": "1", "emotion": ["joy", "anger"], "style": None}
    )
    monkeypatch.setattr("pipelines.commands.score_sources._utterances", lambda corpus: table)
    assert "meld: none of its utterances has a recording here" in failure(ser("small", "meld"))


@pytest.fixture
def demo(place, monkeypatch):
    """The synthetic corpus of two speakers in that project, without an utterance table."""
    monkeypatch.chdir(place)
    root = paths.corpus_root("demo")
    if not root.exists():
        root.mkdir(parents=True)
        synthesise_corpus(root, DemoParams(speakers=2, utterances_per_emotion=2, difficulty=0.5, seed=0))
        write_manifest(CORPORA["demo"], root, paths.manifest("demo"))
    return root


def test_a_corpus_is_read_through_its_label_map(ser, demo, tmp_path):
    done = ser("small", "demo", "--to", tmp_path / "r.json")
    assert done.exit_code == 0, done.output
    result = json.loads((tmp_path / "r.json").read_text())
    assert (result["preset"], result["classes"]) == ("four_classes", ["anger", "neutral", "sadness"])
    assert result["left_out"] == {"emotion happiness": 4}
    assert (result["utterances"], result["speakers"]) == (12, 2)
    assert "Synthetic speech" in done.stdout


def test_a_corpus_that_was_trained_on_is_refused(ser, demo, place):
    found = sorted({path.stem.split("-")[1] for path in demo.glob("*.wav")})
    rows = pd.DataFrame({"speaker": found, "sha256": [None] * len(found)})
    pages = {"training.json": training_record("demo", rows, speakers_known=True).encode()}
    small_bundle(place / "data" / "bundles" / "of_demo", pages=pages)
    assert "2 speakers (demo/f01, demo/m02)" in failure(ser("of_demo", "demo"), LeakError)


def test_a_file_of_the_corpus_that_is_gone_is_an_error_before_anything_is_predicted(ser, demo):
    file = next(iter(sorted(demo.glob("*.wav"))))
    content = file.read_bytes()
    file.unlink()
    try:
        assert "missing" in failure(ser("small", "demo"), CorpusError)
    finally:
        file.write_bytes(content)
