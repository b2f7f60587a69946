"""The model card for people: what the bundle is for, its training set, how good it is, and what it is not for.

Its parts are those of Mitchell et al. (2019), "Model Cards for Model Reporting", doi:10.1145/3287560.3287596.
"""

from __future__ import annotations

from collections.abc import Mapping

from ser_tasks.bundles.card import BaseCard, Card, SpeechRecognition
from ser_tasks.corpora.corpus import UNKNOWN
from ser_tasks.evaluation.result import percent, with_interval
from ser_tasks.models import ON_VOTES

FILE = "MODEL_CARD.md"
RELIABILITY, RISK_COVERAGE = "reliability.png", "risk_coverage.png"

NOT_FOR = """\
Not for decisions about people: hiring, policing, health, schools, insurance, or watching anyone who has not agreed.
Not a lie detector, and no measure of what someone feels: it {does}. In the European Union,
emotion recognition at work and in schools is forbidden, but for medical or safety reasons (Regulation 2024/1689,
Article 5)."""
KNOWN_LIMITS = {
    "acted": "Its speakers portrayed emotions on request. Emotion in everyday speech is weaker, mixed and rarer, and "
    "much of it is not in the voice: expect clearly worse predictions there.",
    "natural": "Its emotions are what raters perceived, not what speakers felt, and raters often disagree.",
    "synthetic": "It was trained on synthetic voices only. It shows that the workflow runs, and must not be "
    "used on people.",
    UNKNOWN: "Whether its emotions are acted or natural is not known, nor how its results carry over to other speech.",
}


def model_card(card: Card) -> str:
    """Markdown, from what bundle.json holds."""
    parts = (_head, _use, _data, _figures, _unsure, _limits, _origin)
    return "\n\n".join(part(card) for part in parts) + "\n"


def _head(card: Card) -> str:
    count = sum(card.training.utterances.values())
    return f"""\
# {card.name}

{_model(card)}, trained on all {count} utterances of {card.training.title}
(preset `{card.preset}`). It takes one recording of speech and predicts one of
{", ".join(card.classes)}; a probability for each; and whether the prediction is unsure.{words_read(card.asr)}"""


def _model(card: Card) -> str:
    if card.members:
        return f"`{card.model}`, an ensemble (rule `{card.rule}`) of {', '.join(f'`{name}`' for name in card.members)}"
    return f"`{card.model}` on `{card.feature_set}`"


def words_read(asr: SpeechRecognition | None) -> str:
    """Of a bundle that reads words, where they are from, and when they count."""
    if asr is None:
        return ""
    model = asr.settings.get("model")
    return (
        f"\n\nIt reads words: those that are given, or those that {asr.engine}{f' ({model})' if model else ''} "
        f"recognises. They count\nif they are in the language of the training set, and if the recogniser's confidence "
        f"is {asr.least_confidence:g} or more."
    )


def _use(card: Card) -> str:
    long = "" if card.durations is None else f"{card.durations[0]:.1f} to {card.durations[1]:.1f} s, "
    return f"""\
## For and not for

For research and teaching: to try such a model on recordings like those of its training set, one utterance at a
time ({long}language `{card.training.language}`).

{not_for(card, "classifies")}"""


def _data(card: Card) -> str:
    training = card.training
    genders = " and ".join(f"{count} {gender}" for gender, count in training.speakers.items())
    hours = f", {training.hours:.2f} h" if training.hours else ""
    return f"""\
## Data

{training.title}: {training.kind} speech of {genders} speakers{hours}.
Licence: {card.licence}. Whoever passes the model on must heed it.
{card.citation}

{_table("utterances", training.utterances)}"""


def _figures(card: Card) -> str:
    figures = card.figures
    return f"""\
## How good it is

Cross-validation ({figures.protocol}: {figures.protocol_kind}): {figures.utterances} utterances of {figures.speakers}
speakers, each predicted by a model of this configuration whose training set lacked the speaker. The final model is
trained on all of them, so it has no unseen test set of its own. In %, intervals of 95 % unless `params.yaml` sets
another confidence:

| UAR | by chance | accuracy | macro F1 | UAR on training speakers |
| --- | --- | --- | --- | --- |
| {" | ".join(_headline(card))} |

{_table("recall", {name: percent(recall) for name, recall in figures.recall.items()})}

The last column of the first table is not to be quoted: it is what one sees when the model is tried on its own training
speakers."""


