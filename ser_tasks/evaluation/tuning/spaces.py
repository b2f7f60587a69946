"""Search space of each model: names of its section of params.yaml, and where good values may lie."""

from collections.abc import Mapping
from dataclasses import dataclass

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ser_tasks.models import MODELS, NETWORKS, ON_VOTES
from ser_tasks.models.declared_model import DeclaredModel, declared_space, settings_class
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.search_space import DROPOUT, Choice, Range, SearchSpace, default_space, log, one_of, steps, whole
from ser_tasks.models.target_section import UNREAD

Distributions = dict[str, BaseDistribution]


@dataclass(frozen=True)
class Space:
    """Parameters of one section of params.yaml, by dotted names below it; all else stays as params.yaml has it."""

    section: str
    distributions: Distributions


SVM: SearchSpace = {  # a list of one value each: the search inside every fold has nothing left to choose
    "anova_alpha": log(0.0003, 0.3),
    "pca_variance": steps(0.8, 0.99, 0.01),
    "c": log(0.3, 300),
    "gamma": log(0.00003, 0.003),
}
NGRAMS: SearchSpace = {
    "word_ngrams": whole(1, 3),
    "character_ngrams": one_of("null", "[2, 4]", "[3, 5]"),
    "min_count": whole(1, 5),
}
TFIDF: SearchSpace = {**NGRAMS, "c": log(0.1, 10), "balance": steps(0, 1, 0.1)}
CONTEXT: SearchSpace = {"context.turns": whole(1, 5), "context.weight": log(0.05, 1)}

OF_SECTIONS: Mapping[str, SearchSpace] = {  # of models that are no networks; a network's file declares its own
    "svm": SVM,
    "svm_published": {
        "anova_alpha": log(0.0003, 0.3),
        "pca_components": whole(20, 190),
        "c": log(0.3, 300),
        "gamma": log(0.0001, 0.1),
    },
    "logistic": {"c": log(0.00001, 1)},
    "embedding_svm": {**SVM, "c": log(0.01, 100), "gamma": one_of("scale", "0.001", "0.01", "0.1")},
    "tfidf": TFIDF,
    "tfidf_context": {**TFIDF, **CONTEXT},
    "sentence_encoder": {
        **CONTEXT,
        "classifier": one_of("logistic_regression", "svm"),
        "c": log(0.03, 30),
        "balance": steps(0, 1, 0.1),
    },
}
OF_RATINGS: Mapping[str, SearchSpace] = {  # the same of models of dimensions
    "ridge": {"alpha": log(1, 100_000)},
    "svr": {"c": log(0.01, 10), "gamma": log(0.00001, 0.01), "epsilon": steps(0, 0.5, 0.05)},
    "mlp_ccc": {
        "input_dropout": DROPOUT,
        "units": one_of("[128]", "[256]", "[256, 256]", "[512, 512]"),
        "dropout": DROPOUT,
        "epochs": whole(10, 100),
        "batch_size": one_of("32", "64", "128"),
        "learning_rate": log(0.0001, 0.01),
        "weight_decay": log(0.0001, 0.1),
    },
    "tfidf_ridge": {**NGRAMS, "alpha": log(0.03, 100)},
    "sentence_encoder_ridge": {"alpha": log(0.01, 100)},  # the vectors are those of another section
}


def distribution(values: Range | Choice) -> BaseDistribution:
    """The distribution of Optuna."""
    if isinstance(values, Choice):
        return CategoricalDistribution(values.values)
    if values.whole:
        return IntDistribution(int(values.low), int(values.high))
    return FloatDistribution(values.low, values.high, step=values.step, log=values.log)


def _space(section: str, own: SearchSpace) -> Space:
    return Space(section, {name: distribution(values) for name, values in own.items()})


def _of_classifier(name: str, model: DeclaredModel) -> SearchSpace:
    """Of its section; of one that is trained on votes, what it reads of that. Empty: it is a network."""
    unread = ("classifier", "balance") if name in ON_VOTES else ()
    return {key: own for key, own in OF_SECTIONS.get(model.section_name, {}).items() if key not in unread}


def _of_network(model: DeclaredModel, *, of_classes: bool) -> SearchSpace:
    """What its file declares; of one that is trained on other targets, what it reads of that."""
    declared = declared_space(model)
    space = default_space(settings_class(model)) if declared is None else declared
    unread = () if of_classes else ("words.balance", *(f"training.{name}" for name in UNREAD))
    return {name: own for name, own in space.items() if name not in unread}


SPACES: Mapping[str, Space] = {
    **{
        name: _space(
            model.section_name,
            _of_classifier(name, model) or _of_network(model, of_classes=name not in ON_VOTES),
        )
        for name, model in MODELS.items()
        if model.section_name in OF_SECTIONS or model.network_name in NETWORKS
    },
    **{
        name: _space(
            model.section_name,
            OF_RATINGS.get(model.section_name) or _of_network(MODELS[model.network_name], of_classes=False),
        )
        for name, model in DIMENSION_MODELS.items()
        if model.section_name in OF_RATINGS or model.module
    },
}
"""Of every model that can be tuned: all networks, and those whose section is above."""
