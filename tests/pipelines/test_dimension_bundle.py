"""Stage `bundle` of a model of dimensions: what it is trained on, and what stands on its card; no server."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipelines import paths
from pipelines.evaluations import recompute
from pipelines.evaluations.dimensions import plan_dimensions, result_of, write_outputs
from pipelines.evaluations.verify_rows import Recorded
from pipelines.settings import project_params
from pipelines.stages import dimension_bundle as stage
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.dimensions.final_model import final_regressor
from ser_tasks.bundles.training_record import read_training_record
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import compute_dimension_fold, dimension_outcome
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import BundleParams
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines import test_dimensions as dimensions

project = dimensions.project  # the fixture: 57 rated utterances of four speakers


@pytest.fixture
def bundled(monkeypatch):
    """The params with a bundle; nothing is registered in MLflow."""
    monkeypatch.setattr(stage, "register_bundle", lambda *_, **__: "1")
    own = BundleParams(corpus="demo", model="ridge", protocol="speaker_independent")
    return project_params().model_copy(update={"bundles": {"demo_ridge": own}})


def test_the_stage_trains_on_every_rated_utterance_and_keeps_the_figures_of_the_evaluation(bundled):
    result = dimensions.evaluate()
    stage.dimension_bundle("demo_ridge", bundled)
    folder = paths.bundle("demo_ridge")
    bundle = load_any_bundle(folder)
    card = bundle.card
    assert (card.training.utterances, card.dimensions) == (57, ("valence", "activation"))
    assert (card.figures.ccc, card.figures.speakers) == (result["ccc"], 4)
    assert card.figures.dimensions["valence"].model_dump() == result["dimensions"]["valence"]
    rated = stage.all_rated(plan_dimensions("demo", "speaker_independent", "ridge", bundled))
    trained = final_regressor(DIMENSION_MODELS["ridge"], bundled, rated, seed=bundled.evaluation.seed)
    np.testing.assert_array_equal(bundle.regressor.predict(rated.features), trained.predict(rated.features))
    assert list(card.half_widths.values()) == trained.half_widths().tolist()
    assert card.training.ratings["valence"].mean == pytest.approx(rated.ratings[:, 0].mean(), abs=1e-4)
    assert len(read_training_record(folder).speakers) == 4
    assert "57 rated utterances" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_bundle_without_its_evaluation_is_refused_with_the_command_that_makes_it(bundled):
    with pytest.raises(UserError, match=r"ridge has not been evaluated on demo. Evaluate it: ser evaluate demo ridge"):
        stage.dimension_bundle("demo_ridge", bundled)


@pytest.fixture
def network(project, monkeypatch):
    """A network on frames; the corpus allows three epochs."""
    table, rng = read_utterances(paths.utterances("demo")), np.random.default_rng(2)
    frames = [rng.normal(0 if np.isnan(v) else v, 0.3, (9, N_DIMS)).astype(np.float32) for v in table.valence]
    write_features(paths.features("demo", "lld"), list(table.utterance_id), frames)
    monkeypatch.setattr(stage, "register_bundle", lambda *_, **__: "1")
    own = BundleParams(corpus="demo", model="blstm_attention_ccc", protocol="speaker_independent")
    params = project_params()
    corpus = {**params.corpus, "demo": params.corpus["demo"].model_copy(update={"epochs": 3})}
    return params.model_copy(update={"bundles": {"demo_network": own}, "corpus": corpus})


@pytest.mark.network
def test_a_network_is_trained_for_the_epochs_of_its_corpus_and_in_the_end_on_all_speakers(network):
    planned = plan_dimensions("demo", "speaker_independent", "blstm_attention_ccc", network)
    assert {request.params.networks.blstm_attention.training.epochs for request in planned.requests} == {3}
    outcomes = [dimension_outcome(compute_dimension_fold(request)) for request in planned.requests]
    assert {outcome.chosen["epochs"] for outcome in outcomes} == {3}
    result, predictions = result_of(planned, outcomes)
    assert "Networks were trained for 3 epochs only." in result["warnings"]
    write_outputs(result, predictions)
    before = set(paths.WORK.iterdir())
    stage.dimension_bundle("demo_network", network)
    assert load_any_bundle(paths.bundle("demo_network")).card.settings["training"]["refit"]
    (folder,) = set(paths.WORK.iterdir()) - before
    kept = {file.parent.name for file in folder.rglob("network.npz")}
    assert kept == {"refit", "part_0", "part_1", "part_2", "part_3"}, "each of its trainings can be killed"


@pytest.mark.network
def test_a_row_that_is_computed_afresh_is_trained_in_a_place_of_its_own(network, monkeypatch):
    planned = plan_dimensions("demo", "speaker_independent", "blstm_attention_ccc", network)
    outcomes = [dimension_outcome(compute_dimension_fold(request)) for request in planned.requests]
    result, predictions = result_of(planned, outcomes)
    write_outputs(result, predictions)
    for file in paths.WORK.rglob("network.npz"):
        file.write_bytes(b"not what is asked")
    monkeypatch.setattr(recompute, "ProcessPoolExecutor", lambda count, mp_context: ThreadPoolExecutor(1))
    row = Recorded(paths.dimension_result("demo", "speaker_independent", "blstm_attention_ccc"))
    again, _ = recompute.recompute(row, network)
    assert again["ccc"] == result["ccc"]
