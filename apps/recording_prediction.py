"""What a bundle predicts for a recording: for the whole of a short one, over time for any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from apps.uploads import as_file, check_length
from ser_tasks.audio.channels import ALIKE, MIX, NAMES, Together, chosen
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.explain.recording import Attention, attention_over
from ser_tasks.bundles.inference.estimate import DimensionPrediction, estimate, estimate_all
from ser_tasks.bundles.inference.prediction import Prediction, model_signal, recognise, recognise_all
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline, WindowEstimate, window_estimates
from ser_tasks.bundles.inference.timeline import Span, Timeline, WindowPrediction, window_predictions, windows_in
from ser_tasks.bundles.inference.timeline_pass import rating_timeline_of, timeline_of
from ser_tasks.bundles.model_bundle import ModelBundle

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Source
    from ser_tasks.bundles.bundle import AnyBundle, Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.bundles.dimensions.card import DimensionCard
    from ser_tasks.params import TimelineParams
    from ser_tasks.text.asr.engine import Transcript

BLOCK = 10.0  # s that are decoded at once where a recording is only looked through

Progress = Callable[[str, float], None]
"""(name of the step, share of it that is done)."""


@dataclass(frozen=True)
class RecordingPrediction:
    """What one bundle predicts for one recording, or for one channel of it.

    Attributes:
        card: of the bundle
        channel: mix, left or right
        duration: in s
        answer: for the whole recording
        signal: mono, shape (n_samples,), at card.sampling_rate
        attention: None: a model without, or one that reads a trimmed clip, whose time is another
        moments: over time; none for what is no longer than a window
    """

    card: Card
    channel: str
    duration: float
    answer: Prediction
    signal: NDArray[np.float32]
    attention: Attention | None
    moments: tuple[WindowPrediction, ...]


@dataclass(frozen=True)
class LongPrediction:
    """What one bundle predicts over the time of a recording that is too long for one prediction.

    Attributes:
        card: of the bundle
        channel: mix, left or right
        timeline: with its segments of speech
        notes: on how the recording was read
    """

    card: Card
    channel: str
    timeline: Timeline
    notes: tuple[str, ...]

    @property
    def duration(self) -> float:
        """In s."""
        return self.timeline.statistics.duration

    @property
    def moments(self) -> tuple[WindowPrediction, ...]:
        """Windows of all segments."""
        return self.timeline.windows


@dataclass(frozen=True)
class RecordingRating:
    """What one bundle of dimensions predicts for one recording; without comment, as in `RecordingPrediction`."""

    card: DimensionCard
    channel: str
    duration: float
    answer: DimensionPrediction
    signal: NDArray[np.float32]
    moments: tuple[WindowEstimate, ...]


@dataclass(frozen=True)
class LongRating:
    """What one bundle of dimensions predicts over the time of a long recording; as in `LongPrediction`."""

    card: DimensionCard
    channel: str
    timeline: RatingTimeline
    notes: tuple[str, ...]

    @property
    def duration(self) -> float:
        """In s."""
        return self.timeline.statistics.duration

    @property
    def moments(self) -> tuple[WindowEstimate, ...]:
        """Windows of all segments."""
        return self.timeline.windows


Recognised: TypeAlias = RecordingPrediction | LongPrediction
Rated: TypeAlias = RecordingRating | LongRating
Shown: TypeAlias = Recognised | Rated


def predictions_of(
    bundles: Sequence[AnyBundle], recording: Recording, *, timeline: TimelineParams, channel: str = MIX
) -> list[RecordingPrediction | RecordingRating]:
    """Of every bundle; and, where the two channels of a mix differ as those of a call do, of each channel."""
    channels = tuple(NAMES) if channel == MIX and _differ(Together.of(recording.samples)) else (channel,)
    parts = {name: chosen(recording, name) if len(channels) > 1 else recording for name in channels}
    return [
        rating_of(bundle, part, timeline=timeline, channel=name)
        if isinstance(bundle, BundleOfDimensions)
        else prediction_of(bundle, part, timeline=timeline, channel=name)
        for name, part in parts.items()
        for bundle in bundles
    ]


def prediction_of(
    bundle: Bundle, recording: Recording, *, timeline: TimelineParams, channel: str = MIX
) -> RecordingPrediction:
    """The prediction for a recording as a whole, and for windows that slide over it.

    Raises:
        AudioError: sound that nothing can be predicted from
    """
    answer = recognise(bundle, recording)
    signal = model_signal(recording, bundle.card.sampling_rate)
    return RecordingPrediction(
        card=bundle.card,
        channel=channel,
        duration=recording.duration,
        answer=answer,
        signal=signal,
        attention=_attention(bundle, signal),
        moments=_moments(bundle, recording, answer.transcript, timeline=timeline),
    )


def rating_of(
    bundle: BundleOfDimensions, recording: Recording, *, timeline: TimelineParams, channel: str = MIX
) -> RecordingRating:
    """The same of dimensions."""
    answer, windows, moments = estimate(bundle, recording), _windows(recording, timeline), list[WindowEstimate]()
    if windows:
        words = _words_of(windows, answer.transcript)
        answers = estimate_all(bundle, [_part(recording, *window) for window in windows], transcripts=words)
        moments = window_estimates(windows, answers, segment=1, card=bundle.card, smoothing=timeline.smoothing)
    return RecordingRating(
        card=bundle.card,
        channel=channel,
        duration=recording.duration,
        answer=answer,
        signal=model_signal(recording, bundle.card.sampling_rate),
        moments=tuple(moments),
    )


def _attention(bundle: Bundle, signal: NDArray[np.float32]) -> Attention | None:
    """Of a network of sound alone, if its times are those of the recording."""
    if not isinstance(bundle, ModelBundle) or bundle.reads:
        return None
    conditioning: Any = bundle.sections["conditioning"]
    return attention_over(bundle, signal) if conditioning.trim is None else None


def _moments(
    bundle: Bundle, recording: Recording, transcript: Transcript | None, *, timeline: TimelineParams
) -> tuple[WindowPrediction, ...]:
    windows = _windows(recording, timeline)
    if not windows:
        return ()
    words = _words_of(windows, transcript)
    answers = recognise_all(bundle, [_part(recording, *window) for window in windows], transcripts=words)
    rules: dict[str, Any] = timeline.model_dump(include={"smoothing", "change_cost"})
    return tuple(window_predictions(windows, answers, segment=1, unsure_below=bundle.card.unsure_below, **rules))


def _words_of(windows: Sequence[Span], transcript: Transcript | None) -> list[Transcript] | None:
    return None if transcript is None else [transcript.between(*window) for window in windows]


def _windows(recording: Recording, timeline: TimelineParams) -> list[Span]:
    """Of the whole recording as one segment: what is shown at once is seldom worth dividing into speech. Or none."""
    windows = windows_in((0.0, recording.duration), window=timeline.window, hop=timeline.hop)
    return windows if len(windows) > 1 else []


def _part(recording: Recording, start: float, end: float) -> Recording:
    first, last = round(start * recording.sampling_rate), round(end * recording.sampling_rate)
    return Recording(recording.samples[first:last], recording.sampling_rate)


def _differ(together: Together) -> bool:
    """Whether two channels hold two voices, and not one voice twice."""
    return len(together.sums) == len(NAMES) and not together.cancel and together.least_correlation < ALIKE


def timelines_of(
    bundles: Sequence[AnyBundle],
    content: bytes,
    *,
    name: str,
    seconds: float,
    timeline: TimelineParams,
    progress: Progress,
    channel: str = MIX,
) -> list[LongPrediction | LongRating]:
    """The timeline of a long recording by every bundle; of each channel, where the two of a mix differ.

    Args:
        bundles: loaded
        content: of the file
        name: for messages
        seconds: the longest recording that is read
        timeline: segments of speech, windows, smoothing
        progress: is called as it goes on
        channel: mix, left or right

    Raises:
        TooLargeError: longer, or with more samples
        UserError: broken, or without speech
    """
    with as_file(content, name=name) as path:
        together, duration = _looked_through(open_sound(path), name=name, seconds=seconds)
        channels = tuple(NAMES) if channel == MIX and _differ(together) else (channel,)
        found = []
        for one, bundle in ((one, bundle) for one in channels for bundle in bundles):
            step = f"{bundle.card.name}, {one}" if len(channels) > 1 else bundle.card.name
            passed = _Passed(step, duration, progress)
            found.append(_over_time(bundle, open_sound(path), channel=one, timeline=timeline, progress=passed))
        return found


def _over_time(
    bundle: AnyBundle, source: Source, *, channel: str, timeline: TimelineParams, progress: Progress
) -> LongPrediction | LongRating:
    how: dict[str, Any] = {"settings": timeline, "map_batches": _here(bundle), "progress": progress, "channel": channel}
    if isinstance(bundle, BundleOfDimensions):
        rated = rating_timeline_of(source, card=bundle.card, **how)
        return LongRating(bundle.card, channel, rated, tuple(source.notes))
    made = timeline_of(source, card=bundle.card, **how)
    return LongPrediction(bundle.card, channel, made, tuple(source.notes))


def _looked_through(source: Source, *, name: str, seconds: float) -> tuple[Together, float]:
    """How its channels go together, and its length in s, whatever the header states."""
    check_length(source, source.n_samples or 0, name=name, seconds=seconds)
    together = Together.of(np.zeros((0, source.n_channels), np.float32))
    for block in source.blocks(max(1, round(BLOCK * source.sampling_rate))):
        together += Together.of(block)
        check_length(source, together.n, name=name, seconds=seconds)
    return together, together.n / source.sampling_rate


def _here(bundle: AnyBundle) -> Callable[..., Iterator[list[Any]]]:
    """Batches one after the other, in this process."""

    def map_batches(function: Callable[..., list[Any]], batches: Iterable[Any]) -> Iterator[list[Any]]:
        return (function(bundle, batch) for batch in batches)

    return map_batches


class _Passed:
    """From seconds of sound in each pass to the share of it that is done."""

    def __init__(self, name: str, duration: float, progress: Progress) -> None:
        self.name, self.duration, self.progress = name, duration, progress
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str, seconds: float) -> None:
        self.seconds[step] = self.seconds.get(step, 0.0) + seconds
        self.progress(f"{self.name}: {step}", min(1.0, self.seconds[step] / max(self.duration, seconds)))
