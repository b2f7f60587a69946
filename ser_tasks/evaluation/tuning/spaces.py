"""What is searched of each model: names of its section of params.yaml, and where good values may lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ser_tasks.models import ENCODER_MODELS, HEARD_MODELS

Distributions = dict[str, BaseDistribution]


@dataclass(frozen=True)
class Space:
    """Knobs of one section of params.yaml, by dotted names below it; everything else stays as params.yaml says."""

    section: str
    distributions: Distributions


def log(low: float, high: float) -> FloatDistribution:
    """Anything between, each order of magnitude alike."""
    return FloatDistribution(low, high, log=True)


def steps(low: float, high: float, step: float) -> FloatDistribution:
    """low, low + step, ..., high."""
    return FloatDistribution(low, high, step=step)


def whole(low: int, high: int) -> IntDistribution:
    """A whole number, both ends included."""
    return IntDistribution(low, high)


def one_of(*values: str) -> CategoricalDistribution:
    """One of these, each written as it would stand in params.yaml."""
    return CategoricalDistribution(values)


SVM: Distributions = {  # a list of one value each: the search inside every fold has nothing left to choose
    "anova_alpha": log(0.0003, 0.3),
    "pca_variance": steps(0.8, 0.99, 0.01),
    "c": log(0.3, 300),
    "gamma": log(0.00003, 0.003),
}
LOGISTIC: Distributions = {"c": log(0.00001, 1)}
EMBEDDING_SVM: Distributions = SVM | {"c": log(0.01, 100), "gamma": one_of("scale", "0.001", "0.01", "0.1")}

LEARNING: Distributions = {  # of every network
    "training.learning_rate": log(0.0001, 0.01),
    "training.weight_decay": log(0.0001, 0.1),
    "training.label_smoothing": steps(0, 0.2, 0.05),
    "training.batch_size": one_of("16", "32", "64"),
}
MIXUP: Distributions = {"training.augmentation.mixup_alpha": one_of("null", "0.1", "0.2", "0.4")}
FRAMES: Distributions = LEARNING | MIXUP | {"training.augmentation.tempo": one_of("null", "[0.9, 1.1]", "[0.8, 1.25]")}
SPECTROGRAMS: Distributions = FRAMES | {
    "training.augmentation.spec_augment": one_of(
        "null",
        "{time_masks: 1, time_width: 20, time_share: 0.2, frequency_masks: 1, frequency_width: 6}",
        "{time_masks: 2, time_width: 30, time_share: 0.2, frequency_masks: 2, frequency_width: 8}",
    )
}
DROPOUT = steps(0, 0.6, 0.1)
UNITS = one_of("32", "64", "128")

TFIDF: Distributions = {
    "word_ngrams": whole(1, 3),
    "character_ngrams": one_of("null", "[2, 4]", "[3, 5]"),
    "min_count": whole(1, 5),
    "c": log(0.1, 10),
    "balance": steps(0, 1, 0.1),
}
CONTEXT: Distributions = {"context.turns": whole(1, 5), "context.weight": log(0.05, 1)}
WORDS: Distributions = LEARNING | {
    "words.min_count": whole(1, 4),
    "words.balance": steps(0, 1, 0.1),
    "embedding": one_of("50", "100", "200"),
    "units": UNITS,
    "word_dropout": steps(0, 0.4, 0.1),
    "dropout": DROPOUT,
}

FUSION: Distributions = LEARNING | {
    "modality_dropout": steps(0, 0.5, 0.1),
    "words.min_count": whole(1, 4),
    "words.balance": steps(0, 1, 0.1),
    "text.embedding": one_of("50", "100", "200"),
    "text.units": UNITS,
    "text.word_dropout": steps(0, 0.4, 0.1),
    "text.dropout": DROPOUT,
    "speech.dropout": DROPOUT,
    "dropout": DROPOUT,
}

TABLE: Mapping[str, Space] = {
    "svm": Space("svm", SVM),
    "svm_speaker_norm": Space("svm", SVM),
    "logistic": Space("logistic", LOGISTIC),
    "logistic_speaker_norm": Space("logistic", LOGISTIC),
    "mlp": Space(
        "networks.mlp",
        LEARNING
        | MIXUP
        | {
            "input_dropout": steps(0, 0.5, 0.1),
            "units": one_of("[256]", "[512]", "[256, 256]", "[512, 512]"),
            "dropout": DROPOUT,
        },
    ),
    "blstm_attention": Space(
        "networks.blstm_attention",
        FRAMES
        | {
            "dense": one_of("64", "128", "256"),
            "units": UNITS,
            "attention": one_of("learned_vector", "constant_vector"),
            "dropout": DROPOUT,
        },
    ),
    "lstm_attention": Space(
        "networks.lstm_attention",
        FRAMES
        | {
            "units": UNITS,
            "bidirectional": one_of("true", "false"),
            "input_dropout": steps(0, 0.5, 0.1),
            "dropout": DROPOUT,
        },
    ),
    "cnn_blstm_attention": Space(
        "networks.cnn_blstm_attention",
        SPECTROGRAMS | {"filters": one_of("8", "16"), "units": UNITS, "embedding": UNITS, "dropout": DROPOUT},
    ),
    "spectrogram_cnn": Space(
        "networks.spectrogram_cnn", SPECTROGRAMS | {"filters": one_of("8", "16", "32"), "dropout": DROPOUT}
    ),
    "td_cnn_lstm": Space(
        "networks.td_cnn_lstm",
        SPECTROGRAMS
        | {
            "length": one_of("64", "128"),
            "step": one_of("32", "64"),
            "filters": one_of("16", "32"),
            "units": UNITS,
            "dropout": DROPOUT,
        },
    ),
    "patch_dcnn_blstm": Space(
        "networks.patch_dcnn_blstm",
        SPECTROGRAMS
        | {
            "step": one_of("16", "32"),
            "units": UNITS,
            "attention": one_of("dot", "learned_vector"),
            "dense": one_of("[64]", "[128]", "[512, 256]"),
            "dropout": DROPOUT,
        },
    ),
    "residual_cnn": Space(
        "networks.residual_cnn",
        SPECTROGRAMS
        | {
            "filters": one_of("[16, 32]", "[16, 32, 64]", "[32, 64, 128]"),
            "time_stride": one_of("2", "4"),
            "frame_units": UNITS,
            "attention_units": UNITS,
            "embedding": UNITS,
            "dropout": DROPOUT,
        },
    ),
    "residual_cnn_svm": Space("embedding_svm", EMBEDDING_SVM),  # the network as networks.residual_cnn says
    "psd_cnn": Space("networks.psd_cnn", FRAMES | {"filters": one_of("4", "8", "16"), "dropout": DROPOUT}),
    "tfidf": Space("tfidf", TFIDF),
    "tfidf_context": Space("tfidf_context", TFIDF | CONTEXT),
    "sentence_encoder": Space(
        "sentence_encoder",
        CONTEXT
        | {
            "classifier": one_of("logistic_regression", "svm"),
            "c": log(0.1, 300),
            "balance": steps(0, 1, 0.1),
        },
    ),
    "text_lstm": Space(
        "networks.text_lstm",
        WORDS
        | {
            "bidirectional": one_of("true", "false"),
            "pooling": one_of("last", "mean", "attention", "self_attention"),
        },
    ),
    "dialogue_blstm": Space("networks.dialogue_blstm", WORDS | {"previous_turns": whole(1, 4), "dense": UNITS}),
    "speech_text_fusion": Space("networks.speech_text_fusion", FUSION),
    "psd_text_fusion": Space("networks.psd_text_fusion", FUSION),
}

SPACES: Mapping[str, Space] = {
    **TABLE,
    **{name: TABLE[name.removesuffix("_heard")] for name in HEARD_MODELS},
    **{name: TABLE[name.removeprefix(f"{model.feature_set}_")] for name, model in ENCODER_MODELS.items()},
}
"""Of every model: one that reads something else has the settings, and the space, of the one that it repeats."""
