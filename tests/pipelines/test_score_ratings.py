"""`ser score` with a bundle of valence, activation and dominance."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.known_corpora import CORPORA
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.inference.estimate import estimate
from ser_tasks.bundles.rating_scores import shared_dimensions, unsure_and_others
from ser_tasks.bundles.training_record import training_record
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.corpora.synthesis.corpus import synthesise_corpus
from ser_tasks.errors import LeakError, UserError
from ser_tasks.params import DemoParams
from tests.bundles.dimensions.small_dimension_bundles import DIMENSIONS, small_dimension_bundle
from tests.bundles.small_bundles import PROJECT


def record(*speakers):
    rows = pd.DataFrame({"speaker": speakers, "sha256": [None] * len(speakers)})
    return {"training.json": training_record("demo", rows, speakers_known=True).encode()}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project with a bundle of ratings, and the synthetic corpus of two speakers."""
    folder = tmp_path_factory.mktemp("project")
    small_dimension_bundle(folder / "data" / "bundles" / "rates", pages=record("somebody"))
    small_dimension_bundle(folder / "data" / "bundles" / "knows", pages=record("f01"))
    (folder / "params.yaml").symlink_to(PROJECT / "params.yaml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        root = paths.corpus_root("demo")
        root.mkdir(parents=True)
        synthesise_corpus(root, DemoParams(speakers=2, utterances_per_emotion=2, difficulty=0.5, seed=0))
        write_manifest(CORPORA["demo"], root, paths.manifest("demo"))
    return folder


@pytest.fixture
def ser(place, monkeypatch):
    """A function that runs `ser score` there, in this process."""
    monkeypatch.chdir(place)
    return lambda *arguments: CliRunner().invoke(cli, ["score", *map(str, arguments)])


def failure(done, kind=UserError):
    assert isinstance(done.exception, kind), done.output
    return str(done.exception)


def lin(truth, predicted):
    """The CCC as Lin wrote it."""
    covariance = np.mean((truth - truth.mean()) * (predicted - predicted.mean()))
    return 2 * covariance / (truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2)


def test_the_figures_are_those_of_the_predictions_of_the_bundle_beside_the_ratings_of_the_corpus(ser, place, tmp_path):
    done = ser("rates", "demo", "--to", tmp_path / "r.json", "--to", tmp_path / "p.csv")
    assert done.exit_code == 0, done.output
    root = paths.corpus_root("demo")
    rated = read_corpus(CORPORA["demo"], root, paths.manifest("demo")).set_index("utterance_id")
    bundle = load_any_bundle(place / "data/bundles/rates")
    estimates = {name: estimate(bundle, read_recording(root / path)) for name, path in rated.path.items()}
    result, rows = json.loads((tmp_path / "r.json").read_text()), pd.read_csv(tmp_path / "p.csv")
    rows = rows.set_index("utterance_id")
    for name in DIMENSIONS:
        truth = rated[name].to_numpy()
        predicted = np.array([estimates[each].dimensions[name].value for each in rated.index])
        own = result["dimensions"][name]
        assert own["ccc"] == pytest.approx(lin(truth, predicted), abs=1e-4)
        assert own["mae"] == pytest.approx(np.abs(truth - predicted).mean(), abs=1e-4)
        within = np.abs(truth - predicted) <= bundle.card.half_widths[name]
        assert own["interval_coverage"] == pytest.approx(within.mean(), abs=1e-4)
        np.testing.assert_allclose(rows[name][rated.index], predicted, atol=1e-4)
        np.testing.assert_allclose(rows[f"{name}_rated"][rated.index], truth, atol=1e-4)
    assert result["ccc"] == pytest.approx(np.mean([own["ccc"] for own in result["dimensions"].values()]), abs=1e-4)
    assert (result["utterances"], result["speakers"], result["checked"]) == (16, 2, True)
    assert "small on demo: 16 utterances, 2 speakers" in done.stdout
    assert "Synthetic speech" in done.stdout
    errors = np.mean([np.abs(rows[name] - rows[f"{name}_rated"]) for name in DIMENSIONS], axis=0)
    assert result["unsure"]["share"] == pytest.approx(rows.unsure.mean(), abs=1e-4)
    assert result["unsure"]["mae" if rows.unsure.all() else "mae_of_others"] == pytest.approx(
        errors[rows.unsure == rows.unsure.all()].mean(), abs=1e-4
    )


def test_unsure_predictions_have_their_own_error():
    figures = unsure_and_others(np.array([True, False, False]), np.array([1.0, 0.2, 0.4]))
    assert figures == {"share": 0.3333, "mae": 1.0, "mae_of_others": 0.3}
    assert unsure_and_others(np.array([False]), np.array([0.5])) == {"share": 0.0, "mae": None, "mae_of_others": 0.5}


def test_a_speaker_of_the_training_set_is_refused(ser):
    assert "1 speakers (demo/f01) were in the training data" in failure(ser("knows", "demo"), LeakError)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--table", "mine.csv"), "small predicts ratings, and is scored on a corpus that has them"),
        (("demo", "--preset", "four_classes"), "without a label map: ser score small CORPUS"),
        (("dmeo",), "demo"),
    ],
)
def test_what_is_not_a_rated_corpus_is_refused(ser, arguments, message):
    assert message in failure(ser("rates", *arguments))


