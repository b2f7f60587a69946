"""The timeline of a recording file, in three passes that never hold more than a few blocks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Recording, Samples, Source
from ser_tasks.bundles.dimensions.card import DimensionCard
from ser_tasks.bundles.inference.any_bundle import predictions_of
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline, WindowEstimate, window_estimates
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, speech_of
from ser_tasks.bundles.inference.streaming import mono_blocks
from ser_tasks.bundles.inference.timeline import Span, Timeline, WindowPrediction, cut, window_predictions, windows_in
from ser_tasks.bundles.speech_to_text import RecognisedWords
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle, Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.bundles.dimensions.card import AnyCard
    from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
    from ser_tasks.bundles.inference.any_bundle import AnyPrediction
    from ser_tasks.bundles.inference.estimate import DimensionPrediction
    from ser_tasks.bundles.inference.prediction import Prediction
    from ser_tasks.bundles.inference.streaming import SignalStatistics
    from ser_tasks.params import TimelineParams

BATCH = 16  # windows that are predicted at once

T = TypeVar("T")

Window: TypeAlias = tuple[Samples, Transcript | None]
"""Its sound, and its words where the bundle reads them."""

MapBatches: TypeAlias = Callable[..., Iterator[list[Any]]]
"""(what to do with a bundle and a batch, batches) -> a list for each batch, in order."""
Progress: TypeAlias = Callable[[str, float], None]


@dataclass(frozen=True)
class _Passed:
    """What the passes over a recording find: its segments of speech, their windows, and a prediction for each."""

    statistics: SignalStatistics
    spoken: tuple[Span, ...]
    windows: list[list[Span]]
    predictions: Iterator[Any]

    def by_segment(
        self, smooth: Callable[[Sequence[Span], list[Any], int], list[T]]
    ) -> tuple[tuple[T, ...], float | None]:
        """Windows of all segments; and, on Ctrl-C, the s at which the first one begins that is not complete.

        Args:
            smooth: (windows, their predictions, number of the segment) -> smoothed windows
        """
        found: list[T] = []
        for index, own in enumerate(self.windows):
            try:
                raw = list(islice(self.predictions, len(own)))
            except KeyboardInterrupt:
                return tuple(found), self.spoken[index][0]
            found += smooth(own, raw, index + 1)
        return tuple(found), None


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
        map_batches: runs `recognise_words` and `predict_windows` on batches, wherever the bundle is
        progress: is called with the pass (see `steps`), and the s of sound that it has gone on
        channel: which one, see `mono_blocks`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it, or settings of the detector that it does not know
    """
    passed = _passed(source, card=card, settings=settings, map_batches=map_batches, progress=progress, channel=channel)
    rules: dict[str, Any] = settings.model_dump(include={"smoothing", "change_cost"})

    def smooth(windows: Sequence[Span], raw: list[Prediction], segment: int) -> list[WindowPrediction]:
        return window_predictions(windows, raw, segment=segment, unsure_below=card.unsure_below, **rules)

    found, stopped = passed.by_segment(smooth)
    return Timeline(passed.statistics, passed.spoken, found, stopped)


def rating_timeline_of(
    source: Source,
    *,
    card: DimensionCard,
    settings: TimelineParams,
    map_batches: MapBatches,
    progress: Progress,
    channel: str = MIX,
) -> RatingTimeline:
    """The same of dimensions; arguments and errors are those of `timeline_of`."""
    passed = _passed(source, card=card, settings=settings, map_batches=map_batches, progress=progress, channel=channel)

    def smooth(windows: Sequence[Span], raw: list[DimensionPrediction], segment: int) -> list[WindowEstimate]:
        return window_estimates(windows, raw, segment=segment, card=card, smoothing=settings.smoothing)

    found, stopped = passed.by_segment(smooth)
    return RatingTimeline(passed.statistics, passed.spoken, found, stopped, card.scale)


