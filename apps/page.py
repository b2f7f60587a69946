"""The results as HTML: tables that a screen reader reads, bars and pictures that an eye does."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import PurePath

from apps.downloads import as_csv, as_json, as_link, as_wav
from apps.opinion import Opinion
from ser_tasks.bundles.inference.timeline import Moment
from ser_tasks.plots.recording import recording_figure
from ser_tasks.plots.style import as_webp_uri


def results(name: str, opinions: Sequence[Opinion]) -> str:
    """One column for each bundle, side by side where there is room, and below them what can be taken home."""
    columns = "".join(_opinion(name, opinion) for opinion in opinions)
    return f'<div class="ser-answers">{columns}</div>{_take_home(name, opinions)}'


def summary(opinions: Sequence[Opinion]) -> str:
    """What is read out when the answer has come."""
    said = (
        f"{opinion.card.name}: {'unsure, likeliest ' * opinion.answer.unsure}{opinion.answer.emotion}, "
        f"{percent(opinion.answer.confidence)}."
        for opinion in opinions
    )
    return escape(" ".join(said))


def complaint(text: str) -> str:
    """What went wrong, where the answer would be."""
    return f'<p class="ser-complaint" role="alert"><strong>No answer.</strong> {escape(text)}</p>'


def _opinion(name: str, opinion: Opinion) -> str:
    title = escape(opinion.card.name)
    return (
        f'<section class="ser-answer" aria-label="answer of {title}"><div><h2>{title}</h2>'
        f"{_verdict(opinion)}{_remarks(opinion)}{_probabilities(opinion.answer.probabilities, opinion.answer.emotion)}"
        f"{_moments(opinion.moments)}{_about(opinion)}</div><div>{_picture(name, opinion)}</div></section>"
    )


def _verdict(opinion: Opinion) -> str:
    answer = opinion.answer
    said = f"{escape(answer.emotion)}, {percent(answer.confidence)}"
    if answer.unsure:
        return f'<p class="ser-verdict ser-unsure"><strong>Unsure.</strong> Likeliest: {said}. Do not rely on it.</p>'
    return f'<p class="ser-verdict"><strong>{said}</strong></p>'


def _remarks(opinion: Opinion) -> str:
    limit, confidence = opinion.card.unsure_below, opinion.answer.confidence
    low = [f"less than the {percent(limit)} from which on this model counts as sure"] if confidence < limit else []
    remarks = [*low, *opinion.answer.remarks]
    return f"<ul>{''.join(f'<li>{escape(remark)}</li>' for remark in remarks)}</ul>" if remarks else ""


def _probabilities(probabilities: Mapping[str, float], likeliest: str) -> str:
    rows = "".join(
        f'<tr{" class=ser-likeliest" if label == likeliest else ""}><th scope="row">{escape(label)}</th>'
        f'<td><div class="ser-track"><div class="ser-bar" style="width:{100 * share:.1f}%"></div></div>'
        f"<span>{percent(share)}</span></td></tr>"
        for label, share in probabilities.items()
    )
    return f'<table class="ser-bars"><caption>Probability of each emotion</caption>{rows}</table>'


def _picture(name: str, opinion: Opinion) -> str:
    figure = recording_figure(
        opinion.signal, opinion.card.sampling_rate, attention=opinion.attention, moments=opinion.moments
    )
    shown = ["waveform", "log-mel spectrogram"]
    if opinion.attention is not None:
        peak = opinion.attention.times[opinion.attention.weights.argmax()]
        shown[1] += f" with the attention of the network, largest at {peak:.1f} s"
    if opinion.moments:
        shown.append("emotions over time, as in the table")
    text = f"{name}, {opinion.answer.duration:.1f} s: {', '.join(shown)}"
    return f'<img class="ser-picture" src="{as_webp_uri(figure)}" alt="{escape(text)}">'


def _moments(moments: Sequence[Moment]) -> str:
    if not moments:
        return ""
    head = _row(("from", "to", "emotion", "confidence"), cell='th scope="col"')
    rows = "".join(
        _row((f"{m.start:.1f} s", f"{m.end:.1f} s", m.emotion + " (unsure)" * m.unsure, percent(m.confidence)))
        for m in moments
    )
    return f'<details><summary>Over time, as a table</summary><table class="ser-moments">{head}{rows}</table></details>'


def _about(opinion: Opinion) -> str:
    card, figures = opinion.card, opinion.card.figures
    lines = (
        f"{card.model}, trained on {card.training.kind} speech: {card.training.title}, "
        f"{figures.utterances} utterances of {figures.speakers} speakers.",
        f"Tested in cross-validation ({figures.protocol_kind}): recall averaged over its classes (UAR) "
        f"{percent(figures.uar)}, 95 % interval {percent(figures.uar_low)} to {percent(figures.uar_high)}; "
        f"guessing has {percent(1 / len(card.classes))}.",
        f"Licence of the corpus: {card.licence}. {card.citation}",
    )
    return (
        f"<details><summary>About this model</summary>{''.join(f'<p>{escape(line)}</p>' for line in lines)}</details>"
    )


def _take_home(name: str, opinions: Sequence[Opinion]) -> str:
    stem, first = PurePath(name).stem or "recording", opinions[0]
    sound = as_link(as_wav(first.signal, first.card.sampling_rate), "audio/wav")
    links = (
        (f"{stem}.json", "application/json", as_json(name, opinions)),
        (f"{stem}.csv", "text/csv", as_csv(name, opinions)),
    )
    made = "".join(
        f'<a class="ser-link" download="{escape(file)}" href="{as_link(text.encode(), kind)}">{escape(file)}</a>'
        for file, kind, text in links
    )
    return (
        f'<section class="ser-home" aria-label="take home"><p><label>What was heard: '
        f'<audio controls aria-label="what was heard of {escape(name)}" src="{sound}"></audio></label></p>'
        f"<p>Download: {made}</p>"
        "<p>The recording has been deleted here: all of this is in your browser alone.</p></section>"
    )


def percent(share: float) -> str:
    """0.642 -> 64.2 %."""
    return f"{100 * share:.1f} %"


def _row(cells: Iterable[str], *, cell: str = "td") -> str:
    return f"<tr>{''.join(f'<{cell}>{escape(text)}</{cell.split(maxsplit=1)[0]}>' for text in cells)}</tr>"
