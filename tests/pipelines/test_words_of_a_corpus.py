"""What an evaluation of a model of words says of a corpus that lacks words, or orders no turns."""

import pandas as pd
import pytest

from pipelines import paths
from pipelines.evaluations.plan import check_words
from pipelines.evaluations.result import without_turns
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.errors import UserError
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


def test_utterances_without_words_are_counted_among_those_that_take_part_with_what_to_do():
    table = pd.DataFrame({"utterance_id": ["a", "b", "c"], "transcript": ["go", None, None], "path": ["a.wav"] * 3})
    with pytest.raises(
        UserError, match=r"2 of the 3 utterances.*first is b; tfidf reads these.*\(.*\)\. Or take tfidf_heard"
    ):
        check_words("emodb", table, "tfidf", "transcripts")
    with pytest.raises(UserError) as alone:
        check_words("emodb", table.assign(path=None), "tfidf_ridge", "transcripts")
    assert "_heard" not in str(alone.value), "there is no sound to be recognised"
    check_words("emodb", table, "tfidf_heard", "heard_transcripts")
    check_words("emodb", table[:1], "tfidf", "transcripts")
