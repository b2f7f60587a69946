"""params.yaml as small frozen sections: every knob is declared here once, and a stray key is refused."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

Fraction = Annotated[float, Field(gt=0, lt=1)]
Dropout = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=2)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} more than once")
    return names


Once = AfterValidator(_once)


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"{bounds[0]} is above {bounds[1]}. Write the lower one first")
    return bounds


Rising = AfterValidator(_rising)


def _odd(count: int) -> int:
    if count % 2 == 0:
        raise ValueError(f"{count} is even, but a neighbourhood has a centre and two sides. Set 3, 5, 7 ...")
    return count


class Section(BaseModel):
    """A part of params.yaml: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AudioParams(Section):
    """How every recording is read before any feature."""

    sampling_rate: Annotated[int, Field(ge=8_000, le=48_000)]  # Hz


class WienerParams(Section):
    """Noise taken out."""

    window: Annotated[int, Field(ge=3), AfterValidator(_odd)]  # samples


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
    seed: Annotated[int, Field(ge=0)]
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


class LldParams(Section):
    """The 34 short-term descriptors of pyAudioAnalysis."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    deltas: bool


class LogMelParams(Section):
    """Log-mel spectrogram."""

    window: PositiveFloat  # s
    hop: PositiveFloat  # s
    n_mels: PositiveInt
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

    n_mfcc: PositiveInt
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

    over: Annotated[tuple[Literal["lld", "mfcc", "log_mel", "pitch"], ...], Field(min_length=1)]
    n_mels: PositiveInt  # bands of mfcc and log_mel here: statistics need fewer than networks do
    loudness_range: PositiveFloat  # dB below the loud frames of a clip that still count as speech


class StoreParams(Section):
    """The feature store."""

    shard_minutes: PositiveFloat  # audio in one shard: bounds the memory


class DemoParams(Section):
    """The synthetic corpus."""

    speakers: Count  # women and men take turns
    utterances_per_emotion: PositiveInt  # of each speaker
    difficulty: Annotated[float, Field(ge=0, le=1)]  # of the voice: 0 is emotions far apart, 1 no cue left
    seed: Annotated[int, Field(ge=0)]


class SvmParams(Section):
    """Seed 004's classifier; every list is searched inside the training part, by speaker."""

    anova_alpha: Fraction
    pca_variance: Annotated[tuple[Fraction, ...], Field(min_length=1)]  # share of variance that PCA keeps
    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]
    gamma: Annotated[tuple[PositiveFloat | Literal["scale"], ...], Field(min_length=1)]  # scale: 1 / total variance
    inner_folds: Count


class SpecAugmentParams(Section):
    """Masks on the frames of a training clip."""

    time_masks: Annotated[int, Field(ge=0)]
    time_width: PositiveInt  # frames, at most
    time_share: Fraction  # of the frames, at most
    frequency_masks: Annotated[int, Field(ge=0)]
    frequency_width: PositiveInt  # dimensions, at most


class AugmentationParams(Section):
    """What training clips go through before each epoch; null: nothing of the kind."""

    tempo: tuple[PositiveFloat, PositiveFloat] | None  # slowest, fastest rate
    spec_augment: SpecAugmentParams | None
    mixup_alpha: PositiveFloat | None


