"""What is missing from a copy of a corpus, said as shortly as it can be."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from ser_tasks.corpora.corpus import Corpus, Official, Utterance
from ser_tasks.corpora.finding import Finding, some
from ser_tasks.corpora.margins import margin_findings

Cell = tuple[str, str]  # (speaker, emotion)


def completeness(corpus: Corpus, utterances: Sequence[Utterance], genuine: Set[str]) -> list[Finding]:
    """Hold the counts of each released part against what is there.

    Args:
        corpus: with its official counts
        utterances: those in the folder
        genuine: stems of the known genuine files, to name missing ones; may be empty
    """
    if not corpus.official and not corpus.margins:
        return [Finding("ok", "files", f"{len(utterances)} utterances; the release publishes no counts")]
    findings = []
    for part in corpus.official:
        if not part.counts:
            continue  # its counts are margins
        mine = [one for one in utterances if part.style in (None, one.parsed.style)]
        findings += _part(corpus, part, mine, genuine)
    return findings + margin_findings(corpus.margins, [one.parsed for one in utterances])


def _part(corpus: Corpus, part: Official, utterances: Sequence[Utterance], genuine: Set[str]) -> list[Finding]:
    total, name = sum(part.counts.values()), f"{part.style}: " if part.style else ""
    if not utterances:
        return [Finding("note", "files", f"{name}none of {total} files")]
    found = Counter((one.parsed.speaker, one.parsed.emotion) for one in utterances)
    missing = {cell: n - found[cell] for cell, n in part.counts.items() if n > found[cell]}
    surplus = {cell: n - part.counts.get(cell, 0) for cell, n in found.items() if n > part.counts.get(cell, 0)}
    findings = []
    if surplus:
        cells = [f"speaker {speaker} {emotion} +{n}" for (speaker, emotion), n in sorted(surplus.items())]
        text = f"{name}{sum(surplus.values())} files more than the release: {some(cells)}"
        findings.append(Finding("error", "files", f"{text}. Keep one copy of each file."))
    if missing:
        here = len(utterances) - sum(surplus.values())
        there = {one.utterance_id for one in utterances}
        whole, rest = without_whole(part.counts, missing)
        said = [*whole, *_each(corpus, part, rest, genuine - there)]
        findings.append(Finding("warning", "files", f"{name}{here} of {total} files: {'; '.join(said)}"))
    return findings or [Finding("ok", "files", f"{name}all {total} files")]


def without_whole(official: Mapping[Cell, int], missing: Mapping[Cell, int]) -> tuple[list[str], dict[Cell, int]]:
    """Classes and speakers that are missing entirely, in words, and the missing cells of the others.

    Args:
        official: files per cell in the release
        missing: files per cell that are not there, without zeros
    """
    said, left = [], dict(missing)
    for axis, noun in ((1, ""), (0, "speaker ")):
        values = dict.fromkeys(cell[axis] for cell in official)
        gone = [value for value in values if _gone(official, missing, axis, value)]
        if gone:
            said.append(f"{noun}{some(gone, at_most=8)} missing entirely")
            left = {cell: n for cell, n in left.items() if cell[axis] not in gone}
    return said, left


def _each(corpus: Corpus, part: Official, cells: Mapping[Cell, int], absent: Set[str]) -> list[str]:
    """Single cells that are short, and the names of their missing files where the genuine ones are known."""
    if not cells:
        return []
    short = [
        f"speaker {speaker} {emotion} {part.counts[speaker, emotion] - n} of {part.counts[speaker, emotion]}"
        for (speaker, emotion), n in sorted(cells.items())
    ]
    names = []
    for stem in sorted(absent):
        parsed = corpus.parse(stem) if corpus.parse else None
        if parsed and part.style in (None, parsed.style) and (parsed.speaker, parsed.emotion) in cells:
            names.append(stem)
    return [some(short, at_most=8), *([f"missing files: {some(names, at_most=5)}"] if names else [])]


def _gone(official: Mapping[Cell, int], missing: Mapping[Cell, int], axis: int, value: str) -> bool:
    cells = [cell for cell, n in official.items() if cell[axis] == value and n]
    return bool(cells) and all(missing.get(cell, 0) == official[cell] for cell in cells)
