"""What a result says of a model that reads the turns before an utterance, in a corpus that orders none."""

import pytest

from pipelines import paths
from pipelines.evaluations.result import without_turns
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from tests.pipelines.test_dimensions import rows


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A function that writes the table of a corpus, with these turns."""
    params = project_params()
    monkeypatch.chdir(tmp_path)

    def written(turns):
        table = utterance_table(rows())
        write_utterances(table.assign(turn=[*turns, *[None] * len(table)][: len(table)]), paths.utterances("own"))
        return params

    return written


@pytest.mark.parametrize(("name", "turns"), [("tfidf_context", 3), ("sentence_encoder", 2), ("dialogue_blstm", 2)])
def test_a_model_of_earlier_turns_says_that_there_are_none(corpus, name, turns):
    (said,) = without_turns("own", MODELS[name], corpus([]))
    assert f"No utterance of own has a turn: the {turns} turns before it" in said
    assert without_turns("own", MODELS[name], corpus([0.0])) == []


def test_models_of_the_utterance_alone_and_of_sound_say_nothing(corpus):
    params = corpus([])
    lines = [*(MODELS[name] for name in ("tfidf", "text_lstm", "svm", "speech_text_fusion")), DIMENSION_MODELS["ridge"]]
    assert [without_turns("own", line, params) for line in lines] == [[]] * 5
