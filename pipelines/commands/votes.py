"""`ser votes`: models against the distribution of the raters' votes, and raters against each other."""

from collections.abc import Sequence

from pipelines.display.tables import CONSOLE, show_rows
from pipelines.evaluations.result import synthetic
from pipelines.evaluations.votes import ENOUGH, VoteComparison, compare_votes
from pipelines.settings import project_params
from ser_tasks.evaluation.comparison.verdict import SMALLEST
from ser_tasks.evaluation.metrics import Interval
from ser_tasks.evaluation.result import percent as one_decimal
from ser_tasks.evaluation.votes.scoring import VoteScores


def votes(corpus: str, models: Sequence[str], protocol: str) -> None:
    """Print the comparison.

    Args:
        corpus: its name
        models: names; none: all that have predictions
        protocol: of the evaluations
    """
    found = compare_votes(corpus, models, protocol, project_params())
    rows = [_row(name, scores, found.p.get(name)) for name, scores in found.rows.items()]
    show_rows(rows, title=f"{corpus} · {protocol}: votes", dispensable=("JS",))
    for line in in_words(found):
        CONSOLE.print(line)
    for warning in synthetic(corpus):
        CONSOLE.print(f"[yellow]{warning}[/]")


def in_words(found: VoteComparison) -> list[str]:
    """What the figures are of, in lines of at most 80 characters."""
    fewest, most = found.raters
    each = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    count = f"{found.utterances} utterances of {len(found.classes)} classes"
    lines = [
        f"{count}, {each} votes each, entropy {found.entropy:.3f}.",
        "KL and JS in nats, else %. Cross-entropy: KL more than the entropy.",
        "WA, UAR: against the majority; rater: chance to agree with a random rater.",
    ]
    if found.p:
        lines.append("p: of no difference in KL from the first model, paired over speakers (Holm).")
    if found.left_out:
        lines.append(f"Left out: {found.left_out} utterances with fewer than {ENOUGH} votes for these classes.")
    if found.outside or found.several:
        lines.append(
            f"Not counted: {found.outside} votes for other labels, {found.several} raters with several labels."
        )
    return lines


def _row(name: str, scores: VoteScores, p: float | None) -> dict[str, str]:
    interval = f"[{_percent(scores.uar_interval.low)}, {_percent(scores.uar_interval.high)}]"
    return {
        "model": name,
        "KL [95 %]": f"{_short(scores.kl)} {_nats(scores.kl_interval)}",
        "p": "" if p is None else "<.001" if p < SMALLEST else _short(p),
        "JS": "–" if scores.jensen_shannon is None else _short(scores.jensen_shannon),
        "WA": _percent(scores.accuracy),
        "UAR [95 %]": f"{_percent(scores.uar)} {interval}",
        "rater": _percent(scores.agreed),
    }


def _percent(share: float) -> str:
    """0.6127 -> 61.3, 1 -> 100: four characters at most."""
    return one_decimal(share).removesuffix(".0") if share > 0.9995 else one_decimal(share)


def _nats(interval: Interval) -> str:
    return f"[{_short(interval.low)}, {_short(interval.high)}]"


def _short(value: float) -> str:
    """0.4126 -> .413, 1.2043 -> 1.20: four characters."""
    text = f"{value:.3f}"
    return text.removeprefix("0") if value < 1 else f"{value:.2f}"
