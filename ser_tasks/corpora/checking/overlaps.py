"""Parts of one file that overlap and have different labels: the same audio, trained as two classes."""

from collections.abc import Hashable, Iterable, Sequence

from ser_tasks.corpora.vocabulary import class_of, plain

TOUCH = 0.01  # s that parts may overlap by rounding

Part = tuple[Hashable, float | None, float | None, str]  # file and channel; start, end in s, None: the file's; label


def overlapping(parts: Sequence[Part]) -> list[bool]:
    """For each part, whether one of the same file overlaps it and has another label (by its class, if it has one)."""
    by_file: dict[Hashable, list[int]] = {}
    for number, (file, *_) in enumerate(parts):
        by_file.setdefault(file, []).append(number)
    spans = [(start or 0.0, float("inf") if end is None else end, _same(label)) for _, start, end, label in parts]
    flagged = [False] * len(parts)
    mirrored = [(-end, -start, label) for start, end, label in spans]
    for numbers in by_file.values():
        order = sorted(numbers, key=lambda number: spans[number][0])
        for number in (*_reached(order, spans), *_reached(reversed(order), mirrored)):
            flagged[number] = True
    return flagged


def _same(label: str) -> str:
    return class_of(label) or plain(label)


def _reached(order: Iterable[int], spans: Sequence[tuple[float, float, str]]) -> list[int]:
    """Those that begin before the latest end of those before them, in this order, that have another label."""
    found, last = [], dict[str, float]()  # label -> latest end so far; only the two latest are needed
    for number in order:
        start, end, label = spans[number]
        if any(until > start + TOUCH for other, until in last.items() if other != label):
            found.append(number)
        last[label] = max(last.get(label, end), end)
        last = dict(sorted(last.items(), key=lambda one: -one[1])[:2])
    return found