def test_what_the_corpus_is_not_rated_in_is_left_out_and_said(ser, monkeypatch, tmp_path):
    root = paths.corpus_root("demo")
    rated = read_corpus(CORPORA["demo"], root, paths.manifest("demo"))
    rated.loc[3:, "dominance"] = np.nan
    monkeypatch.setattr("pipelines.commands.score_sources._utterances", lambda corpus: rated)
    done = ser("rates", "demo", "--to", tmp_path / "some.json")
    assert done.exit_code == 0, done.output
    assert "Left out: 13 × not rated" in done.stdout
    monkeypatch.setattr("pipelines.commands.score_sources._utterances", lambda corpus: rated.assign(dominance=np.nan))
    done = ser("rates", "demo", "--to", tmp_path / "none.json")
    assert "The bundle also predicts dominance, in which the test set is not rated" in done.stdout.replace("\n", " ")
    assert list(json.loads((tmp_path / "none.json").read_text())["dimensions"]) == ["valence", "activation"]


def test_a_file_that_cannot_be_read_has_its_row_and_its_reason(ser, tmp_path, monkeypatch):
    root = paths.corpus_root("demo")
    rated = read_corpus(CORPORA["demo"], root, paths.manifest("demo"))
    rated.loc[0, "path"] = "gone.wav"
    monkeypatch.setattr("pipelines.commands.score_sources._utterances", lambda corpus: rated)
    done = ser("rates", "demo", "--to", tmp_path / "p.jsonl", "--to", tmp_path / "r.json")
    assert done.exit_code == 2
    last = json.loads((tmp_path / "p.jsonl").read_text().splitlines()[-1])
    assert (last["utterance_id"], last["valence"], last["unsure"]) == (rated.utterance_id[0], None, True)
    assert last["valence_rated"] == pytest.approx(rated.valence[0])
    assert "no such file" in last["remarks"][0]
    assert json.loads((tmp_path / "r.json").read_text())["utterances"] == 15


def test_a_corpus_without_ratings_or_with_none_of_the_bundles_dimensions_is_an_error(ser, monkeypatch):
    none = dict.fromkeys(("valence", "activation", "dominance"), np.nan)
    silent = pd.DataFrame({"utterance_id": ["a", "b"], "path": ["a.wav", "b.wav"], "speaker": "1", **none})
    monkeypatch.setattr("pipelines.commands.score_sources._utterances", lambda corpus: silent)
    assert "ravdess has no ratings" in failure(ser("rates", "ravdess"))
    with pytest.raises(UserError, match="rated in dominance, the bundle predicts valence, activation: nothing"):
        shared_dimensions(["dominance"], ["valence", "activation"])
