"""Ridge on sentence vectors, with an encoder made by hand in place of a trained one."""

import numpy as np
import pytest

from pipelines.orchestration.stage_list import stages_of
from pipelines.settings import project_params
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.dimensions.sentence_encoder_ridge import SentencesRidge
from ser_tasks.models.dimensions.versions import regressor_versions
from ser_tasks.models.text.sentence_encoder import StandardisedTurns
from ser_tasks.params import ContextParams, SentenceRidgeParams
from ser_tasks.text.transcripts import Turn

WORDS = ("awful", "dull", "fine", "lovely")


def encode(texts: list[str]) -> np.ndarray:
    """Which words are there, how long the text is, and a constant."""
    return np.array([[*(word in text for word in WORDS), len(text), 4.0] for text in texts], np.float32)


def ridge(*, turns: int = 0, alpha: tuple[float, ...] = (0.01, 1.0)) -> SentencesRidge:
    context = ContextParams(turns=turns, weight=0.5)
    own = SentenceRidgeParams(model="by hand", weights=None, layers=(), context=context, alpha=alpha, inner_folds=3)
    return SentencesRidge(own, seed=0, encode=encode)


def examples(n: int = 120, *, before: bool = False) -> RatedExamples:
    """A word tells the valence, and its place in the list the activation, backwards; in the turn, or in that before."""
    rng = np.random.default_rng(0)
    telling, other = rng.integers(0, 4, n), rng.integers(0, 4, n)
    rows = np.empty(n, object)
    for place in range(n):
        said = (f"so {WORDS[telling[place]]}", f"well {WORDS[other[place]]}")
        earlier, last = said if before else said[::-1]
        rows[place] = (Turn(earlier, "other"), Turn(last, str(place % 6)))
    ratings = np.column_stack([1.5 + telling, 4.5 - telling]) + rng.normal(0, 0.05, (n, 2))
    return RatedExamples(rows, ratings, np.array([str(place % 6) for place in range(n)]))


def test_the_planes_are_those_of_ridge_in_closed_form_on_standardised_vectors():
    train, model = examples(), ridge(turns=1)
    chosen = model.fit(train)
    rows = np.float64(StandardisedTurns(0.5).fit_transform(model.represent(train.features)))
    centred, mean = rows - rows.mean(axis=0), train.ratings.mean(axis=0)
    for place, alpha in enumerate(chosen["alpha"]):
        plane = np.linalg.solve(centred.T @ centred + alpha * np.eye(rows.shape[1]), centred.T @ train.ratings)
        scores = mean[place] + centred @ plane[:, place]
        expected = model.chosen.matched.offset[place] + model.chosen.matched.slope[place] * scores
        np.testing.assert_allclose(model.predict(train.features)[:, place], np.clip(expected, 1, 5), atol=1e-3)


def test_what_the_encoder_distinguishes_is_learned_and_earlier_turns_help_where_they_are_read():
    def agreement(turns: int, *, before: bool) -> float:
        train, model = examples(before=before), ridge(turns=turns)
        model.fit(train)
        predicted = model.predict(train.features)
        return float(np.mean([concordance(t, p) for t, p in zip(train.ratings.T, predicted.T, strict=True)]))

    assert agreement(0, before=False) > 0.99
    assert agreement(1, before=True) > 0.99
    assert agreement(0, before=True) < 0.5


def test_vectors_of_an_inner_part_are_standardised_over_its_other_speakers(monkeypatch):
    fitted_to, fit = [], StandardisedTurns.fit

    def watched(self, vectors, truth=None):
        fitted_to.append(len(vectors))
        return fit(self, vectors, truth)

    monkeypatch.setattr(StandardisedTurns, "fit", watched)
    ridge().fit(examples())
    assert fitted_to == [80, 80, 80, 120]


def test_it_reads_the_encoder_and_its_turns_of_one_section_and_the_penalties_of_another():
    params = project_params()
    section = DIMENSION_MODELS["sentence_encoder_ridge"].section(params)
    encoder = params.sentence_encoder
    assert (section.model, section.weights, section.layers) == (encoder.model, encoder.weights, encoder.layers)
    assert section.context == encoder.context
    assert section.alpha == params.sentence_encoder_ridge.alpha


@pytest.mark.parametrize("name", ["sentence_encoder_ridge", "sentence_encoder_ridge_heard"])
def test_its_stage_depends_on_both_sections_and_its_figures_state_the_libraries_of_the_encoder(name):
    line = {"corpus": "demo", "protocol": "speaker_independent", "model": name}
    params = project_params()
    with_it = params.model_copy(update={"evaluations": (*params.evaluations, type(params.evaluations[0])(**line))})
    (entry,) = (own for own in stages_of(with_it)["dimensions"].values() if own["model"] == name)
    assert {entry["settings"], entry["network"], entry["training"]} == {"sentence_encoder_ridge", "sentence_encoder"}
    assert {"sentence-transformers", "transformers", "torch"} <= set(regressor_versions(name))
    assert "torch" not in regressor_versions("ridge")
