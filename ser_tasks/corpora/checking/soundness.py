"""What the signals of a corpus show together: rates, lengths, levels, duplicates, genuineness."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ser_tasks.audio.channels import CHOOSE
from ser_tasks.audio.recording import SHORTEST
from ser_tasks.corpora.checking.fingerprint import Fingerprint
from ser_tasks.corpora.checking.inspection import Inspected, cliff
from ser_tasks.corpora.checking.takes import CLOSEST, same_takes
from ser_tasks.corpora.corpus import Corpus, Finding, Level, Official, Utterance, some

Verdict = Literal["genuine", "relabelled", "resampled", "cut", "padded", "altered", "unknown"]
SHORTER = 0.02  # s a resampled file may lose at its edges

SILENT = -80.0  # dBFS of peak
SAME_LENGTH = 0.25  # share of files with one and the same number of samples; RAVDESS itself has 0.05
ROUNDING = 0.01  # s: durations are published with two decimals
NUMBER = re.compile(r"-?\d+\.\d+")
COLUMN = "import them with a column of channels"
FEW = 5  # findings of one kind that are shown

MEND = "get the release, or leave these out"
VERDICTS: tuple[tuple[Verdict, Level, str, str], ...] = (
    ("genuine", "ok", "are genuine: the same samples as in the release", ""),
    ("relabelled", "error", "carry the sound of another file of the release", "give them their names back"),
    ("resampled", "error", "are resampled copies (not the sampling rate of the release)", MEND),
    ("cut", "error", "are cut (fewer samples than in the release)", MEND),
    ("padded", "error", "are padded, or encoded anew (more samples than in the release)", MEND),
    (
        "altered",
        "error",
        "have the length of the release but other samples (level changed, down-mixed, or encoded with loss)",
        MEND,
    ),
    ("unknown", "note", "are not verifiable: no fingerprint of theirs is known", ""),
)


@dataclass(frozen=True)
class Recognised:
    """The verdict on one file; `of` names the genuine file whose sound it has, when that is another."""

    file: Inspected
    verdict: Verdict
    of: str | None = None
    cut: bool = False  # shorter than the genuine file, in s


def recognise(files: Iterable[Inspected], prints: Mapping[str, Fingerprint], sampling_rate: int) -> list[Recognised]:
    """Files by the fingerprints of the genuine ones, whose rate is `sampling_rate` in Hz."""
    stems: dict[str, list[str]] = {}
    for stem, one in sorted(prints.items()):
        stems.setdefault(one.digest, []).append(stem)  # the release itself holds duplicates
    return [_verdict(file, prints.get(file.stem), stems.get(file.digest, []), sampling_rate) for file in files]


def _verdict(file: Inspected, own: Fingerprint | None, namesakes: list[str], sampling_rate: int) -> Recognised:
    if file.stem in namesakes:
        return Recognised(file, "genuine")
    if namesakes:
        return Recognised(file, "relabelled", of=namesakes[0])
    if own is None:
        return Recognised(file, "unknown")
    cut = file.duration < own.n_samples / sampling_rate - SHORTER
    if file.sampling_rate != sampling_rate:
        return Recognised(file, "resampled", cut=cut)
    if file.n_samples == own.n_samples:
        return Recognised(file, "altered")
    return Recognised(file, "cut" if file.n_samples < own.n_samples else "padded", cut=cut)


def soundness(
    corpus: Corpus,
    utterances: Sequence[Utterance],
    files: Sequence[Inspected],
    prints: Mapping[str, Fingerprint],
) -> list[Finding]:
    """All findings on how the files sound."""
    if not files:
        return []
    official = corpus.official[0] if corpus.official else None
    emotions = {utterance.path: utterance.parsed.emotion for utterance in utterances if utterance.path}
    styles = {utterance.path: utterance.parsed.style for utterance in utterances if utterance.path}
    sides = {utterance.path for utterance in utterances if utterance.channel}
    findings = [_rates(files, official), _channels(files, sides)]
    for part in corpus.official or (None,):
        mine = [file for file in files if part is None or part.style in (None, styles.get(file.path))]
        findings += _durations(mine, part)
    findings += [
        *_notes(files, sides),
        *_too_short(files),
        _levels(files),
        *_silent(files),
        *_clipped(files),
        *_same_length(files),
        *_bandwidth(files),
    ]
    findings += [*_duplicates(files, emotions, prints), *_copies(files, emotions)]
    if prints and official is not None:
        findings += fingerprint_findings(recognise(files, prints, official.sampling_rate))
    return findings


def fingerprint_findings(recognised: Sequence[Recognised]) -> list[Finding]:
    """Findings of the comparison with the genuine files, one for each verdict."""
    by_verdict: dict[str, list[Recognised]] = {}
    for one in recognised:
        by_verdict.setdefault(one.verdict, []).append(one)
    findings = []
    for verdict, level, meaning, hint in VERDICTS:
        mine = by_verdict.get(verdict, [])
        if not mine:
            continue
        text = f"{len(mine)} of {len(recognised)} files {meaning}"
        if verdict == "resampled" and (cut := sum(one.cut for one in mine)):
            text += f", {cut} of them cut as well"
        if verdict != "genuine":
            text += ": " + some([one.file.path + (f" is {one.of}" if one.of else "") for one in mine])
        findings.append(Finding(level, "genuine", f"{text}; {hint}" if hint else text))
    return findings


def _rates(files: Sequence[Inspected], official: Official | None) -> Finding:
    rates = Counter(file.sampling_rate for file in files)
    if official is None:
        level: Level = "ok" if len(rates) == 1 else "note"
        return Finding(level, "sampling rate", ", ".join(f"{rate} Hz in {n} files" for rate, n in rates.most_common()))
    wrong = [file.path for file in files if file.sampling_rate != official.sampling_rate]
    if not wrong:
        return Finding("ok", "sampling rate", f"{official.sampling_rate} Hz, as released")
    found = ", ".join(f"{rate} Hz in {n}" for rate, n in rates.most_common())
    return Finding(
        "error",
        "sampling rate",
        f"released at {official.sampling_rate} Hz, found {found} files: {some(wrong)}",
    )


def _channels(files: Sequence[Inspected], sides: Set[str | None]) -> Finding:
    """How many files are mixed down; not those of which single channels are utterances."""
    several = [file.path for file in files if file.n_channels > 1 and file.path not in sides]
    apart = sum(file.n_channels > 1 for file in files) - len(several)
    if not several:
        text = f"{apart} of {len(files)} files hold utterances side by side, of which each has its channel"
        return Finding("ok", "channels", text if apart else "mono")
    return Finding(
        "note",
        "channels",
        f"{len(several)} of {len(files)} files are not mono and will be down-mixed: {some(several)}",
    )


def _notes(files: Sequence[Inspected], sides: Set[str | None]) -> list[Finding]:
    """Findings from the notes on files as they were read, or on channels that are mixed down, and of how many."""
    noted: dict[str, list[str]] = {}
    for file in files:
        remark = file.remark.replace(CHOOSE, COLUMN) if file.remark and file.path not in sides else None
        for note in (*file.notes, *([remark] if remark else [])):
            noted.setdefault(NUMBER.sub("...", note), []).append(file.path)
    return [Finding("warning", "notes", f"{len(paths)} files: {note}: {some(paths)}") for note, paths in noted.items()]


def _too_short(files: Sequence[Inspected]) -> list[Finding]:
    short = [file.path for file in files if file.duration < SHORTEST]
    if not short:
        return []
    text = f"{len(short)} files are shorter than {SHORTEST} s, too short for a prediction: {some(short)}"
    return [Finding("warning", "duration", f"{text}; leave them out")]


def _durations(files: Sequence[Inspected], official: Official | None) -> list[Finding]:
    if not files:
        return []
    lengths = [file.duration for file in files]
    text = f"{min(lengths):.2f} to {max(lengths):.2f} s, mean {np.mean(lengths):.2f} s"
    if official is not None and official.style is not None:
        text = f"{official.style}: {text}"
    if official is None or official.durations is None:
        return [Finding("ok", "duration", text)]
    shortest, longest = official.durations
    outside = [file.path for file in files if not shortest - ROUNDING <= file.duration <= longest + ROUNDING]
    if not outside:
        return [Finding("ok", "duration", f"{text}, as released")]
    text += f"; released: {shortest} to {longest} s; outside of it {len(outside)} files: {some(outside)}"
    return [Finding("error", "duration", text)]


def _levels(files: Sequence[Inspected]) -> Finding:
    rms, peak = [file.rms for file in files], [file.peak for file in files]
    loudness = f"RMS {min(rms):.0f} to {max(rms):.0f} dBFS, mean {np.mean(rms):.0f}"
    return Finding("ok", "level", f"{loudness}; peak {min(peak):.0f} to {max(peak):.0f}")


def _silent(files: Sequence[Inspected]) -> list[Finding]:
    silent = [file.path for file in files if file.peak < SILENT]
    if not silent:
        return []
    return [
        Finding(
            "warning",
            "level",
            f"{len(silent)} files are silent (peak below {SILENT:.0f} dBFS): {some(silent)}",
        )
    ]


def _clipped(files: Sequence[Inspected]) -> list[Finding]:
    clipped = [file.path for file in files if file.clipped]
    if not clipped:
        return []
    return [Finding("warning", "level", f"{len(clipped)} files are clipped (flat at full scale): {some(clipped)}")]


def _same_length(files: Sequence[Inspected]) -> list[Finding]:
    (length, count), *_ = Counter(file.n_samples for file in files).most_common(1)
    if count < 10 or count < SAME_LENGTH * len(files):
        return []
    seconds = next(file.duration for file in files if file.n_samples == length)
    text = f"{count} of {len(files)} files have exactly {length} samples ({seconds:.3f} s)"
    return [Finding("warning", "duration", f"{text}: cut or padded to one length")]


def _bandwidth(files: Sequence[Inspected]) -> list[Finding]:
    findings = []
    for rate in sorted({file.sampling_rate for file in files}):
        end = cliff(np.stack([file.spectrum for file in files if file.sampling_rate == rate]))
        if end is not None:
            findings.append(
                Finding(
                    "warning",
                    "bandwidth",
                    f"the {rate} Hz files hold nothing above about {end * rate / 2:.0f} Hz: resampled "
                    "upwards, or encoded with loss",
                )
            )
    return findings


def _duplicates(
    files: Sequence[Inspected], emotions: Mapping[str, str], prints: Mapping[str, Fingerprint]
) -> list[Finding]:
    same: dict[str, list[Inspected]] = {}
    for file in files:
        same.setdefault(file.digest, []).append(file)
    findings = []
    for twins in same.values():
        if len(twins) == 1:
            continue
        names = some([file.path for file in twins])
        labels = {emotions[file.path] for file in twins if file.path in emotions}
        stems = {file.stem for file in twins}
        if len(labels) > 1:
            findings.append(
                Finding(
                    "error",
                    "duplicates",
                    f"one sound, several emotions ({', '.join(sorted(labels))}): {names}",
                )
            )
        elif len(stems) == len(twins) and _twins_in_release(stems, prints):
            findings.append(Finding("note", "duplicates", f"one sound twice, in the release too: {names}"))
        else:
            findings.append(Finding("warning", "duplicates", f"one sound in {len(twins)} files: {names}"))
    return _few(findings)


def _copies(files: Sequence[Inspected], emotions: Mapping[str, str]) -> list[Finding]:
    """Files that hold one take in another encoding, rate or level: no digest is the same."""
    findings = []
    pairs, n_crowded = same_takes([file.take for file in files])
    for one, other, _ in pairs:
        if files[one].digest == files[other].digest:
            continue
        names = f"{files[one].path}, {files[other].path}"
        labels = {emotions[file.path] for file in (files[one], files[other]) if file.path in emotions}
        if len(labels) > 1:
            text = f"one take twice, with several emotions ({', '.join(sorted(labels))}): {names}"
            findings.append(Finding("error", "duplicates", text))
        else:
            text = f"one take twice, in another encoding, rate or level: {names}; keep one"
            findings.append(Finding("warning", "duplicates", text))
    if n_crowded:
        text = f"{n_crowded} files resemble more than {CLOSEST} others each; only the likeliest {CLOSEST} were compared"
        findings.append(Finding("note", "duplicates", f"{text}, so that other copies of these may be there unseen"))
    return _few(findings)


def _twins_in_release(stems: Set[str], prints: Mapping[str, Fingerprint]) -> bool:
    return stems <= prints.keys() and len({prints[stem].digest for stem in stems}) == 1


def _few(findings: list[Finding]) -> list[Finding]:
    """At most FEW findings of a level, and how many more there are."""
    shown: list[Finding] = []
    for level in ("error", "warning", "note"):
        mine = [finding for finding in findings if finding.level == level]
        shown += mine[:FEW]
        if len(mine) > FEW:
            shown.append(Finding(mine[0].level, mine[0].topic, f"and {len(mine) - FEW} more like these"))
    return shown