class TrainingParams(Section):
    """How networks are trained: all of them alike, but for what a network's own section says otherwise."""

    seeds: PositiveInt  # networks trained on each fold, from different beginnings; all of them count
    epochs: PositiveInt  # at most
    keep: Literal["best", "last"]  # epoch: the best on the validation speakers, or the last
    patience: PositiveInt  # epochs without a better UAR on the validation speakers, if the best is kept
    refit: bool  # after that, train once more on all training speakers for as many epochs
    validation_share: Fraction  # of the training speakers
    batch_size: PositiveInt
    frames_multiple: PositiveInt  # padded lengths are multiples of it: few shapes, so that compiled steps serve again
    learning_rate: PositiveFloat
    warm_up_epochs: Annotated[int, Field(ge=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    clip_norm: PositiveFloat  # of all gradients together
    balance: Literal["weights", "sampling", "none"]  # how classes of unequal size are made to count alike
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"]  # of the layers; weights stay float32
    augmentation: AugmentationParams


class NetworkParams(Section):
    """What the section of every network may hold besides its sizes."""

    training: TrainingParams  # in the file: what differs from the section `training`


class MlpParams(NetworkParams):
    """Sizes of mlp."""

    input_dropout: Dropout
    units: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each layer
    dropout: Dropout


class BlstmAttentionParams(NetworkParams):
    """Sizes of blstm_attention."""

    dense: PositiveInt
    units: PositiveInt
    attention: Literal["learned_vector", "constant_vector"]
    dropout: Dropout


class LstmAttentionParams(NetworkParams):
    """Sizes of lstm_attention."""

    units: PositiveInt
    bidirectional: bool
    input_dropout: Dropout
    dropout: Dropout


class CnnBlstmAttentionParams(NetworkParams):
    """Sizes of cnn_blstm_attention."""

    filters: PositiveInt
    units: PositiveInt
    embedding: PositiveInt
    dropout: Dropout


class SpectrogramCnnParams(NetworkParams):
    """Sizes of spectrogram_cnn."""

    filters: PositiveInt
    dropout: Dropout


class TdCnnLstmParams(NetworkParams):
    """Sizes of td_cnn_lstm."""

    length: PositiveInt  # frames of a window
    step: PositiveInt  # frames
    filters: PositiveInt
    units: PositiveInt
    dropout: Dropout


class PatchDcnnBlstmParams(NetworkParams):
    """Sizes of patch_dcnn_blstm."""

    length: PositiveInt  # frames of a patch
    step: PositiveInt  # frames
    delta_reach: PositiveInt  # frames
    backbone: Literal["resnet50v2", "mobilenetv2", "efficientnetb0", "small"]
    weights: str  # none, imagenet, or a file
    units: PositiveInt
    attention: Literal["dot", "learned_vector"]
    dense: tuple[PositiveInt, ...]
    dropout: Dropout


class ResidualCnnParams(NetworkParams):
    """Sizes of residual_cnn."""

    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    time_stride: PositiveInt  # frames
    frame_units: PositiveInt
    attention_units: PositiveInt
    embedding: PositiveInt
    dropout: Dropout


class NetworksParams(Section):
    """Each network: its sizes, and how its training differs."""

    mlp: MlpParams
    blstm_attention: BlstmAttentionParams
    lstm_attention: LstmAttentionParams
    cnn_blstm_attention: CnnBlstmAttentionParams
    spectrogram_cnn: SpectrogramCnnParams
    td_cnn_lstm: TdCnnLstmParams
    patch_dcnn_blstm: PatchDcnnBlstmParams
    residual_cnn: ResidualCnnParams
    psd_cnn: SpectrogramCnnParams


class Loso(Section):
    """Leave one speaker out."""

    kind: Literal["loso"]


class SpeakerKfold(Section):
    """Speakers dealt into folds of about equal size."""

    kind: Literal["speaker_kfold"]
    folds: Count


class SpeakerFolds(Section):
    """Folds as published: the test speakers of each."""

    kind: Literal["speaker_folds"]
    test_speakers: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]


class LeaveSessionOut(Section):
    """Leave one recording session out."""

    kind: Literal["leave_session_out"]


class OfficialSplit(Section):
    """The train, validation and test parts that the corpus comes with."""

    kind: Literal["official"]
    shared_speakers: bool  # true admits that speakers of the test part are in the training part too (MELD)
    shared_groups: bool  # true admits that its parts share dialogs (the interleaved split of IEMOCAP)


SpeakerIndependent = Annotated[
    Loso | SpeakerKfold | SpeakerFolds | LeaveSessionOut | OfficialSplit, Field(discriminator="kind")
]


class SpeakerDependent(Section):
    """Stratified random folds: speakers on both sides, so the result is inflated, and named so."""

    folds: Count


Protocols = Annotated[tuple[Literal["speaker_independent", "speaker_dependent"], ...], Once, Field(min_length=1)]


class CorpusParams(Section):
    """One corpus: which classes, and which folds keep its speakers apart."""

    preset: Name
    speaker_independent: SpeakerIndependent
    epochs: PositiveInt | None  # of every network here; null: as its training says


class ModelsParams(Section):
    """Which models are evaluated, by the stage of dvc.yaml that does it: SVMs, then networks by what they read."""

    svm: Annotated[tuple[str, ...], Once]  # on functionals
    functionals: Annotated[tuple[str, ...], Once]
    lld: Annotated[tuple[str, ...], Once]
    log_mel: Annotated[tuple[str, ...], Once]
    psd_image: Annotated[tuple[str, ...], Once]
    embeddings: Annotated[tuple[str, ...], Once]  # networks on log_mel whose embeddings an SVM learns from

    @model_validator(mode="after")
    def _at_least_one(self) -> "ModelsParams":
        if not any(names for _, names in self):
            raise ValueError("no model is named")
        return self


class EvaluationParams(Section):
    """How a result is stated."""

    seed: Annotated[int, Field(ge=0)]
    bootstrap_resamples: PositiveInt
    confidence: Fraction


class WorkersParams(Section):
    """Where tasks run: threads, processes, or the address of a Dask scheduler (tcp://host:port)."""

    where: Annotated[str, Field(pattern=r"^(threads|processes|(tcp|tls|ucx)://\S+)$")]
    count: PositiveInt


class Params(Section):
    """The whole of params.yaml."""

    corpora: Annotated[tuple[str, ...], Once, Field(min_length=1)]
    protocols: Protocols
    network_protocols: Protocols  # of networks, which take long
    feature_sets: Annotated[tuple[str, ...], Once, Field(min_length=1)]
    models: ModelsParams
    corpus: dict[Name, CorpusParams]
    speaker_dependent: SpeakerDependent
    demo: DemoParams
    audio: AudioParams
    conditioning: ConditioningParams
    signal_augmentation: SignalAugmentationParams
    lld: LldParams
    log_mel: LogMelParams
    psd_image: PsdImageParams
    mfcc: MfccParams
    pitch: PitchParams
    functionals: FunctionalsParams
    store: StoreParams
    svm: SvmParams
    embedding_svm: SvmParams
    training: TrainingParams
    networks: NetworksParams
    evaluation: EvaluationParams
    workers: WorkersParams

    def for_corpus(self, name: str) -> "Params":
        """The same, every network trained for as many epochs as the corpus says, if it does."""
        epochs = self.corpus[name].epochs
        if epochs is None:
            return self
        trained = {
            key: section.model_copy(update={"training": section.training.model_copy(update={"epochs": epochs})})
            for key, section in self.networks
        }
        return self.model_copy(update={"networks": self.networks.model_copy(update=trained)})

    @model_validator(mode="before")
    @classmethod
    def _training_of_each_network(cls, values: Any) -> Any:
        """Each network is trained as the section `training` says, but for what its own section says."""
        match values:
            case {"training": dict(common), "networks": dict(networks)}:
                return values | {"networks": {name: _trained(own, common) for name, own in networks.items()}}
        return values


def _trained(network: Any, common: dict[str, Any]) -> Any:
    own = network.get("training", {}) if isinstance(network, dict) else None
    return network | {"training": _merged(common, own)} if isinstance(own, dict) else network


def _merged(common: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` laid over `common`, section by section."""
    both_sections = {key for key, value in own.items() if isinstance(value, dict) and isinstance(common.get(key), dict)}
    return common | {key: _merged(common[key], own[key]) if key in both_sections else own[key] for key in own}
