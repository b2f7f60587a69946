"""The sentences of a recording as sound, cut where its timeline has its segments; three passes, nothing held whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Samples, Source
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, speech_of
from ser_tasks.bundles.inference.streaming import mono_blocks
from ser_tasks.bundles.inference.timeline import Span, cut

if TYPE_CHECKING:
    from ser_tasks.params import VoiceParams


def sentences(source: Source, *, voice: VoiceParams, channel: str = MIX) -> Iterator[tuple[Span, Samples]]:
    """Each segment with speech: its (start, end) in s, and its sound at the rate of the recording, (n_samples,).

    Args:
        source: a recording of any length
        voice: the detector, and what makes a segment of its frames
        channel: see `ser_tasks.audio.channels.mixed_down`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it; both before the first sentence
    """
    _, spans = speech_of(
        lambda _: mono_blocks(source, sampling_rate=SAMPLING_RATE, channel=channel), path=source.path, voice=voice
    )
    rate = source.sampling_rate
    sounds = cut(mono_blocks(source, sampling_rate=rate, channel=channel), spans, sampling_rate=rate)
    yield from zip(spans, sounds, strict=True)
