"""The sentences of a recording as sound, cut where its timeline has its segments; three passes, nothing held whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Samples, Source
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, segments
from ser_tasks.bundles.inference.streaming import mono_blocks, signal_statistics
from ser_tasks.bundles.inference.timeline import Span, cut
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.params import VoiceParams


def speech_spans(source: Source, *, voice: VoiceParams, channel: str = MIX) -> list[Span]:
    """Segments with speech, (start, end) in s, as `ser predict --timeline` finds them.

    Args:
        source: a recording of any length; it is decoded twice
        voice: the detector, and what makes a segment of its frames
        channel: see `ser_tasks.audio.channels.mixed_down`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it
    """
    blocks = (mono_blocks(source, sampling_rate=SAMPLING_RATE, channel=channel) for _ in range(2))
    statistics = signal_statistics(next(blocks), sampling_rate=SAMPLING_RATE)
    spans = segments(next(blocks), peak=statistics.peak, duration=statistics.duration, voice=voice)
    if not spans:
        raise UserError(
            f"{source.path}: no speech in {statistics.duration:.1f} s (peak {statistics.peak:.4f} of full scale). "
            "Listen to it; if there is speech, lower timeline.voice.aggressiveness in params.yaml."
        )
    return spans


def sentences(source: Source, *, voice: VoiceParams, channel: str = MIX) -> Iterator[tuple[Span, Samples]]:
    """Each segment with speech: its (start, end) in s, and its sound at the rate of the recording, (n_samples,).

    Args:
        source, voice, channel: as in `speech_spans`

    Raises:
        AudioError, UserError: as there, before the first sentence
    """
    spans = speech_spans(source, voice=voice, channel=channel)
    rate = source.sampling_rate
    sounds = cut(mono_blocks(source, sampling_rate=rate, channel=channel), spans, sampling_rate=rate)
    yield from zip(spans, sounds, strict=True)
