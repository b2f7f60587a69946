"""Sections on sound: conditioning, augmentation, features, the demo voices."""

from typing import Annotated

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from ser_tasks.params.base import Count, Rising, Section, odd


class AudioParams(Section):
    """Reading of every recording before any feature."""

    sampling_rate: Annotated[int, Field(ge=8_000, le=48_000)]  # Hz


class WienerParams(Section):
    """Noise taken out."""

    window: Annotated[int, Field(ge=3), AfterValidator(odd)]  # samples


class TrimParams(Section):
    """Trimming of what comes before and after the speech; a clip in which none is found stays whole, and is counted."""

    frame: PositiveFloat  # s; the detector knows 0.010, 0.020 and 0.030
    aggressiveness: Annotated[int, Field(ge=0, le=3)]  # 0 takes most for speech, 3 least
    margin: Annotated[float, Field(ge=0)]  # s kept on both sides


class ConditioningParams(Section):
    """Conditioning of every utterance before any feature, in this order; null: off."""

    wiener: WienerParams | None
    pre_emphasis: Annotated[float, Field(gt=0, lt=1)] | None  # of the sample before, taken off
    trim: TrimParams | None
    peak: Annotated[float, Field(gt=0, le=1)] | None  # largest magnitude, of full scale: the level of the voice goes


class SignalAugmentationParams(Section):
    """Copies of every utterance with features of their own, by these steps in this order; null: not at all."""

    copies: Annotated[int, Field(ge=0)]  # of each utterance
    seed: Annotated[int, Field(ge=0)]  # of what is drawn for each copy
    time_stretch: Annotated[tuple[PositiveFloat, PositiveFloat], Rising] | None  # rates: 2 is twice as fast
    pitch_shift: Annotated[tuple[float, float], Rising] | None  # semitones
    circular_shift: Annotated[tuple[float, float], Rising] | None  # s
    gain: Annotated[tuple[float, float], Rising] | None  # dB
    noise_snr: Annotated[tuple[float, float], Rising] | None  # dB of signal to noise
    noise_floor: PositiveFloat | None  # amplitude of noise however loud the signal is, of full scale

    @model_validator(mode="after")
    def _not_the_same_again(self) -> "SignalAugmentationParams":
        steps = self.model_dump(exclude={"copies", "seed"})
        if self.copies and not any(steps.values()):
            raise ValueError(f"the copies would equal the original. Set one of {', '.join(steps)}, or 0 copies")
        return self


class StoreParams(Section):
    """The feature store."""

    shard_minutes: PositiveFloat  # audio in one shard: bounds the memory


class DemoParams(Section):
    """The synthetic corpus."""

    speakers: Count  # women and men take turns
    utterances_per_emotion: PositiveInt  # of each speaker
    difficulty: Annotated[float, Field(ge=0, le=1)]  # of the voice: 0 is emotions far apart, 1 no cue left
    seed: Annotated[int, Field(ge=0)]  # another one, other speakers and sentences
