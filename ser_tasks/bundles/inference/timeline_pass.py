"""The timeline of a recording file, in three passes that never hold more than a few blocks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ser_tasks.audio.channels import MIX
from ser_tasks.audio.recording import Recording, Samples, Source
from ser_tasks.bundles.inference.prediction import Prediction, recognise_all
from ser_tasks.bundles.inference.speech_segments import SAMPLING_RATE, speech_of
from ser_tasks.bundles.inference.streaming import mono_blocks
from ser_tasks.bundles.inference.timeline import Span, Timeline, WindowPrediction, cut, window_predictions, windows_in
from ser_tasks.bundles.speech_to_text import RecognisedWords
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams

BATCH = 16  # windows that are predicted at once

T = TypeVar("T")

Window: TypeAlias = tuple[Samples, Transcript | None]
"""Its sound, and its words where the bundle reads them."""

MapBatches: TypeAlias = Callable[..., Iterator[list[Any]]]
"""(what to do with a bundle and a batch, batches) -> a list for each batch, in order."""
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
        map_batches: runs `recognise_words` and `predict_windows` on batches, wherever the bundle is
        progress: is called with the pass (see `steps`), and the s of sound that it has gone on
        channel: which one, see `mono_blocks`

    Raises:
        AudioError: the file cannot be read, or not to its end
        UserError: no speech in it, or settings of the detector that it does not know
    """

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
    sounds = cut(blocks(rate, "emotion"), chain(*windows), sampling_rate=rate)
    predictions = chain.from_iterable(map_batches(predict_windows, _batches(zip(sounds, words, strict=False))))
    found, stopped = _smoothed(windows, predictions, card=card, settings=settings)
    return Timeline(statistics, tuple(spoken), tuple(found), None if stopped is None else spoken[stopped][0])


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

    def map_batches(function: Callable[..., list[Any]], batches: Iterable[Any]) -> Iterator[list[Any]]:
        return (function(bundle, batch) for batch in batches)

    return timeline_of(
        source,
        card=bundle.card,
        settings=settings,
        map_batches=map_batches,
        progress=lambda step, seconds: None,
        channel=channel,
    )


def steps(card: Card) -> tuple[str, ...]:
    """The passes over a recording."""
    return ("level", "speech", "words", "emotion") if card.asr else ("level", "speech", "emotion")


def predict_windows(bundle: Bundle, windows: Sequence[Window]) -> list[Prediction]:
    """Predictions of some windows, mono at the rate of the bundle."""
    recordings = [Recording(sound[:, None], bundle.card.sampling_rate) for sound, _ in windows]
    return recognise_all(bundle, recordings, transcripts=[words for _, words in windows])


def recognise_words(bundle: Bundle, sounds: Sequence[Samples]) -> list[RecognisedWords]:
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


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, BATCH)):
        yield batch
