"""The table of kinds of weights: a file NAME.py for each, with `save_NAME` and `load_NAME`."""

from collections.abc import Mapping

SKOPS = ("scikit-learn", "skops")

READERS: Mapping[str, tuple[str, ...]] = {  # libraries that read them; a network on ONNX Runtime needs that instead
    "svm": SKOPS,
    "logistic": (),
    "text": SKOPS,
    "network": ("keras",),
    "words_network": ("keras",),
    "embeddings": ("keras", *SKOPS),
}
