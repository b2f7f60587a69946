"""The model card of a bundle of dimensions, for people: its parts are those of `ser_tasks.bundles.model_card`."""

from __future__ import annotations

from ser_tasks.bundles.dimensions.card import DimensionCard
from ser_tasks.bundles.model_card import KNOWN_LIMITS, doubts, not_for, words_read
from ser_tasks.evaluation.dimensions.result import ccc_with_interval
from ser_tasks.evaluation.result import percent


def dimension_model_card(card: DimensionCard) -> str:
    """Markdown, from what bundle.json holds."""
    parts = (_head, _use, _data, _figures, _interval, _limits, _origin)
    return "\n\n".join(part(card) for part in parts) + "\n"


def _head(card: DimensionCard) -> str:
    low, high = card.scale
    return f"""\
# {card.name}

{_model(card)}, trained on all {card.training.utterances} rated utterances of
{card.training.title}. It takes one recording of speech and predicts
{", ".join(card.dimensions)} on a scale of {low:g} to {high:g}; an interval about each; and whether the prediction is
unsure.{words_read(card.asr)}"""


def _model(card: DimensionCard) -> str:
    if card.members:
        return f"`{card.model}`, an ensemble (rule `{card.rule}`) of {', '.join(f'`{name}`' for name in card.members)}"
    return f"`{card.model}` on `{card.feature_set}`"


def _use(card: DimensionCard) -> str:
    long = "" if card.durations is None else f" of {card.durations[0]:.1f} to {card.durations[1]:.1f} s"
    return f"""\
## For and not for

For research and teaching: to try such a model on recordings like those of its training set, one utterance{long}
at a time, language `{card.training.language}`.

{not_for(card, "rates")}"""


def _data(card: DimensionCard) -> str:
    training = card.training
    genders = " and ".join(f"{count} {gender}" for gender, count in training.speakers.items())
    hours = f", {training.hours:.2f} h" if training.hours else ""
    rows = [f"| {name} | {own.mean:.2f} | {own.sd:.2f} |" for name, own in training.ratings.items()]
    table = "\n".join(["| ratings | mean | standard deviation |", "| --- | --- | --- |", *rows])
    return f"""\
## Data

{training.title}: {training.kind} speech of {genders} speakers{hours}.
Licence: {card.licence}. Whoever passes the model on must heed it.
{card.citation}

{table}"""


def _figures(card: DimensionCard) -> str:
    figures = card.figures
    rows = [
        f"| {name} | {ccc_with_interval(own.model_dump())} | {own.pearson:.3f} | {own.rmse:.2f} | {own.mae:.2f} |"
        for name, own in figures.dimensions.items()
    ]
    table = "\n".join(["| dimension | CCC | r | RMSE | MAE |", "| --- | --- | --- | --- | --- |", *rows])
    return f"""\
## How good it is

Cross-validation ({figures.protocol}: {figures.protocol_kind}): {figures.utterances} utterances of
{figures.speakers} speakers, each predicted by a model of this configuration whose training set lacked the speaker. The
final model is trained on all of them, so it has no unseen test set of its own. Intervals of 95 % unless `params.yaml`
sets another confidence; RMSE and MAE in steps of the scale:

{table}

Mean concordance correlation coefficient (CCC) {ccc_with_interval(figures.model_dump())}."""


def _interval(card: DimensionCard) -> str:
    rows = [
        f"| {name} | ± {half:.2f} | {percent(card.figures.dimensions[name].interval_coverage)} % |"
        for name, half in card.half_widths.items()
    ]
    table = "\n".join(["| dimension | interval | held in the cross-validation |", "| --- | --- | --- |", *rows])
    return f"""\
## The interval about a prediction, and when one is unsure

So wide that it held {100 * card.interval:.0f} % of the ratings of speakers set aside in training, as in split conformal
prediction, and cut to the scale; the last column is the share of ratings of test speakers inside such intervals:

{table}

A prediction is unsure, and its interval with it, for one of these reasons:

{doubts(card)}"""


def _limits(card: DimensionCard) -> str:
    training = card.training
    return f"""\
## Known limits

- {KNOWN_LIMITS[training.kind]}
- Ratings are what raters made of a voice, not what the speaker felt, and raters differ.
- It knows {sum(training.speakers.values())} speakers (language `{training.language}`) as their corpus recorded them:
  other languages, ages, accents, microphones and rooms were never tested, and its intervals are not for them.
- It always gives a rating, whatever the words and the speaker, and of music too."""


def _origin(card: DimensionCard) -> str:
    made = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    return f"""\
## Where it is from

Data `{card.data_digest[:16]}`, code `{card.code_digest[:16]}`. The same data, code and libraries give the same files:
time and commit are with its run in MLflow.
With {made}.
Everything else: `bundle.json`."""
