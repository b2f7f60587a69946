"""Which models are bundled, what they are trained on, and what is said of them."""

import pandas as pd
import pytest

from ser_tasks.bundles.bundled import check_bundled, kind_of_weights
from ser_tasks.bundles.card import BundleError, read_card
from ser_tasks.bundles.dimensions.final_model import final_regressor
from ser_tasks.bundles.final_model import final_recogniser, final_section
from ser_tasks.bundles.model_card import model_card
from ser_tasks.bundles.reliability import validate_confidence
from ser_tasks.models import MODELS, NETWORKS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import ReliabilityParams
from ser_tasks.plots.model_card import reliability_figure, risk_coverage_figure
from ser_tasks.plots.style import as_png
from ser_tasks.provenance.code_digest import code_parts
from tests.bundles.small_bundles import small_params

SPEAKER_NORM = {name for name in MODELS if name.endswith("_speaker_norm")}
BUNDLED = set(MODELS) - SPEAKER_NORM - ON_VOTES - {"svm_published"}
SETTINGS = ReliabilityParams(
    error_share=0.5,
    least_coverage=0.3,
    calibration_bins=2,
    cloud_components=2,
    cloud_quantile=0.99,
    farthest=1.0,
)
PREDICTIONS = pd.DataFrame(  # confidences 0.9, 0.8, 0.7, 0.6, of which the third is wrong
    {"truth": ["a", "b", "b", "a"], "a": [0.9, 0.2, 0.7, 0.6], "b": [0.1, 0.8, 0.3, 0.4]}
)


def test_a_model_that_needs_all_recordings_of_a_speaker_is_refused():
    message = r"svm_speaker_norm cannot be bundled: it needs all recordings of a speaker.*another model: svm, logistic"
    with pytest.raises(BundleError, match=message):
        check_bundled("svm_speaker_norm")


def test_every_other_model_of_the_table_can_be_bundled_each_as_the_kind_of_its_weights():
    for name in BUNDLED:
        check_bundled(name)
    kinds = {"svm": "svm", "whisper_base_logistic": "logistic", "mlp": "network", "residual_cnn_svm": "embeddings"}
    kinds |= {
        "logistic_speeds": "logistic",
        "logistic_votes": "logistic",
        "logistic_large": "logistic",
        "fine_tuned": "network",
        "residual_cnn_speeds": "network",
    }
    kinds |= {
        "tfidf_context": "text",
        "tfidf_votes": "text",
        "sentence_encoder_votes_heard": "text",
        "sentence_encoder_heard": "text",
        "text_lstm_heard": "words_network",
    }
    kinds |= {"psd_text_fusion": "words_network"}
    assert {name: kind_of_weights(name) for name in kinds} == kinds


def test_a_network_is_refitted_on_all_speakers_whatever_its_section_and_differs_in_nothing_else():
    params = small_params()
    assert final_section("svm", params) == params.svm
    for name in BUNDLED & set(NETWORKS):
        before, after = MODELS[name].section(params), final_section(name, params)
        assert after.training.refit
        assert after.training.model_copy(update={"refit": before.training.refit}) == before.training
        assert after.sizes == before.sizes


def test_a_model_more_in_the_table_changes_no_bundle_of_another():
    """A card states the digest of the code that made it, and its stage does not depend on the table."""
    svm, ridge = MODELS["svm"], DIMENSION_MODELS["ridge"]
    for *own, final in ((svm.build, *svm.code, final_recogniser), (ridge.build, *ridge.code, final_regressor)):
        parts = code_parts(*own, final)
        assert final.__module__ in parts
        assert not [name for name in parts if name.startswith("ser_tasks.models.networks")], "the table names them all"


def test_confidences_are_judged_as_worked_by_hand():
    judged = validate_confidence(PREDICTIONS, ["a", "b"], SETTINGS)
    assert judged.confidence.tolist() == [0.9, 0.8, 0.7, 0.6]
    assert judged.ece == pytest.approx((abs(0.5 - 0.65) + abs(1 - 0.85)) / 2)
    assert judged.aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)
    assert judged.threshold == pytest.approx((0.8, 0.5, 0.0, 0.125))


def test_the_pictures_show_those_figures_and_are_the_same_every_time():
    judged = validate_confidence(PREDICTIONS, ["a", "b"], SETTINGS)
    first, second = (reliability_figure(judged.bins, judged.confidence, title="small") for _ in range(2))
    line = first.axes[0].lines[1]
    assert (line.get_xdata(), line.get_ydata()) == (pytest.approx([0.65, 0.85]), pytest.approx([0.5, 1.0]))
    assert as_png(first) == as_png(second)
    told = risk_coverage_figure(judged.curve, judged.threshold, title="small").axes[0].get_legend_handles_labels()[1]
    assert told == ["aimed at: 12.5%", "not unsure: 50% of the predictions,\n0.0% of them wrong"]


def test_the_model_card_states_the_training_set_what_it_is_not_for_and_how_good_it_is(bundle_folder):
    card = read_card(bundle_folder)
    text = model_card(card)
    assert "synthetic speech of 2 female and 2 male speakers" in text
    assert "must not be used on people" in text
    assert "Not for decisions about people" in text
    assert "| 90.0 [80.0, 100.0] | 33.3 | 90.0 | 90.0 | not computed |" in text
    assert "Aimed at 5.0 %, reached" in text
    known = card.figures.model_copy(update={"speaker_dependent_uar": 0.95, "selective_error": 0.1})
    text = model_card(card.model_copy(update={"figures": known}))
    assert "95.0 (+5.0)" in text
    assert "missed" in text
