"""The corpus doctor, `ser check`: whether a folder is the corpus that it claims to be, complete and undamaged."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.checking.agreement import describe_agreement
from ser_tasks.corpora.checking.fingerprint import read_fingerprints
from ser_tasks.corpora.checking.inspection import Inspected, Unreadable, inspect_file
from ser_tasks.corpora.checking.overlaps import overlapping
from ser_tasks.corpora.checking.soundness import soundness
from ser_tasks.corpora.checking.takes import TakesOnDisk, takes_on_disk
from ser_tasks.corpora.corpus import Corpus, CorpusError, Finding, Official, Utterance, margin_findings, some
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import check_file, check_names, map_files, read_manifest
from ser_tasks.corpora.reading import name_utterances, unparsed
from ser_tasks.corpora.speaker_codes import code_findings
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.models.lone_classes import in_words, lone_classes

Cell = tuple[str, str]  # (speaker, emotion)


def completeness(corpus: Corpus, utterances: Sequence[Utterance], genuine: Set[str]) -> list[Finding]:
    """Findings of the counts of each released part against what is there.

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
        lacking = [*whole, *_each(corpus, part, rest, genuine - there)]
        findings.append(Finding("warning", "files", f"{name}{here} of {total} files: {'; '.join(lacking)}"))
    return findings or [Finding("ok", "files", f"{name}all {total} files")]


def without_whole(official: Mapping[Cell, int], missing: Mapping[Cell, int]) -> tuple[list[str], dict[Cell, int]]:
    """Classes and speakers that are missing entirely, in words, and the missing cells of the others.

    Args:
        official: files per cell in the release
        missing: files per cell that are not there, without zeros
    """
    lacking, left = [], dict(missing)
    for axis, noun in ((1, ""), (0, "speaker ")):
        values = dict.fromkeys(cell[axis] for cell in official)
        gone = [value for value in values if _gone(official, missing, axis, value)]
        if gone:
            lacking.append(f"{noun}{some(gone, at_most=8)} missing entirely")
            left = {cell: n for cell, n in left.items() if cell[axis] not in gone}
    return lacking, left


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


@dataclass(frozen=True)
class Report:
    """What the doctor found, for people and for exit codes."""

    corpus: str
    root: Path
    n_files: int
    counts: Mapping[tuple[str, str], int]  # (speaker, emotion) -> utterances
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """No error; a part of the corpus, with warnings, is fine."""
        return not any(finding.level == "error" for finding in self.findings)


def examine(
    corpus: Corpus,
    root: Path,
    *,
    manifest: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Report of every file below `root`, compared with what the corpus' module knows.

    Args:
        corpus: what the folder should be
        root: the folder, or a link to it
        manifest: the version it should be; None or not there is not checked
        progress: is called with (files decoded, files in all) as they come

    Raises:
        CorpusError: no folder, or no audio file in it
    """
    listing = list_audio(root, corpus)
    strange = unparsed(corpus, root, listing.audio)
    known = [path for path in listing.audio if path not in strange]
    utterances = name_utterances(corpus, root, known)
    with takes_on_disk() as takes:
        inspected = _inspected(root, listing.audio, takes, progress)
        files = [file for file in inspected if isinstance(file, Inspected)]
        unreadable = [file for file in inspected if isinstance(file, Unreadable)]
        prints = read_fingerprints(corpus.fingerprints) if corpus.fingerprints else {}
        counts = Counter((utterance.parsed.speaker, utterance.parsed.emotion) for utterance in utterances)
        findings = [
            *_names(corpus, strange, listing.skipped),
            *_unreadable(unreadable),
            *_version(root, corpus, manifest),
            *completeness(corpus, utterances, set(prints)),
            *_lone_classes(corpus, counts),
            *(corpus.remarks(root, known) if corpus.remarks else ()),
            *_overlaps(utterances),
            *code_findings(corpus, utterances),
            *_agreement(corpus, utterances),
            *soundness(corpus, utterances, files, prints),
        ]
    return Report(corpus.name, root, len(listing.audio), counts, tuple(findings))


def _inspected(
    root: Path, paths: Sequence[str], takes: TakesOnDisk, progress: Callable[[int, int], None] | None
) -> list[Inspected | Unreadable]:
    """Every file, decoded; several at a time."""
    done = Counter[str]()

    def inspect(path: str) -> Inspected | Unreadable:
        result = inspect_file(root, path, takes.keep)
        done["files"] += 1
        if progress is not None:
            progress(done["files"], len(paths))
        return result

    return map_files(inspect, paths)


def _names(corpus: Corpus, strange: Mapping[str, str], skipped: Mapping[str, int]) -> list[Finding]:
    findings = []
    if strange:
        text = f"{len(strange)} audio files are not named as in {corpus.name}: {some(list(strange))}. "
        findings.append(Finding("error", "names", text + f"The first: {next(iter(strange.values()))}"))
    if skipped:
        text = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
        findings.append(Finding("note", "names", f"skipped: {text}"))
    return findings


def _lone_classes(corpus: Corpus, counts: Mapping[tuple[str, str], int]) -> list[Finding]:
    text = in_words(lone_classes(counts)) if corpus.speakers_known else ""
    return [Finding("note", "classes", text)] if text else []


def _overlaps(utterances: Sequence[Utterance]) -> list[Finding]:
    timed = [one for one in utterances if one.path is not None]
    flags = overlapping([((one.path, one.channel), one.start, one.end, one.parsed.emotion) for one in timed])
    named = [one.utterance_id for one, flag in zip(timed, flags, strict=True) if flag]
    if not named:
        return []
    text = f"{len(named)} utterances overlap a part of the same file that has another label: {some(named)}"
    return [Finding("warning", "overlaps", f"{text}. The audio that they share is trained as both")]


def _agreement(corpus: Corpus, utterances: Sequence[Utterance]) -> list[Finding]:
    """Agreement of the raters who gave an utterance one label, by the classes of the map that names most."""
    classes = max((preset.classes for preset in corpus.presets.values()), key=len)
    votes = [[vote.labels[0] for vote in one.parsed.votes if len(vote.labels) == 1] for one in utterances]
    single = [[classes.get(label) or plain(label) for label in one] for one in votes]
    left_out = sum(len(vote.labels) > 1 for one in utterances for vote in one.parsed.votes)
    text = corpus.agreement or describe_agreement(single, left_out=left_out)
    return [Finding("note", "agreement", text)] if text else []


def _unreadable(unreadable: Sequence[Unreadable]) -> list[Finding]:
    findings = []
    for pointers, meaning in ((True, "are Git LFS pointers, not recordings"), (False, "are not readable")):
        mine = [file for file in unreadable if file.pointer == pointers]
        if mine:
            text = f"{len(mine)} files {meaning}: {some([file.path for file in mine])}"
            findings.append(Finding("error", "readable", f"{text}. The first: {mine[0].why}"))
    return findings


def _version(root: Path, corpus: Corpus, manifest: Path | None) -> list[Finding]:
    if manifest is None or not manifest.exists():
        return []
    try:
        entries = read_manifest(manifest)
        check_names(root, list_audio(root, corpus), entries)
        map_files(lambda entry: check_file(root, entry), entries)
    except CorpusError as error:
        return [Finding("error", "manifest", str(error))]
    return [Finding("ok", "manifest", f"the files that {manifest} states")]
