"""params.yaml as small frozen sections: every knob is declared here once, and a stray key is refused."""

from typing import Annotated, Literal

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


class Section(BaseModel):
    """A part of params.yaml: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AudioParams(Section):
    """How every recording is read before any feature."""

    sampling_rate: Annotated[int, Field(ge=8_000, le=48_000)]  # Hz


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
    dynamic_range: PositiveFloat  # dB kept below the clip's loudest band


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
    """How networks are trained, all of them alike."""

    epochs: PositiveInt  # at most
    patience: PositiveInt  # epochs without a better UAR on the validation speakers
    validation_share: Fraction  # of the training speakers
    batch_size: PositiveInt
    learning_rate: PositiveFloat
    warm_up_epochs: Annotated[int, Field(ge=0)]
    weight_decay: Annotated[float, Field(ge=0)]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    clip_norm: PositiveFloat  # of all gradients together
    augmentation: AugmentationParams


class BlstmAttentionParams(Section):
    """Sizes of blstm_attention."""

    dense: PositiveInt
    units: PositiveInt
    attention: Literal["learned_vector", "constant_vector"]
    dropout: Dropout


class LstmAttentionParams(Section):
    """Sizes of lstm_attention."""

    units: PositiveInt
    bidirectional: bool
    input_dropout: Dropout
    dropout: Dropout


class CnnBlstmAttentionParams(Section):
    """Sizes of cnn_blstm_attention."""

    filters: PositiveInt
    units: PositiveInt
    embedding: PositiveInt
    dropout: Dropout


class SpectrogramCnnParams(Section):
    """Sizes of spectrogram_cnn."""

    filters: PositiveInt
    dropout: Dropout


class TdCnnLstmParams(Section):
    """Sizes of td_cnn_lstm."""

    length: PositiveInt  # frames of a window
    step: PositiveInt  # frames
    filters: PositiveInt
    units: PositiveInt
    dropout: Dropout


class PatchDcnnBlstmParams(Section):
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


class ResidualCnnParams(Section):
    """Sizes of residual_cnn."""

    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]
    time_stride: PositiveInt  # frames
    frame_units: PositiveInt
    attention_units: PositiveInt
    embedding: PositiveInt
    dropout: Dropout


class NetworksParams(Section):
    """Sizes of each network."""

    blstm_attention: BlstmAttentionParams
    lstm_attention: LstmAttentionParams
    cnn_blstm_attention: CnnBlstmAttentionParams
    spectrogram_cnn: SpectrogramCnnParams
    td_cnn_lstm: TdCnnLstmParams
    patch_dcnn_blstm: PatchDcnnBlstmParams
    residual_cnn: ResidualCnnParams


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


SpeakerIndependent = Annotated[
    Loso | SpeakerKfold | SpeakerFolds | LeaveSessionOut | OfficialSplit, Field(discriminator="kind")
]


class SpeakerDependent(Section):
    """Stratified random folds: speakers on both sides, so the result is inflated, and named so."""

    folds: Count


class CorpusParams(Section):
    """One corpus: which classes, and which folds keep its speakers apart."""

    preset: Name
    speaker_independent: SpeakerIndependent


class ModelsParams(Section):
    """Which models are evaluated, under the feature set that they read: dvc.yaml has a stage for each set."""

    functionals: Annotated[tuple[str, ...], Once]
    lld: Annotated[tuple[str, ...], Once]
    log_mel: Annotated[tuple[str, ...], Once]

    @model_validator(mode="after")
    def _at_least_one(self) -> "ModelsParams":
        if not any(names for _, names in self):
            raise ValueError("no model is named under any feature set")
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
    protocols: Annotated[tuple[Literal["speaker_independent", "speaker_dependent"], ...], Once, Field(min_length=1)]
    feature_sets: Annotated[tuple[str, ...], Once, Field(min_length=1)]
    models: ModelsParams
    corpus: dict[Name, CorpusParams]
    speaker_dependent: SpeakerDependent
    demo: DemoParams
    audio: AudioParams
    lld: LldParams
    log_mel: LogMelParams
    mfcc: MfccParams
    pitch: PitchParams
    functionals: FunctionalsParams
    store: StoreParams
    svm: SvmParams
    training: TrainingParams
    networks: NetworksParams
    evaluation: EvaluationParams
    workers: WorkersParams
