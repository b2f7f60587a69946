"""Sections on models and their training."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Count, Dropout, Fraction, Section


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


class MlpSizes(Section):
    """Of mlp."""

    input_dropout: Dropout
    units: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each layer
    dropout: Dropout


class MlpParams(MlpSizes, NetworkParams):
    """mlp."""


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


class SpectrogramCnnSizes(Section):
    """Of spectrogram_cnn."""

    filters: PositiveInt
    dropout: Dropout


class SpectrogramCnnParams(SpectrogramCnnSizes, NetworkParams):
    """spectrogram_cnn."""


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
