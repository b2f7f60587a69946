"""The timeline of a recording file, in three passes that never hold more than a few blocks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Recording, Samples, Source
from ser_tasks.bundles.inference.prediction import Answer, recognise_all
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, segments
from ser_tasks.bundles.inference.streaming import mono_blocks, survey
from ser_tasks.bundles.inference.timeline import Moment, Span, Timeline, cut, segment_moments, windows_in
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams

BATCH = 16  # windows that are asked about at once

Ask: TypeAlias = Callable[[Iterable[list[Samples]]], Iterator[list[Answer]]]
Heard: TypeAlias = Callable[[str, float], None]


def listen(
    source: Source, *, card: Card, settings: TimelineParams, ask: Ask, heard: Heard, channel: str = MIX
) -> Timeline:
    """The timeline of a recording of any length.

    Ctrl-C while windows are asked about ends it there: the segments that are answered stay.

    Args:
        source: the recording
        card: of the bundle that is asked
        settings: of segments, windows and smoothing
        ask: batches of windows -> a list of answers for each, in order; see `answer_windows`
        heard: is told the pass (level, speech, emotion), and how many s of sound it has gone on
        channel: that is heard, see `mono_blocks`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it, or settings of the detector that it does not know
    """

    def blocks(sampling_rate: int, step: str) -> Iterator[Samples]:
        for piece in mono_blocks(source, sampling_rate=sampling_rate, channel=channel):
            heard(step, len(piece) / sampling_rate)
            yield piece

    look = survey(blocks(SAMPLING_RATE, "level"), sampling_rate=SAMPLING_RATE)
    spoken = segments(blocks(SAMPLING_RATE, "speech"), peak=look.peak, duration=look.duration, voice=settings.voice)
    if not spoken:
        raise UserError(
            f"{source.path}: no speech in {look.duration:.1f} s (peak {look.peak:.4f} of full scale). Listen to it; if "
            "somebody speaks, lower timeline.voice.aggressiveness in params.yaml."
        )
    windows = [windows_in(span, window=settings.window, hop=settings.hop) for span in spoken]
    sounds = cut(blocks(card.sampling_rate, "emotion"), chain(*windows), sampling_rate=card.sampling_rate)
    answers = chain.from_iterable(ask(_batches(sounds)))
    moments, stopped = _moments(windows, answers, card=card, settings=settings)
    return Timeline(look, tuple(spoken), tuple(moments), None if stopped is None else spoken[stopped][0])


def answer_windows(bundle: Bundle, sounds: Sequence[Samples]) -> list[Answer]:
    """Answers to some windows, mono at the rate of the bundle."""
    return recognise_all(bundle, [Recording(sound[:, None], bundle.card.sampling_rate) for sound in sounds])


def _moments(
    windows: Sequence[Sequence[Span]], answers: Iterator[Answer], *, card: Card, settings: TimelineParams
) -> tuple[list[Moment], int | None]:
    """Moments of all segments; and, on Ctrl-C, the index of the first segment that is not answered."""
    moments: list[Moment] = []
    for index, own in enumerate(windows):
        try:
            answered = list(islice(answers, len(own)))
        except KeyboardInterrupt:
            return moments, index
        moments += segment_moments(
            own,
            answered,
            segment=index + 1,
            unsure_below=card.unsure_below,
            smoothing=settings.smoothing,
            change_cost=settings.change_cost,
        )
    return moments, None


def _batches(sounds: Iterator[Samples]) -> Iterator[list[Samples]]:
    while batch := list(islice(sounds, BATCH)):
        yield batch
