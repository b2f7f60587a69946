"""The timeline of a recording file, in three passes that never hold more than a few blocks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Recording, Samples, Source
from ser_tasks.bundles.inference.prediction import Prediction, recognise_all
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, segments
from ser_tasks.bundles.inference.streaming import mono_blocks, signal_statistics
from ser_tasks.bundles.inference.timeline import Span, Timeline, WindowPrediction, cut, window_predictions, windows_in
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams

BATCH = 16  # windows that are predicted at once

MapBatches: TypeAlias = Callable[[Iterable[list[Samples]]], Iterator[list[Prediction]]]
Progress: TypeAlias = Callable[[str, float], None]


def timeline_of(
    source: Source,
    *,
    card: Card,
    settings: TimelineParams,
    map_batches: MapBatches,
    progress: Progress,
    channel: str = MIX,
) -> Timeline:
    """The timeline of a recording of any length.

    Ctrl-C while windows are predicted ends it there: segments that are complete stay.

    Args:
        source: the recording
        card: of the bundle
        settings: of segments, windows and smoothing
        map_batches: batches of windows -> a list of predictions for each, in order; see `predict_windows`
        progress: is called with the pass (level, speech, emotion), and the s of sound that it has gone on
        channel: which one, see `mono_blocks`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it, or settings of the detector that it does not know
    """

    def blocks(sampling_rate: int, step: str) -> Iterator[Samples]:
        for piece in mono_blocks(source, sampling_rate=sampling_rate, channel=channel):
            progress(step, len(piece) / sampling_rate)
            yield piece

    statistics = signal_statistics(blocks(SAMPLING_RATE, "level"), sampling_rate=SAMPLING_RATE)
    spoken = segments(
        blocks(SAMPLING_RATE, "speech"), peak=statistics.peak, duration=statistics.duration, voice=settings.voice
    )
    if not spoken:
        raise UserError(
            f"{source.path}: no speech in {statistics.duration:.1f} s (peak {statistics.peak:.4f} of full scale). "
            "Listen to it; if there is speech, lower timeline.voice.aggressiveness in params.yaml."
        )
    windows = [windows_in(span, window=settings.window, hop=settings.hop) for span in spoken]
    sounds = cut(blocks(card.sampling_rate, "emotion"), chain(*windows), sampling_rate=card.sampling_rate)
    predictions = chain.from_iterable(map_batches(_batches(sounds)))
    found, stopped = _smoothed(windows, predictions, card=card, settings=settings)
    return Timeline(statistics, tuple(spoken), tuple(found), None if stopped is None else spoken[stopped][0])


def predict_windows(bundle: Bundle, sounds: Sequence[Samples]) -> list[Prediction]:
    """Predictions of some windows, mono at the rate of the bundle."""
    return recognise_all(bundle, [Recording(sound[:, None], bundle.card.sampling_rate) for sound in sounds])


def _smoothed(
    windows: Sequence[Sequence[Span]], predictions: Iterator[Prediction], *, card: Card, settings: TimelineParams
) -> tuple[list[WindowPrediction], int | None]:
    """Those of all segments; and, on Ctrl-C, the index of the first segment that is not complete."""
    found: list[WindowPrediction] = []
    for index, own in enumerate(windows):
        try:
            raw = list(islice(predictions, len(own)))
        except KeyboardInterrupt:
            return found, index
        found += window_predictions(
            own,
            raw,
            segment=index + 1,
            unsure_below=card.unsure_below,
            smoothing=settings.smoothing,
            change_cost=settings.change_cost,
        )
    return found, None


def _batches(sounds: Iterator[Samples]) -> Iterator[list[Samples]]:
    while batch := list(islice(sounds, BATCH)):
        yield batch
