"""Decided stretches as other programs read them: RTTM, and labels of Audacity."""

import re
from collections.abc import Iterable

from ser_tasks.bundles.inference.timeline import Stretch


def rttm_lines(stretches: Iterable[Stretch], *, name: str) -> list[str]:
    """Rich Transcription Time Marked: one SPEAKER line each, with the emotion in the place of the speaker's name.

    Args:
        stretches: in order
        name: of the recording; white space, which parts the fields, becomes an underscore

    Source: NIST (2009), "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan", appendix A
    """
    recording = _one_word(name)
    return [
        f"SPEAKER {recording} 1 {stretch.start:.3f} {stretch.end - stretch.start:.3f} <NA> <NA> "
        f"{_one_word(stretch.emotion)} {stretch.confidence:.3f} <NA>"
        for stretch in stretches
    ]


def audacity_lines(stretches: Iterable[Stretch]) -> list[str]:
    """Start, end and label, parted by tabs: a label track for File > Import > Labels; ? marks an unsure one."""
    return [
        f"{stretch.start:.6f}\t{stretch.end:.6f}\t{stretch.emotion}{'?' * stretch.unsure} {stretch.confidence:.0%}"
        for stretch in stretches
    ]


def _one_word(text: str) -> str:
    return re.sub(r"\s+", "_", text)
