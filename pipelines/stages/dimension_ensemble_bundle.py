"""Stage `ensemble_bundle` of models of valence, activation and dominance: made of the bundles of its members."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.evaluations.dimensions import ratings_of
from pipelines.evaluations.ensemble import member_tables
from pipelines.orchestration.stage_list import bundles_of_members
from pipelines.settings import project_params
from pipelines.stages.dimension_bundle import evaluated, figures_of, register, show_bundle
from pipelines.stages.ensemble_bundle import joined, same
from ser_tasks.bundles.dimensions.card import FORMAT, DimensionCard, read_any_card
from ser_tasks.bundles.dimensions.ensemble_bundle import (
    Present,
    write_dimension_ensemble,
)
from ser_tasks.bundles.dimensions.model_card import dimension_model_card
from ser_tasks.bundles.inference.estimate import estimate_all
from ser_tasks.bundles.model_card import FILE as MODEL_CARD
from ser_tasks.bundles.training_record import FILE as TRAINING
from ser_tasks.bundles.training_record import joined_record, read_training_record
from ser_tasks.engine import flow
from ser_tasks.evaluation.dimensions.scoring import Ratings
from ser_tasks.models.dimensions.ensemble import final_sum
from ser_tasks.models.dimensions.weighted_sum import WeightedSum
from ser_tasks.params import Params
from ser_tasks.provenance.code_digest import code_digest


@flow("dimension_ensemble_bundle", run_name="{name}")
def dimension_ensemble_bundle(name: str, params: Params) -> None:
    """Fit the sum to all predictions of unseen speakers, for all members and for those of sound; write the folder."""
    section = params.bundles[name]
    ensemble = params.ensembles[section.model]
    folders = [paths.bundle(bundle) for bundle in bundles_of_members(section, params)]
    cards = [card for folder in folders if isinstance(card := read_any_card(folder), DimensionCard)]
    result = evaluated(section, how="repro dimension_ensemble@{model}")
    ratings, _ = ratings_of(section.corpus)
    tables = member_tables(ensemble, paths.dimension_predictions)
    sums = sums_of(tables, cards, ratings, ensemble.rule)
    card = make_card(name, cards, result, sums, params)
    record = joined_record([read_training_record(folder) for folder in folders])
    pages = {MODEL_CARD: dimension_model_card(card).encode()} | ({} if record is None else {TRAINING: record.encode()})
    card = write_dimension_ensemble(paths.bundle(name), card, sums, folders, pages=pages)
    show_bundle(card, version=register(card))


def sums_of(
    tables: Mapping[str, pd.DataFrame], cards: Sequence[DimensionCard], ratings: Ratings, rule: str
) -> dict[Present, WeightedSum]:
    """Of all members; and, where some read words and some do not, of those of sound."""
    everyone: Present = (True,) * len(cards)
    sound = tuple(card.asr is None for card in cards)
    found = {everyone: final_sum(tables, ratings, rule)}
    if any(sound) and not all(sound):
        own = {name: table for (name, table), takes_it in zip(tables.items(), sound, strict=True) if takes_it}
        found[sound] = final_sum(own, ratings, rule)
    return found


def make_card(
    name: str,
    cards: Sequence[DimensionCard],
    result: dict[str, Any],
    sums: Mapping[Present, WeightedSum],
    params: Params,
) -> DimensionCard:
    """What the members' cards agree on, and what is the ensemble's own; all but the digests of the files."""
    ensemble = params.ensembles[result["model"]]
    durations = [card.durations for card in cards if card.durations is not None]
    dimensions, halves = same(cards, "dimensions"), sums[(True,) * len(cards)].half_widths
    return DimensionCard(
        format=FORMAT,
        name=name,
        corpus=ensemble.corpus,
        model=result["model"],
        feature_set="predictions",
        sampling_rate=same(cards, "sampling_rate"),
        sections={},
        settings={"members": list(ensemble.members), "rule": ensemble.rule},
        seed=params.evaluation.seed,
        farthest=params.reliability.farthest,
        durations=(min(low for low, _ in durations), max(high for _, high in durations)) if durations else None,
        files={},
        versions={key: number for card in cards for key, number in card.versions.items()},
        licence=cards[0].licence,
        citation=cards[0].citation,
        data_digest=joined(card.data_digest for card in cards),
        code_digest=joined([*(card.code_digest for card in cards), code_digest(final_sum, estimate_all)]),
        dimensions=dimensions,
        scale=same(cards, "scale"),
        interval=same(cards, "interval"),
        half_widths=dict(zip(dimensions, map(float, halves if halves is not None else ()), strict=True)),
        training=max((card.training for card in cards), key=lambda own: own.utterances),
        figures=figures_of(result),
        asr=same([card for card in cards if card.asr is not None], "asr"),
        members=ensemble.members,
        rule=ensemble.rule,
    )


def main(name: str) -> None:
    """The flow; nothing in it takes long."""
    dimension_ensemble_bundle(name, project_params())
