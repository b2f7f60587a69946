"""bundle.json: what is known of a bundled model, and the digests of the files beside it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError

from ser_tasks.errors import UserError
from ser_tasks.params.base import Name, Section
from ser_tasks.provenance.file_digest import file_sha256

FORMAT = 1  # of a bundle of classes; a number never used before when files or fields change their meaning
OF_DIMENSIONS = 2  # format of a bundle of valence, activation and dominance
FILE = "bundle.json"
REBUILD = "Make the bundle again (ser bundle CORPUS MODEL), or copy it again from where it was made."

Share = Annotated[float, Field(ge=0, le=1)]


class BundleError(UserError):
    """A bundle that cannot be used, or a model that cannot be bundled."""


class Figures(Section):
    """Of the cross-validation: the final model has seen all speakers, so it has no unseen test set of its own."""

    protocol: str
    protocol_kind: str
    utterances: PositiveInt
    speakers: PositiveInt
    uar: Share
    uar_low: Share
    uar_high: Share
    accuracy: Share
    macro_f1: Share
    recall: dict[str, Share]
    ece: Share  # expected calibration error
    aurc: Share  # area under the risk-coverage curve
    coverage: Share  # predictions that are not unsure by their confidence
    selective_error: Share  # of those
    target_error: Share  # that the threshold was chosen for; missed where selective_error is above it
    speaker_dependent_uar: Share | None  # None: not computed


class BaseTrainingData(Section):
    """What a card holds of the training set of its model, whatever that predicts."""

    title: str  # of the corpus
    kind: str  # acted, natural or synthetic
    language: str  # ISO 639-1; several with commas
    speakers: dict[str, PositiveInt]  # female, male, unknown
    hours: NonNegativeFloat  # 0: nobody stated how long its utterances are


class TrainingData(BaseTrainingData):
    """The training set of a model of classes."""

    utterances: dict[str, PositiveInt]  # of each class


class SpeechRecognition(Section):
    """The speech recogniser whose words the model reads, and when they count."""

    engine: Name  # of the table of recognisers
    settings: dict[str, Any]  # of the engine, as in params.yaml
    versions: dict[str, str]  # of its libraries
    weights: dict[str, str]  # file of its model -> SHA-256; empty: they come with the library
    languages: tuple[str, ...]  # ISO 639-1, of the training set; empty: unknown, any language counts
    least_confidence: Share  # mean over the words below which they do not count


class BaseCard(Section):
    """What bundle.json holds of every bundle."""

    format: int
    name: Name
    corpus: str
    model: str
    feature_set: str
    sampling_rate: PositiveInt  # Hz, of the signal that features are taken from
    sections: dict[str, dict[str, Any]]  # of params.yaml, that decide the features; `sections_from` rebuilds them
    settings: dict[str, Any]  # the model's own section
    seed: int
    farthest: PositiveFloat  # distance above which a prediction is unsure, see `unlikeness`
    durations: tuple[float, float] | None  # shortest and longest training utterance, s; None: it takes no audio
    files: dict[str, str]  # name -> SHA-256
    versions: dict[str, str]
    licence: str  # of the corpus
    citation: str
    data_digest: str  # of the training features
    code_digest: str  # of the code that extracts, trains and predicts; commit and time: its run in MLflow has them


class Card(BaseCard):
    """What bundle.json holds of a bundle of classes."""

    preset: str
    classes: Annotated[tuple[str, ...], Field(min_length=2)]  # in the order of the posteriors
    temperature: PositiveFloat  # posteriors = softmax(scores / temperature)
    unsure_below: Share  # confidence
    training: TrainingData
    figures: Figures
    asr: SpeechRecognition | None = None  # None: the model reads no words
    members: tuple[str, ...] = ()  # of an ensemble: models, each with a bundle of its own below members/
    rule: str | None = None  # of an ensemble


OneCard = TypeVar("OneCard", bound=BaseCard)


def write_card(card: BaseCard, folder: Path) -> None:
    """bundle.json, with a digest of its own content."""
    content = card.model_dump(mode="json")
    text = json.dumps({**content, "sha256": _digest(content)}, indent=2, ensure_ascii=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_card(folder: Path) -> Card:
    """The card of a bundle of classes that `write_card` wrote.

    Raises:
        BundleError: no bundle, another format, an edited or incomplete card, or a bundle of dimensions
    """
    content = card_content(folder)
    if content["format"] == OF_DIMENSIONS:
        raise BundleError(
            f"{folder}: a bundle of {', '.join(content.get('dimensions', ()))} ({content.get('model')}), but a bundle "
            "of classes is needed here. Name one of those; this one is for ser predict, ser score, ser app and ser "
            f"serve: ser predict FILE --bundle {folder}"
        )
    return as_card(Card, content, folder)


def card_content(folder: Path) -> dict[str, Any]:
    """What bundle.json holds, held against its own digest.

    Raises:
        BundleError: no bundle, an unknown format, or an edited card
    """
    file = folder / FILE
    if not file.is_file():
        raise BundleError(f"{folder}: no bundle here (there is no {FILE}). {REBUILD}")
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found, stated = content["format"], content.pop("sha256")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{file}: not the card of a bundle ({error!r}). {REBUILD}") from error
    if found not in (FORMAT, OF_DIMENSIONS):
        raise BundleError(
            f"{file}: format {found}, but this version of ser reads formats {FORMAT} and {OF_DIMENSIONS}. {REBUILD}"
        )
    if stated != _digest(content):
        raise BundleError(f"{file}: its content was changed after it was written. {REBUILD}")
    return content


def as_card(kind: type[OneCard], content: dict[str, Any], folder: Path) -> OneCard:
    """The card with this content.

    Raises:
        BundleError: it is incomplete
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise BundleError(f"{folder / FILE}: not the card of a bundle: {error}. {REBUILD}") from error


def check_files(card: BaseCard, folder: Path) -> None:
    """Hold every file of the bundle against its digest.

    Raises:
        BundleError: a file is missing or was changed
    """
    for name, stated in card.files.items():
        file = folder / name
        if not file.is_file():
            raise BundleError(f"{file}: missing from the bundle. {REBUILD}")
        if file_sha256(file) != stated:
            raise BundleError(f"{file}: changed since the bundle was made (its SHA-256 differs). {REBUILD}")


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
