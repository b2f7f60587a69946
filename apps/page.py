"""Predictions as the page shows them: HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps import picture, ratings
from apps.downloads import downloads
from apps.live import History, live_moments, live_ratings
from apps.recording_prediction import LongPrediction, Rated, Recognised, RecordingPrediction, RecordingRating, Shown
from apps.session import Session, comparisons
from ser_tasks.audio.channels import MIX
from ser_tasks.bundles.dimensions.card import AnyCard, DimensionCard
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.inference.timeline import clock
from ser_tasks.html import templates

if TYPE_CHECKING:
    from apps.example import Example
    from ser_tasks.bundles.bundle import AnyBundle, Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.bundles.inference.rating_timeline import WindowEstimate
    from ser_tasks.bundles.inference.timeline import WindowPrediction
    from ser_tasks.params import TimelineParams

TEMPLATES = Path(__file__).parent / "templates"


def percent(share: float) -> str:
    """0.642 -> 64.2 %."""
    return f"{100 * share:.1f} %"


PAGES = templates(TEMPLATES)
PAGES.filters.update(percent=percent, clock=clock)


def results(name: str, predictions: Sequence[Shown], *, example: Example | None = None) -> str:
    """HTML: a card for each bundle and channel, side by side where there is room, and below them the downloads."""
    shown = [_shown(name, one) for one in predictions]
    return _macro("results", shown, downloads(name, predictions), example)


def summary(predictions: Sequence[Shown]) -> str:
    """HTML: what a screen reader announces when the prediction is there."""
    return _macro("summary", [{"title": _title(one), **_verdict(one)} for one in predictions])


def error_message(text: str) -> str:
    """HTML: what went wrong, in the place of the prediction."""
    return _macro("error", text)


def live_button(timeline: TimelineParams, *, longest: float) -> str:
    """HTML: the button that starts and stops the live microphone, and what the script of the page needs for it."""
    return _macro("live_button", timeline, longest)


def live_view(history: History, bundles: Sequence[AnyBundle], *, seconds: float, timeline: TimelineParams) -> str:
    """HTML: the prediction of now by each bundle, `seconds` after the start, and those of the last minute."""
    found = []
    for bundle in bundles:
        if isinstance(bundle, BundleOfDimensions):
            rated = live_ratings(history, bundle, timeline=timeline)
            found += [_now_rated(bundle, rated)] if rated else []
        else:
            moments = live_moments(history, bundle, timeline=timeline)
            found += [_now(bundle, moments)] if moments else []
    return _macro("live", seconds, found)


def _now(bundle: Bundle, moments: Sequence[WindowPrediction]) -> dict[str, Any]:
    """The last window, and the picture of all, whose time begins with the first of them."""
    last, begin = moments[-1], moments[0].start
    shown = [replace(moment, start=moment.start - begin, end=moment.end - begin) for moment in moments]
    duration = last.end - begin
    described = f"emotions of the last {duration:.0f} s; now {last.emotion}"
    drawn = picture.drawing(duration, described=described, moments=shown)
    return {
        "card": bundle.card,
        "ratings": (),
        "emotion": last.emotion,
        "confidence": last.confidence,
        "unsure": last.unsure,
        "picture": {**drawn, "least_width": 0.0},  # it never scrolls
    }


def _now_rated(bundle: BundleOfDimensions, moments: Sequence[WindowEstimate]) -> dict[str, Any]:
    """The same of dimensions."""
    last, begin, scale = moments[-1], moments[0].start, bundle.card.scale
    shown = [replace(moment, start=moment.start - begin, end=moment.end - begin) for moment in moments]
    duration, now = last.end - begin, ratings.rows(last.dimensions, scale)
    described = f"ratings of the last {duration:.0f} s; now {', '.join(f'{row.label} {row.text}' for row in now)}"
    drawn = picture.drawing(duration, described=described, rated=shown, scale=scale)
    return {
        "card": bundle.card,
        "ratings": now,
        "unsure": last.unsure,
        "picture": {**drawn, "least_width": 0.0},
    }


def session_table(session: Session, bundles: Mapping[str, AnyBundle]) -> str:
    """HTML: what was predicted since the page was opened, beside the training sets; "" before the first prediction."""
    found = comparisons(session, bundles)
    return _macro("session", found) if found else ""


def model_line(card: AnyCard) -> str:
    """What a model is, for the list of models: name, and below it corpus, kind of speech, figure and what it reads."""
    title, kind = card.training.title, card.training.kind
    corpus = title if kind in title else f"{title} · {kind} speech"
    return f"{card.name}\n{corpus} · {_scored(card)} · {_read(card)}"


def _scored(card: AnyCard) -> str:
    if isinstance(card, DimensionCard):
        return ratings.model_figures(card)
    return f"UAR {percent(card.figures.uar)} of {len(card.classes)} classes on unseen speakers"


def _read(card: AnyCard) -> str:
    """What goes into the model."""
    of_members = f" ({' + '.join(card.members)})" if card.members else ""
    if card.asr is None:
        return f"reads the sound{of_members}"
    return f"reads {'the words' if card.durations is None else 'sound and words'}{of_members}"


def _macro(name: str, *arguments: object) -> str:
    return str(getattr(PAGES.get_template("page.html.jinja").module, name)(*arguments)).strip()


def _shown(name: str, one: Shown) -> dict[str, Any]:
    """What the template reads."""
    described = _description(name, one)
    common = {
        "card": one.card,
        "title": _title(one),
        "channel": one.channel,
        "moments": one.moments,
        **_verdict(one),
    }
    if isinstance(one, Rated):
        return common | {"about": ratings.about(one.card)} | ratings.shown(one, described)
    own = _long(one, described) if isinstance(one, LongPrediction) else _short(one, described)
    return common | {"about": _about(one.card)} | own


def _title(one: Shown) -> str:
    return one.card.name if one.channel == MIX else f"{one.card.name} · {one.channel} channel"


def _verdict(one: Shown) -> dict[str, Any]:
    """Ratings, or emotion and confidence, and whether they are unsure."""
    return ratings.verdict(one) if isinstance(one, Rated) else _verdict_of_classes(one)


def _verdict_of_classes(one: Recognised) -> dict[str, Any]:
    """Of a long recording the emotion that most of the speech has."""
    if isinstance(one, RecordingPrediction):
        answer = one.answer
        return {"ratings": (), "emotion": answer.emotion, "confidence": answer.confidence, "unsure": answer.unsure}
    spent = {label: _seconds(m for m in one.moments if m.emotion == label) for label in one.card.classes}
    emotion = max(spent, key=lambda label: spent[label])
    doubtful = _seconds(m for m in one.moments if m.emotion == emotion and m.unsure)
    share = spent[emotion] / sum(spent.values())
    return {"ratings": (), "emotion": emotion, "confidence": share, "unsure": doubtful > spent[emotion] / 2}


def _seconds(moments: Iterable[WindowPrediction]) -> float:
    return sum(moment.end - moment.start for moment in moments)


def _short(one: RecordingPrediction, described: str) -> dict[str, Any]:
    answer = one.answer
    words = () if answer.transcript is None else answer.transcript.words
    return {
        "long": None,
        "remarks": [*_low_confidence(one), *answer.remarks],
        "probabilities": answer.probabilities,
        "transcript": answer.transcript,
        "members": answer.members,
        "picture": picture.drawing(
            one.duration,
            described=described,
            moments=one.moments,
            found=picture.ranges(one.signal),
            log_mel=picture.log_mel_image(one.signal, one.card.sampling_rate),
            words=words,
            attention=one.attention,
        ),
    }


def _long(one: LongPrediction, described: str) -> dict[str, Any]:
    found = picture.coarser(one.timeline.statistics.outline)
    return {
        "long": one.timeline,
        "remarks": list(one.notes),
        "probabilities": None,
        "transcript": None,
        "members": {},
        "picture": picture.drawing(one.duration, described=described, moments=one.moments, found=found),
    }


def _low_confidence(one: RecordingPrediction) -> list[str]:
    limit = one.card.unsure_below
    return [f"less than the {percent(limit)} from which on this model counts as sure"] * (one.answer.confidence < limit)


def _description(name: str, one: Shown) -> str:
    """What the picture shows, for those who do not see it."""
    shown = ["waveform"]
    if isinstance(one, RecordingPrediction | RecordingRating):
        shown += ["words at their times"] * bool(one.answer.transcript and one.answer.transcript.words)
        shown.append("log-mel spectrogram")
        if isinstance(one, RecordingPrediction) and one.attention is not None:
            peak = one.attention.times[one.attention.weights.argmax()]
            shown[-1] += f" with the attention of the network, largest at {peak:.1f} s"
    if one.moments:
        what = "ratings" if isinstance(one, Rated) else "emotions"
        shown.append(f"{what} over time, as in the table")
    return f"{name}, {one.duration:.1f} s: {', '.join(shown)}"


def _about(card: Card) -> tuple[str, ...]:
    figures = card.figures
    return (
        f"{card.model}, trained on {card.training.kind} speech: {card.training.title}, "
        f"{figures.utterances} utterances of {figures.speakers} speakers.",
        f"Tested in cross-validation ({figures.protocol_kind}): recall averaged over its classes (UAR) "
        f"{percent(figures.uar)}, 95 % interval {percent(figures.uar_low)} to {percent(figures.uar_high)}; "
        f"guessing has {percent(1 / len(card.classes))}.",
        f"Licence of the corpus: {card.licence}. {card.citation}",
    )
