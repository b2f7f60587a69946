"""Sections on sound: conditioning, augmentation, features, the demo voices."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from ser_tasks.params.base import Count, Once, Rising, Section, odd


class AudioParams(Section):
    """How every recording is read before any feature."""

    sampling_rate: Annotated[int, Field(ge=8_000, le=48_000)]  # Hz


class WienerParams(Section):
    """Noise taken out."""

    window: Annotated[int, Field(ge=3), AfterValidator(odd)]  # samples


class TrimParams(Section):
    """What comes before and after the speech, cut off; a clip in which none is heard stays whole, and is counted."""

    frame: PositiveFloat  # s; the detector knows 0.010, 0.020 and 0.030
    aggressiveness: Annotated[int, Field(ge=0, le=3)]  # 0 takes most for speech, 3 least
    margin: Annotated[float, Field(ge=0)]  # s kept on both sides


class ConditioningParams(Section):
    """What every utterance goes through before any feature, in this order; null: not at all."""

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


# Not written while it is the default: whatever was recorded before the key existed keeps its digest.
LldEngine = Annotated[Literal["vectorised", "pyAudioAnalysis"], Field(exclude_if=lambda name: name == "vectorised")]


class LldParams(Section):
    """The 34 short-term descriptors of pyAudioAnalysis."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    deltas: bool  # frame-to-frame differences too: 68 values instead of 34
    engine: LldEngine = "vectorised"  # all frames at once in NumPy; or the library itself, to match it to the bit


class LogMelParams(Section):
    """Log-mel spectrogram."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    n_mels: PositiveInt  # bands
    f_min: Annotated[float, Field(ge=0)]  # Hz
    f_max: PositiveFloat  # Hz
    dynamic_range: PositiveFloat | None  # dB kept below the clip's loudest band, whatever the law; null: all
    law: Literal["db", "ln", "ln1p"]  # of loudness; mfcc and functionals follow


class PsdImageParams(Section):
    """Power spectral density as an image."""

    n_fft: Count  # samples of a frame
    hop_length: PositiveInt  # samples between frames
    block: PositiveInt  # frames averaged into one row

    @model_validator(mode="after")
    def _no_gaps(self) -> "PsdImageParams":
        if self.hop_length > self.n_fft:
            raise ValueError(
                f"hop_length {self.hop_length} exceeds n_fft {self.n_fft}: samples between two frames would not be "
                "heard. Set at most n_fft"
            )
        return self


class MfccParams(Section):
    """Cepstrum of the log-mel spectrogram."""

    n_mfcc: PositiveInt  # coefficients
    deltas: bool  # first and second regression deltas
    delta_reach: PositiveInt  # frames on each side of a regression


class PitchParams(Section):
    """Harmonic ratio and fundamental frequency by autocorrelation."""

    window: PositiveFloat  # s, more than a period of f_min
    hop: PositiveFloat  # s
    f_min: PositiveFloat  # Hz
    f_max: PositiveFloat  # Hz


class FunctionalsParams(Section):
    """Statistics over time: which descriptors they summarise."""

    over: Annotated[tuple[Literal["lld", "mfcc", "log_mel", "pitch"], ...], Field(min_length=1)]  # descriptors
    n_mels: PositiveInt  # bands of mfcc and log_mel here: statistics need fewer than networks do
    loudness_range: PositiveFloat  # dB below the loud frames of a clip that still count as speech


class EncoderParams(Section):
    """What is kept of the frames of every layer of a speech encoder."""

    statistics: Annotated[tuple[Literal["mean", "std"], ...], Once, Field(min_length=1)]  # over the frames
    loudness_range: PositiveFloat | None  # dB below the loudest frame of a clip that still count; null: all frames


class StoreParams(Section):
    """The feature store."""

    shard_minutes: PositiveFloat  # audio in one shard: bounds the memory


class DemoParams(Section):
    """The synthetic corpus."""

    speakers: Count  # women and men take turns
    utterances_per_emotion: PositiveInt  # of each speaker
    difficulty: Annotated[float, Field(ge=0, le=1)]  # of the voice: 0 is emotions far apart, 1 no cue left
    seed: Annotated[int, Field(ge=0)]  # another one, other speakers and sentences
