"""Small bundles that read words, an ensemble of one with the small SVM, and a recogniser with a fixed result."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from ser_tasks.bundles.card import read_card
from ser_tasks.bundles.ensemble_bundle import write_ensemble
from ser_tasks.bundles.model_bundle import write_bundle
from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.models import MODELS
from ser_tasks.models.ensembles.weighted import WeightedAverage
from ser_tasks.models.recogniser import Examples
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Engine, Transcript, Word
from ser_tasks.text.transcripts import Turn
from tests.bundles.small_bundles import ASR, CLASSES, small_card, small_params

SENTENCES = {"anger": "stop it now", "neutral": "see you at nine", "sadness": "nobody is left"}
WEIGHTS, TEMPERATURE, ALONE = np.array([0.7, 0.3]), 0.5, 2.0
ONE_STEP = {"epochs": 1, "batch_size": 64, "refit": False, "seeds": 1}  # of a corpus of 60


def words_of(text: str, *, confidence: float = 0.9, language: str = "en", sure: float | None = None) -> Transcript:
    """A word every 0.2 s."""
    words = tuple(Word(word, 0.2 * place, 0.2 * place + 0.1, confidence) for place, word in enumerate(text.split()))
    return Transcript(text, words, language, sure)


class Parrot:
    """Returns `transcript` for any sound, and keeps the languages that it was called with."""

    transcript = words_of("stop it now")
    languages: ClassVar[list[str | None]] = []

    def transcribe(self, signal, *, sampling_rate, language):
        Parrot.languages.append(language)
        return Parrot.transcript


def use_parrot(monkeypatch) -> type[Parrot]:
    """Make it the one engine of the table."""
    monkeypatch.setattr(asr, "ENGINES", {"parrot": Engine(Parrot, ("numpy",), "install it", languages=("en",))})
    monkeypatch.setattr(Parrot, "transcript", words_of("stop it now"))
    monkeypatch.setattr(Parrot, "languages", [])
    return Parrot


def text_examples(n: int = 60) -> Examples:
    """Each class has words of its own; four speakers."""
    names = [list(CLASSES)[row % 3] for row in range(n)]
    fillers = ["well", "so then", "look", ""]
    dialogues = tuple((Turn(f"{fillers[row % 4]} {SENTENCES[name]}", ""),) for row, name in enumerate(names))
    return Examples(dialogues, np.array(names), np.array([f"s{row // 3 % 4}" for row in range(n)]))


def with_sound(examples: Examples) -> Examples:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(len(examples.emotions), 1, 4)).astype(np.float32)
    items = tuple(SpeechAndWords(row, turns[-1].text) for row, turns in zip(rows, examples.features, strict=True))
    return replace(examples, features=items)


def small_section(model: str):
    """Of params.yaml, its training cut to one step: each length of a batch is a graph of its own, and takes seconds."""
    params = small_params()
    section = MODELS[model].section(params)
    if not MODELS[model].keras:
        return section.model_copy(update={"min_count": 1, "c": (1.0,)}), section
    training = params.training.model_copy(update=ONE_STEP)
    network = section.network.model_copy(update={"training": training})
    return replace(section, network=network), network


def written(folder: Path, model: str, examples: Examples) -> tuple[Path, object]:
    """A bundle of this model, fitted on these; and the recogniser in it."""
    section, _ = small_section(model)
    recogniser = MODELS[model].build(section, classes=tuple(CLASSES), seed=0)
    recogniser.fit(examples, None)
    card = small_card(recogniser, small_params(), model=model, settings=getattr(section, "network", section))
    write_bundle(folder, card, recogniser, None, pages={})
    return folder, recogniser


def small_ensemble(folder: Path, svm: Path, text: Path) -> Path:
    """The small SVM and TF-IDF: weights 0.7 and 0.3, one temperature for both and another for the SVM alone."""
    own = read_card(svm)
    about = {"model": "both", "members": ("svm", "tfidf"), "rule": "weighted_average", "files": {}, "asr": ASR}
    card = own.model_copy(update={**about, "feature_set": "predictions", "temperature": TEMPERATURE, "sections": {}})
    write_ensemble(folder, card, WeightedAverage(WEIGHTS), {(True, False): ALONE}, [svm, text], pages={})
    return folder
