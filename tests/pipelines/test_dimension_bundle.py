"""Stage `bundle` of a model of dimensions: what it is trained on, and what stands on its card; no server."""

import numpy as np
import pytest

from pipelines import paths
from pipelines.evaluations.dimensions import plan_dimensions
from pipelines.settings import project_params
from pipelines.stages import dimension_bundle as stage
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.dimensions.final_model import final_regressor
from ser_tasks.bundles.training_record import read_training_record
from ser_tasks.errors import UserError
from ser_tasks.params import BundleParams
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
    trained = final_regressor("ridge", bundled, rated, seed=bundled.evaluation.seed)
    np.testing.assert_array_equal(bundle.regressor.predict(rated.features), trained.predict(rated.features))
    assert list(card.half_widths.values()) == trained.half_widths().tolist()
    assert card.training.ratings["valence"].mean == pytest.approx(rated.ratings[:, 0].mean(), abs=1e-4)
    assert len(read_training_record(folder).speakers) == 4
    assert "57 rated utterances" in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_bundle_without_its_evaluation_is_refused_with_the_command_that_makes_it(bundled):
    with pytest.raises(UserError, match=r"ridge has not been evaluated on demo. Evaluate it: ser evaluate demo ridge"):
        stage.dimension_bundle("demo_ridge", bundled)
