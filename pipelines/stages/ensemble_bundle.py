"""Stage `ensemble_bundle`: an ensemble ready for use, made of the bundles of its members."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipelines import paths
from pipelines.evaluations.ensemble import member_tables
from pipelines.orchestration.stage_list import bundles_of_members
from pipelines.settings import project_params
from pipelines.stages.bundle import evaluated, pictures, register, show_bundle
from pipelines.stages.bundle_card import figures_of
from ser_tasks.bundles.card import FORMAT, BaseCard, BundleError, Card, read_card
from ser_tasks.bundles.ensemble_bundle import write_ensemble
from ser_tasks.bundles.inference.prediction import recognise_all
from ser_tasks.bundles.model_card import FILE as MODEL_CARD
from ser_tasks.bundles.model_card import model_card
from ser_tasks.bundles.reliability import Confidence, validate_confidence
from ser_tasks.bundles.training_record import FILE as TRAINING
from ser_tasks.bundles.training_record import joined_record, read_training_record
from ser_tasks.engine import flow
from ser_tasks.features.audio_text import takes_audio
from ser_tasks.models.ensembles.calibration import calibrated_predictions, temperatures_of_sets
from ser_tasks.models.ensembles.members import Members, side_by_side
from ser_tasks.models.ensembles.rules import RULES
from ser_tasks.params import Params
from ser_tasks.provenance.code_digest import code_digest


@flow("ensemble_bundle", run_name="{name}")
def ensemble_bundle(name: str, params: Params) -> None:
    """Fit the rule on all predictions of unseen speakers, calibrate on those of the ensemble, write the folder."""
    section = params.bundles[name]
    ensemble = params.ensembles[section.model]
    folders = [paths.bundle(bundle) for bundle in bundles_of_members(section, params)]
    cards = [read_card(folder) for folder in folders]
    result, predictions = evaluated(section, params, paths.ensemble(section.corpus, section.protocol, section.model))
    _check_classes(name, cards, result)
    members = side_by_side(member_tables(ensemble))
    sets = _sets(members, cards)
    combiner = RULES[ensemble.rule].fit(members, sets)
    temperature, calibrated = calibrated_predictions(predictions, result["classes"])
    confidence = validate_confidence(calibrated, result["classes"], params.reliability)
    card = _card(name, cards, result, confidence, temperature=temperature, params=params)
    record = joined_record([read_training_record(folder) for folder in folders])
    trained = {} if record is None else {TRAINING: record.encode()}
    pages = {MODEL_CARD: model_card(card).encode(), **trained, **pictures(card, confidence)}
    temperatures = temperatures_of_sets(members, combiner, sets)
    card = write_ensemble(paths.bundle(name), card, combiner, temperatures, folders, pages=pages)
    show_bundle(card, version=register(card))


def _sets(members: Members, cards: Sequence[Card]) -> NDArray[np.bool_]:
    """Members that answer together, (n_members, n_sets): as in the evaluation, all, and those that take audio."""
    acoustic = np.array([takes_audio(card.feature_set) for card in cards])
    found = np.column_stack([members.present, np.ones(len(cards), bool), acoustic])
    return np.unique(found[:, found.any(axis=0)], axis=1)


def _check_classes(name: str, cards: Sequence[Card], result: dict[str, Any]) -> None:
    classes, place = same(cards, "classes"), (result["corpus"], result["protocol"], result["model"])
    if list(classes) != result["classes"]:
        raise BundleError(
            f"{name}: the members answer with {', '.join(classes)}, but {paths.result(*place)} with "
            f"{', '.join(result['classes'])}. Make their bundles again: ser bundle {result['corpus']} {result['model']}"
        )


def _card(
    name: str,
    cards: Sequence[Card],
    result: dict[str, Any],
    confidence: Confidence,
    *,
    temperature: float,
    params: Params,
) -> Card:
    """What the members' cards agree on, and what is the ensemble's own; all but the digests of the files."""
    ensemble = params.ensembles[result["model"]]
    durations = [card.durations for card in cards if card.durations is not None]
    return Card(
        format=FORMAT,
        name=name,
        corpus=ensemble.corpus,
        preset=result["preset"],
        model=result["model"],
        feature_set="predictions",
        classes=cards[0].classes,
        sampling_rate=same(cards, "sampling_rate"),
        sections={},
        settings={"members": list(ensemble.members), "rule": ensemble.rule},
        seed=params.evaluation.seed,
        temperature=temperature,
        unsure_below=confidence.threshold.confidence,
        farthest=params.reliability.farthest,
        training=max((card.training for card in cards), key=lambda own: sum(own.utterances.values())),
        durations=(min(low for low, _ in durations), max(high for _, high in durations)) if durations else None,
        files={},
        versions={key: number for card in cards for key, number in card.versions.items()},
        licence=cards[0].licence,
        citation=cards[0].citation,
        figures=figures_of(result, confidence),
        data_digest=joined(card.data_digest for card in cards),
        code_digest=joined([*(card.code_digest for card in cards), _own_code(ensemble.rule)]),
        asr=same([card for card in cards if card.asr is not None], "asr"),
        members=ensemble.members,
        rule=ensemble.rule,
    )


def _own_code(rule: str) -> str:
    return code_digest(RULES[rule].fit, recognise_all)


def joined(digests: Iterable[str]) -> str:
    """One digest of several: an ensemble's card follows its members' code, not what else stands in their tables."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def same(cards: Sequence[BaseCard], field: str) -> Any:
    """A field that all cards must have alike; None without any card.

    Raises:
        BundleError: they differ
    """
    for card in cards[1:]:
        if getattr(card, field) != getattr(cards[0], field):
            raise BundleError(
                f"{field} of the members differs: {cards[0].name} has {getattr(cards[0], field)}, {card.name} has "
                f"{getattr(card, field)}. Make both bundles again: ser repro bundle@{cards[0].name} bundle@{card.name}"
            )
    return getattr(cards[0], field) if cards else None


def main(name: str) -> None:
    """The flow; nothing in it takes long."""
    params = project_params()
    ensemble_bundle(name, params.for_corpus(params.bundles[name].corpus))
