"""The model that is kept: trained on all utterances, chosen and calibrated on speakers set aside on the way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS
from ser_tasks.models.embedding_svm import EmbeddingSvmSection
from ser_tasks.models.network import NetworkSection

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Examples, Model, Recogniser
    from ser_tasks.params import Params


def final_section(model: str, params: Params) -> Any:
    """Section of params.yaml for the model; a network is always refitted on all speakers in the end."""
    return refitted(MODELS[model].section(params))


def refitted(section: Any) -> Any:
    """The same section; of a network one that is trained again on all speakers in the end."""
    if isinstance(section, EmbeddingSvmSection):
        return replace(section, network=refitted(section.network))
    if not isinstance(section, NetworkSection):
        return section
    training = section.training.model_copy(update={"refit": True})
    return replace(section, network=section.network.model_copy(update={"training": training}))


def plain_settings(section: Any) -> dict[str, Any]:
    """Of such a section, the values that a bundle keeps and makes the model from again."""
    if isinstance(section, EmbeddingSvmSection):
        return plain_settings(section.network) | {"svm": section.svm.model_dump(mode="json")}
    return dict(getattr(section, "network", section).model_dump(mode="json"))


def final_recogniser(line: Model, params: Params, examples: Examples, *, seed: int, folder: Path) -> Recogniser:
    """The model of a line of the table, fitted on all utterances.

    Args:
        line: that line alone: what is kept does not change with the other models
        params: of the whole project; the model reads its own section
        examples: all utterances of the corpus
        seed: of whatever the model draws at random
        folder: where a network keeps its state, to go on from after a kill
    """
    if line.keras:
        load_keras()
    classes = tuple(sorted(set(examples.emotions.tolist())))
    recogniser = line.build(refitted(line.section(params)), classes=classes, seed=seed)
    recogniser.fit(examples, None, folder=folder)
    return recogniser
