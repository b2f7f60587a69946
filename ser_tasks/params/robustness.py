"""Section on degraded recordings and on what must not change a prediction."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Once, Section

Share = Annotated[float, Field(ge=0, le=1)]
Edge = Annotated[float, Field(gt=300, lt=4_000)]
BitRate = Literal[8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]  # of MPEG-2 layer III


class ConditionsParams(Section):
    """Values of each kind of degradation; an empty list leaves the kind out."""

    white: Annotated[tuple[float, ...], Once]  # dB of speech to noise
    pink: Annotated[tuple[float, ...], Once]  # the same
    babble: Annotated[tuple[float, ...], Once]  # the same, of other talkers
    reverberation: Annotated[tuple[PositiveFloat, ...], Once]  # s in which the room falls by 60 dB
    telephone: Annotated[tuple[Edge, ...], Once]  # Hz, upper end of the band
    mp3: Annotated[tuple[BitRate, ...], Once]  # kbit/s
    gain: Annotated[tuple[float, ...], Once]  # dB
    speed: Annotated[tuple[PositiveFloat, ...], Once]  # times as fast, the pitch moves with it
    tempo: Annotated[tuple[PositiveFloat, ...], Once]  # times as fast, the pitch stays
    silence: Annotated[tuple[PositiveFloat, ...], Once]  # s at each end


class ToleranceParams(Section):
    """How far predictions may move under changes that should not matter."""

    labels_changed: Share  # of the recordings
    confidence: Share  # by which the probability of any prediction moves


class RobustnessParams(Section):
    """Degradations of `ser robustness` and tolerance of `ser invariance`."""

    seed: Annotated[int, Field(ge=0)]  # of noise, talkers and rooms
    speech_range: PositiveFloat  # dB below the loudest frames: speech, over which levels are stated
    talkers: PositiveInt  # in babble
    direct_to_reverberant: float  # dB
    conditions: ConditionsParams
    tolerance: ToleranceParams
