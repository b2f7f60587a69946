"""The table of kinds of weights: a file NAME.py for each, with `save_NAME` and `load_NAME`."""

from collections.abc import Mapping

SKOPS = ("scikit-learn", "skops")

OF_CLASSES: Mapping[str, tuple[str, ...]] = {  # libraries that read them; a network on ONNX Runtime needs that instead
    "svm": SKOPS,
    "logistic": (),
    "text": SKOPS,
    "network": ("keras",),
    "words_network": ("keras",),
    "embeddings": ("keras", *SKOPS),
}
OF_DIMENSIONS: Mapping[str, tuple[str, ...]] = {  # the same of models of valence, activation and dominance
    "ridge": (),
    "svr": SKOPS,
    "mlp_ccc": ("keras",),
    "network_ccc": ("keras",),
    "words_network_ccc": ("keras",),
    "tfidf_ridge": ("scikit-learn",),
    "sentence_encoder_ridge": ("scikit-learn",),
}
READERS: Mapping[str, tuple[str, ...]] = {**OF_CLASSES, **OF_DIMENSIONS}
