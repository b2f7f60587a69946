"""Sections on prediction with a fitted model."""

from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from ser_tasks.params.base import Fraction, Section


class PredictParams(Section):
    """Limits of what gets one prediction."""

    longest: PositiveFloat  # s
    largest: PositiveFloat  # MiB of the decoded file, all channels


class VoiceParams(Section):
    """Segments of speech: see `ser_tasks.bundles.inference.speech_segments`."""

    frame: PositiveFloat  # s; the detector knows 0.010, 0.020 and 0.030
    aggressiveness: Annotated[int, Field(ge=0, le=3)]  # 0 takes most for speech, 3 least
    warm_up: PositiveFloat  # s that the detector runs over twice
    least_variation: NonNegativeFloat  # dB that the level moves around a voiced frame; 0: steady noise counts, too
    onset_frames: PositiveInt  # the last so many frames decide whether speech has begun
    onset_share: Fraction  # of them, that must be voiced
    back_up_frames: Annotated[int, Field(ge=0)]  # that speech began before it was noticed
    pause_frames: PositiveInt  # the last so many frames decide whether it has ended
    pause_share: Fraction  # of them, that must not be voiced
    longest: PositiveFloat  # s


class TimelineParams(Section):
    """Emotion over time."""

    voice: VoiceParams
    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    smoothing: NonNegativeFloat  # s, standard deviation; 0: none
    change_cost: NonNegativeFloat  # nats for each change of emotion within a segment