def _passed(
    source: Source,
    *,
    card: AnyCard,
    settings: TimelineParams,
    map_batches: MapBatches,
    progress: Progress,
    channel: str,
) -> _Passed:
    def blocks(sampling_rate: int, step: str) -> Iterator[Samples]:
        for piece in mono_blocks(source, sampling_rate=sampling_rate, channel=channel):
            progress(step, len(piece) / sampling_rate)
            yield piece

    statistics, spoken = speech_of(partial(blocks, SAMPLING_RATE), path=source.path, voice=settings.voice)
    windows = [windows_in(span, window=settings.window, hop=settings.hop) for span in spoken]
    rate = card.sampling_rate
    words: Iterable[Transcript | None] = repeat(None)  # without end
    if card.asr is not None:
        segments_of_sound = cut(blocks(rate, "words"), spoken, sampling_rate=rate)
        found_words = list(chain.from_iterable(map_batches(recognise_words, _batches(segments_of_sound))))
        words = _words_of(windows, _in_time(found_words, spoken, source.notes))
    sounds = cut(blocks(rate, steps(card)[-1]), chain(*windows), sampling_rate=rate)
    predictions = chain.from_iterable(map_batches(predict_windows, _batches(zip(sounds, words, strict=False))))
    return _Passed(statistics, tuple(spoken), windows, predictions)


def timeline_here(bundle: Bundle, source: Source, *, settings: TimelineParams, channel: str = MIX) -> Timeline:
    """The timeline of a recording of any length, computed in this process, one batch after the other.

    Args:
        bundle: the model
        source: the recording, as `ser_tasks.audio.decode.open_sound` opens it
        settings: of segments, windows and smoothing: `params.timeline`
        channel: which one, see `mono_blocks`

    Raises:
        AudioError, UserError: as `timeline_of`
    """
    return timeline_of(source, card=bundle.card, settings=settings, channel=channel, **_in_this_process(bundle))


def rating_timeline_here(
    bundle: BundleOfDimensions, source: Source, *, settings: TimelineParams, channel: str = MIX
) -> RatingTimeline:
    """The same of dimensions; arguments and errors are those of `timeline_here`."""
    return rating_timeline_of(source, card=bundle.card, settings=settings, channel=channel, **_in_this_process(bundle))


def _in_this_process(bundle: AnyBundle) -> dict[str, Any]:
    def map_batches(function: Callable[..., list[Any]], batches: Iterable[Any]) -> Iterator[list[Any]]:
        return (function(bundle, batch) for batch in batches)

    return {"map_batches": map_batches, "progress": lambda step, seconds: None}


def steps(card: AnyCard) -> tuple[str, ...]:
    """The passes over a recording."""
    words = ("words",) if card.asr else ()
    return ("level", "speech", *words, "ratings" if isinstance(card, DimensionCard) else "emotion")


def predict_windows(bundle: AnyBundle, windows: Sequence[Window]) -> Sequence[AnyPrediction]:
    """Predictions of some windows, mono at the rate of the bundle."""
    recordings = [Recording(sound[:, None], bundle.card.sampling_rate) for sound, _ in windows]
    return predictions_of(bundle, recordings, [words for _, words in windows])


def recognise_words(bundle: AnyBundle, sounds: Sequence[Samples]) -> list[RecognisedWords]:
    """The words of some segments, mono at the rate of a bundle that reads words."""
    assert bundle.speech_to_text is not None  # asked for where the card has a recogniser
    rate = bundle.card.sampling_rate
    return [bundle.speech_to_text(sound, sampling_rate=rate) for sound in sounds]


def _in_time(found: Sequence[RecognisedWords], spoken: Sequence[Span], notes: list[str]) -> list[Transcript]:
    """The words of each segment at their times in the recording; where no segment has any that count, why is noted."""
    doubts = [words.doubt for words in found]
    if None not in doubts and str(doubts[0]) not in notes:
        notes.append(str(doubts[0]))
    return [words.transcript.later(start) for words, (start, _) in zip(found, spoken, strict=True)]


def _words_of(windows: Sequence[Sequence[Span]], transcripts: Sequence[Transcript]) -> Iterator[Transcript]:
    """Of each window of each segment."""
    for own, transcript in zip(windows, transcripts, strict=True):
        yield from (transcript.between(*window) for window in own)


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, BATCH)):
        yield batch