def _headline(card: Card) -> list[str]:
    shares = (1 / len(card.classes), card.figures.accuracy, card.figures.macro_f1)
    return [with_interval(card.figures.model_dump()), *map(percent, shares), _inflated(card)]


def _inflated(card: Card) -> str:
    known = card.figures.speaker_dependent_uar
    return "not computed" if known is None else f"{percent(known)} ({100 * (known - card.figures.uar):+.1f})"


def _unsure(card: Card) -> str:
    figures = card.figures
    missed = "missed: its confidence does not separate right from wrong well enough"
    reached = missed if figures.selective_error > figures.target_error else "reached"
    return f"""\
## When a prediction is unsure

- Its confidence is below {card.unsure_below:.3f}. In the cross-validation {percent(figures.coverage)} % of the
  predictions were not, and {percent(figures.selective_error)} % of those were wrong; of all predictions,
  {percent(1 - figures.accuracy)} %. Aimed at {percent(figures.target_error)} %, {reached}.
{doubts(card)}

Expected calibration error {percent(figures.ece)} % (bins of equal mass), area under the risk-coverage curve
{figures.aurc:.3f}. The threshold was chosen on these same predictions, so that its coverage and error are
a little optimistic.

![accuracy against confidence]({RELIABILITY})

![risk against coverage]({RISK_COVERAGE})"""


def not_for(card: BaseCard, verb: str) -> str:
    """What nobody should use it for; `verb` is what it does to sound or words."""
    what = "the words of a recording" if card.durations is None else "the sound of a voice"
    return NOT_FOR.format(does=f"{verb} {what}")


def doubts(card: BaseCard) -> str:
    """Why a prediction is unsure, other than for low confidence: a list."""
    unfit = "The sound is unfit: silent, clipped, or of telephone bandwidth"
    if card.durations is None:
        return (
            "- There are no words that count: none were recognised, the recogniser is unsure of them, they are in "
            f"another\n  language, or none of them occurs in the training set.\n- {unfit}."
        )
    return (
        f"- The recording is farther from the training set than {card.farthest:g} (Mahalanobis distance), where 1 is "
        "the distance\n  that one in a hundred utterances of unseen training speakers exceeds, unless `params.yaml` "
        f"sets another quantile.\n- {unfit}, or it is much shorter or longer than the training utterances."
    )


def _limits(card: Card) -> str:
    training = card.training
    return f"""\
## Known limits

- {KNOWN_LIMITS[training.kind]}
- It knows {sum(training.speakers.values())} speakers (language `{training.language}`) as their corpus recorded
  them: other languages, ages, accents, microphones and rooms were never tested.
- It always names one of its {len(card.classes)} classes, whatever the words and the speaker, and of music too."""


def _origin(card: Card) -> str:
    made = ", ".join(f"{name} {number}" for name, number in card.versions.items())
    return f"""\
## Where it is from

Data `{card.data_digest[:16]}`, code `{card.code_digest[:16]}`. The same data, code and libraries give the same files:
time and commit are with its run in MLflow.
{_calibration(card)}
With {made}.
Everything else: `bundle.json`."""


def _calibration(card: Card) -> str:
    if card.model in ON_VOTES:
        return (
            "Trained on the votes of raters: a probability is the share of them that it expects, and is left as it is."
        )
    return (
        f"Calibrated by a temperature of {card.temperature:.3g}, fitted on speakers held out inside the training data."
    )


def _table(column: str, values: Mapping[str, object]) -> str:
    """One line for each class."""
    rows = [f"| {name} | {value} |" for name, value in values.items()]
    return "\n".join([f"| class | {column} |", "| --- | --- |", *rows])
