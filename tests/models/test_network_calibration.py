"""What a network is calibrated on, with logits that say which utterance they are of."""

from types import SimpleNamespace

import numpy as np
import pytest

from ser_tasks.models.calibration import fit_temperature
from ser_tasks.models.network import NetworkRecogniser
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.training import logits as own
from ser_tasks.models.training.history import Epoch, History

pytestmark = pytest.mark.network

CLASSES = ("anger", "joy", "neutral")


class Untrained(NetworkRecogniser):
    """Remembers what it would have been trained on, and stopped on."""

    def _train(self, learn, check, folder, *, epochs):
        self.learnt, self.checked = learn, check
        self.model = SimpleNamespace(count_params=lambda: 0)
        return History("last", [Epoch(1.0, 1.0, 0.5, 0.1)])


def logits(_, frames, *, settings):
    """Those of an utterance, whose number is its feature."""
    return np.array([np.random.default_rng(int(one[0, 0])).normal(size=3) for one in frames])


@pytest.fixture
def recogniser(monkeypatch) -> Untrained:
    monkeypatch.setattr(own, "network_logits", logits)
    training = SimpleNamespace(epochs=1, refit=False, validation_share=0.25)
    return Untrained(None, SimpleNamespace(training=training), classes=CLASSES, seed=0)


def numbered(speakers: str, emotions: list[str]) -> Examples:
    return Examples(np.arange(len(speakers), dtype=np.float32)[:, None], np.array(emotions), np.array(list(speakers)))


def expected(labelled, only=CLASSES) -> float:
    """The temperature on these utterances alone."""
    kept = np.isin(labelled.truth, [CLASSES.index(name) for name in only])
    return fit_temperature(logits(None, labelled.frames, settings=None)[kept], labelled.truth[kept])


def test_the_temperature_is_fitted_on_unseen_speakers(recogniser):
    speakers = "abcd" * 15
    chosen = recogniser.fit(numbered(speakers, list(CLASSES) * 20), None)
    learnt, checked = (
        {speakers[int(one[0, 0])] for one in part.frames} for part in (recogniser.learnt, recogniser.checked)
    )
    assert (len(checked), learnt | checked, learnt & checked) == (1, set("abcd"), set())
    assert chosen["temperature"] == expected(recogniser.checked)
    assert chosen["temperature"] != expected(recogniser.learnt)


def test_utterances_of_a_class_that_is_not_in_training_do_not_count_in_the_temperature(recogniser):
    train = numbered("a" * 30, ["anger", "joy"] * 15)
    validation = numbered("b" * 30, list(CLASSES) * 10)
    chosen = recogniser.fit(train, validation)
    assert chosen["temperature"] == expected(recogniser.checked, only=("anger", "joy"))
    assert chosen["temperature"] != expected(recogniser.checked)
