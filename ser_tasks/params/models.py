"""Sections on models and their training."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.params.base import Count, Dropout, Fraction, Section


class SvmParams(Section):
    """Fabien's classifier; every list is searched inside the training part, by speaker."""

    anova_alpha: Fraction  # features whose p-value is below it are kept
    pca_variance: Annotated[tuple[Fraction, ...], Field(min_length=1)]  # share of variance that PCA keeps
    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of a training error
    gamma: Annotated[tuple[PositiveFloat | Literal["scale"], ...], Field(min_length=1)]  # scale: 1 / total variance
    inner_folds: Count  # of the training part, by speaker: every list is searched on them


class SvmPublishedParams(Section):
    """Fabien's classifier as published: the lists are searched on utterances, whoever speaks them."""

    anova_alpha: Fraction  # features whose p-value is below it are kept
    pca_components: PositiveInt  # at most
    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of a training error
    gamma: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # of the kernel
    inner_folds: Count  # of the training part, speakers on both sides: the lists are searched on them


class LogisticParams(Section):
    """Logistic regression; C is searched inside the training part, by speaker."""

    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of a training error
    inner_folds: Count  # of the training part, by speaker: C is searched on them


class RidgeParams(Section):
    """Ridge regression on dimensions; its penalty is searched inside the training part, by speaker."""

    alpha: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # penalty of the squared slopes
    inner_folds: Count  # of the training part, by speaker: alpha is searched on them


class SvrParams(Section):
    """Support vector regression on the same; C is searched inside the training part, by speaker."""

    c: Annotated[tuple[PositiveFloat, ...], Field(min_length=1)]  # cost of an error beyond epsilon
    gamma: PositiveFloat | Literal["scale"]  # of the kernel; scale: 1 / total variance
    epsilon: Annotated[float, Field(ge=0)]  # errors that cost nothing, in units of the scale
    inner_folds: Count  # of the training part, by speaker: C is searched on them


class MlpCccParams(Section):
    """Dense layers on dimensions, trained on the concordance correlation coefficient."""

    input_dropout: Dropout  # share of the statistics hidden in each step
    units: Annotated[tuple[PositiveInt, ...], Field(min_length=1)]  # of each layer
    dropout: Dropout  # after each layer
    networks: PositiveInt  # from different beginnings, whose mean is the prediction
    epochs: PositiveInt  # of each training; none stops early
    batch_size: Count  # utterances, over which the coefficient is taken
    learning_rate: PositiveFloat  # the same in every epoch
    weight_decay: Annotated[float, Field(ge=0)]  # of AdamW
    inner_folds: Count  # of the training part, by speaker: spread and errors are measured on them


class SpecAugmentParams(Section):
    """Masks on the frames of a training clip."""

    time_masks: Annotated[int, Field(ge=0)]  # of each clip
    time_width: PositiveInt  # frames, at most
    time_share: Fraction  # of the frames, at most
    frequency_masks: Annotated[int, Field(ge=0)]  # of each clip
    frequency_width: PositiveInt  # dimensions, at most


class AugmentationParams(Section):
    """Augmentation of training clips before each epoch; null: off."""

    tempo: tuple[PositiveFloat, PositiveFloat] | None  # slowest, fastest rate
    spec_augment: SpecAugmentParams | None
    mixup_alpha: PositiveFloat | None


class TrainingParams(Section):
    """Training of all networks, but for what a network's own section sets."""

    seeds: PositiveInt  # networks trained on each fold, from different beginnings; all of them count
    epochs: PositiveInt  # at most
    keep: Literal["best", "last"]  # epoch: the best on the validation speakers, or the last
    patience: PositiveInt  # epochs without a better UAR on the validation speakers, if the best is kept
    refit: bool  # after that, train once more on all training speakers for as many epochs
    validation_share: Fraction  # of the training speakers
    batch_size: PositiveInt  # utterances
    frames_multiple: PositiveInt  # padded lengths are multiples of it: few shapes, so that compiled steps serve again
    optimizer: Literal["adamw", "adam", "rmsprop", "sgd"]  # as Keras calls them, in small letters
    momentum: Annotated[float, Field(ge=0, lt=1)]  # Nesterov's, of sgd; 0: none
    learning_rate: PositiveFloat  # its highest value, after the warm-up
    warm_up_epochs: Annotated[int, Field(ge=0)]  # in which the learning rate rises; after them it falls to 0
    weight_decay: Annotated[float, Field(ge=0)]  # of adamw; the other optimizers have none
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]  # share of each target that is given to all classes alike
    clip_norm: PositiveFloat  # of all gradients together
    balance: Literal["weights", "sampling", "none"]  # how classes of unequal size are made to count alike
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"]  # of the layers; weights stay float32
    tensorboard: bool  # write loss, UAR and learning rate of each epoch for TensorBoard
    augmentation: AugmentationParams


class NetworkParams(Section):
    """Keys of every network's section besides its sizes."""

    own_training: ClassVar[Mapping[str, Any]] = {}  # what its file says of its training, as its section may

    training: TrainingParams  # in the file: what differs from the section `training`

    @classmethod
    def has_defaults(cls) -> bool:
        """Whether a network of this kind needs no section of its own."""
        return not any(field.is_required() for name, field in cls.model_fields.items() if name != "training")
