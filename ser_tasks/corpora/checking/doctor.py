"""The corpus doctor, `ser check`: is this folder the corpus it says it is, whole and unspoilt?"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.checking.agreement import describe_agreement
from ser_tasks.corpora.checking.completeness import completeness
from ser_tasks.corpora.checking.fingerprint import read_fingerprints
from ser_tasks.corpora.checking.inspection import Inspected, Unreadable, inspect_file
from ser_tasks.corpora.checking.overlaps import overlapping
from ser_tasks.corpora.checking.soundness import soundness
from ser_tasks.corpora.corpus import Corpus, CorpusError, Utterance
from ser_tasks.corpora.finding import Finding, some
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import check_file, check_names, read_manifest
from ser_tasks.corpora.reading import name_utterances, strangers
from ser_tasks.corpora.speaker_codes import code_findings
from ser_tasks.corpora.threads import map_files
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.models.lone_classes import in_words, lone_classes


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
    heard: Callable[[int, int], None] | None = None,
) -> Report:
    """Read every file below `root`, and judge it against what the corpus' module knows.

    Args:
        corpus: what the folder should be
        root: the folder, or a link to it
        manifest: the version it should be; None or not there is not judged
        heard: told (files decoded, files in all) as they come

    Raises:
        CorpusError: no folder, or no audio file in it
    """
    listing = list_audio(root, corpus)
    strange = strangers(corpus, root, listing.audio)
    known = [path for path in listing.audio if path not in strange]
    utterances = name_utterances(corpus, root, known)
    done = Counter[str]()

    def inspect(path: str) -> Inspected | Unreadable:
        result = inspect_file(root, path)
        done["files"] += 1
        if heard is not None:
            heard(done["files"], len(listing.audio))
        return result

    inspected = map_files(inspect, listing.audio)
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
    return [Finding("warning", "overlaps", f"{text}. The sound that they share is learnt as both")]


def _agreement(corpus: Corpus, utterances: Sequence[Utterance]) -> list[Finding]:
    """Of the raters who gave an utterance one label, by the classes of the label map that names most."""
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
