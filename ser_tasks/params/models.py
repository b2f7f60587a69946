"""Sections on models and their training."""

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Count, Dropout, Fraction, Section


class SvmParams(Section):
    """Seed 004's classifier; every list is searched inside the training part, by speaker."""

    anova_alpha: Fraction  # features whose p-value is below it are kept
    pca_variance: Annotated[tuple[Fraction, ...], Field(min_length=1)]  # share of variance that PCA keeps
    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of a training error
    gamma: Annotated[tuple[PositiveFloat | Literal["scale"], ...], Field(min_length=1)]  # scale: 1 / total variance
    inner_folds: Count  # of the training part, by speaker: every list is searched on them


class LogisticParams(Section):
    """Logistic regression; C is searched inside the training part, by speaker."""

    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of a training error
    inner_folds: Count  # of the training part, by speaker: C is searched on them


class SpecAugmentParams(Section):
    """Masks on the frames of a training clip."""

    time_masks: Annotated[int, Field(ge=0)]  # of each clip
    time_width: PositiveInt  # frames, at most
    time_share: Fraction  # of the frames, at most
    frequency_masks: Annotated[int, Field(ge=0)]  # of each clip
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
    batch_size: PositiveInt  # utterances
    frames_multiple: PositiveInt  # padded lengths are multiples of it: few shapes, so that compiled steps serve again
    learning_rate: PositiveFloat  # its highest value, after the warm-up
    warm_up_epochs: Annotated[int, Field(ge=0)]  # in which the learning rate rises; after them it falls to 0
    weight_decay: Annotated[float, Field(ge=0)]  # of AdamW
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]  # share of each target that is given to all classes alike
    clip_norm: PositiveFloat  # of all gradients together
    balance: Literal["weights", "sampling", "none"]  # how classes of unequal size are made to count alike
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"]  # of the layers; weights stay float32
    augmentation: AugmentationParams


class NetworkParams(Section):
    """What the section of every network may hold besides its sizes."""

    training: TrainingParams  # in the file: what differs from the section `training`


class MlpSizes(Section):
    """Of mlp."""

    input_dropout: Dropout  # share of the statistics hidden in each step
    units: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each layer
    dropout: Dropout  # after each layer


class MlpParams(MlpSizes, NetworkParams):
    """mlp."""


class BlstmAttentionParams(NetworkParams):
    """Sizes of blstm_attention."""

    dense: PositiveInt  # units of each of the two dense layers
    units: PositiveInt  # of each direction of the BLSTM
    attention: Literal["learned_vector", "constant_vector"]  # of the paper, or of seed 000
    dropout: Dropout  # after each dense layer, and into the BLSTM


class LstmAttentionParams(NetworkParams):
    """Sizes of lstm_attention."""

    units: PositiveInt  # of each direction
    bidirectional: bool  # false: as seed 003
    input_dropout: Dropout  # of the frames
    dropout: Dropout  # of the embedding


class CnnBlstmAttentionParams(NetworkParams):
    """Sizes of cnn_blstm_attention."""

    filters: PositiveInt  # of the first block; each other has twice as many as the one before
    units: PositiveInt  # of each direction of the BLSTM
    embedding: PositiveInt  # units of the layer before the logits
    dropout: Dropout  # of the embedding


class SpectrogramCnnSizes(Section):
    """Of spectrogram_cnn."""

    filters: PositiveInt  # of each block
    dropout: Dropout  # of the embedding


class SpectrogramCnnParams(SpectrogramCnnSizes, NetworkParams):
    """spectrogram_cnn."""


class TdCnnLstmParams(NetworkParams):
    """Sizes of td_cnn_lstm."""

    length: PositiveInt  # frames of a window
    step: PositiveInt  # frames
    filters: PositiveInt  # of the first two blocks; the others have twice as many
    units: PositiveInt  # of the LSTM
    dropout: Dropout  # after each block, and into the LSTM


class PatchDcnnBlstmParams(NetworkParams):
    """Sizes of patch_dcnn_blstm."""

    length: PositiveInt  # frames of a patch
    step: PositiveInt  # frames
    delta_reach: PositiveInt  # frames
    backbone: Literal["resnet50v2", "mobilenetv2", "efficientnetb0", "small"]  # network that reads each patch
    weights: str  # none, imagenet, or a file
    units: PositiveInt  # of each direction of the BLSTM
    attention: Literal["dot", "learned_vector"]  # self-attention and mean, or a learned vector
    dense: tuple[PositiveInt, ...]  # units of each dense layer after the attention
    dropout: Dropout  # after the first and the last dense layer


class ResidualCnnParams(NetworkParams):
    """Sizes of residual_cnn."""

    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each residual block
    time_stride: PositiveInt  # frames
    frame_units: PositiveInt  # of each frame before pooling
    attention_units: PositiveInt  # hidden units of the attention
    embedding: PositiveInt  # units of the layer before the logits
    dropout: Dropout  # before and after the embedding
