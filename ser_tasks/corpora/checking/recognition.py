"""Is this file the one that was released? Judged by the sound, whatever the container."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ser_tasks.corpora.checking.fingerprint import Fingerprint
from ser_tasks.corpora.checking.inspection import Inspected

Verdict = Literal["genuine", "relabelled", "resampled", "cut", "padded", "altered", "unknown"]
SHORTER = 0.02  # s a resampled file may lose at its edges


@dataclass(frozen=True)
class Recognised:
    """The verdict on one file; `of` names the genuine file whose sound it has, when that is another."""

    file: Inspected
    verdict: Verdict
    of: str | None = None
    cut: bool = False  # shorter than the genuine file, in s


def recognise(files: Iterable[Inspected], prints: Mapping[str, Fingerprint], sampling_rate: int) -> list[Recognised]:
    """Hold files against the fingerprints of the genuine ones, whose rate is `sampling_rate` in Hz."""
    stems: dict[str, list[str]] = {}
    for stem, one in sorted(prints.items()):
        stems.setdefault(one.digest, []).append(stem)  # the release itself holds duplicates
    return [_verdict(file, prints.get(file.stem), stems.get(file.digest, []), sampling_rate) for file in files]


def _verdict(file: Inspected, own: Fingerprint | None, heard: list[str], sampling_rate: int) -> Recognised:
    if file.stem in heard:
        return Recognised(file, "genuine")
    if heard:
        return Recognised(file, "relabelled", of=heard[0])
    if own is None:
        return Recognised(file, "unknown")
    cut = file.duration < own.n_samples / sampling_rate - SHORTER
    if file.sampling_rate != sampling_rate:
        return Recognised(file, "resampled", cut=cut)
    if file.n_samples == own.n_samples:
        return Recognised(file, "altered")
    return Recognised(file, "cut" if file.n_samples < own.n_samples else "padded", cut=cut)
