"""Explanation of the prediction for one recording: attributions of its features, and attention over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.bundled import as_recorded, is_network
from ser_tasks.bundles.explain.integrated_gradients import Attribution, integrated_gradients, network_gradients
from ser_tasks.bundles.inference.prediction import Prediction, model_signal, recognise
from ser_tasks.bundles.keras_network import keras_network, layer_names
from ser_tasks.bundles.model_bundle import ModelBundle
from ser_tasks.errors import UserError
from ser_tasks.features.table import feature_set

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.bundle import Bundle

LAYER = "attention"  # every pooling of `models.networks.pooling` that has weights is called so
WINDOWS = "patches"  # the layer that cuts windows, in networks that pool over windows

Baseline = Literal["mean", "silence"]
BASELINES: tuple[Baseline, ...] = ("mean", "silence")


class Attention(NamedTuple):
    """The weights of a network's attention over one utterance.

    Attributes:
        times: middle of the sound that each weight stands for, in s, shape (n_steps,)
        weights: shape (n_steps,), sum to 1
    """

    times: NDArray[np.float64]
    weights: NDArray[np.float64]


def attention_over(bundle: ModelBundle, signal: NDArray[np.float32]) -> Attention | None:
    """Weights of the attention over an utterance; None for a model without attention.

    Args:
        bundle: of a model of sound alone
        signal: mono, shape (n_samples,), at bundle.card.sampling_rate; times count from where conditioning begins it
    """
    framing = feature_set(bundle.card.feature_set).framing
    if framing is None or not hasattr(bundle.recogniser, "model") or LAYER not in layer_names(bundle):
        return None
    network = keras_network(bundle)
    frames = as_recorded(bundle.card.model, bundle.features(signal))
    weights, n_padded = _weights(network, frames, bundle.recogniser)
    first, length = _frames_of_steps(network, n_steps=len(weights), n_frames=n_padded)
    real = first < len(frames)
    last = np.minimum(first + length, len(frames))
    hop = framing(**feature_set(bundle.card.feature_set).settings(bundle.sections)).hop
    return Attention((first + last)[real] / 2 * hop, weights[real])


def _weights(network: Any, frames: NDArray[np.float32], recogniser: Any) -> tuple[NDArray[np.float64], int]:
    """Shape (n_steps,), padding included, and the number of padded frames."""
    import keras  # noqa: PLC0415

    from ser_tasks.models.training.logits import inputs  # noqa: PLC0415  with Keras

    padded = inputs([frames], settings=recogniser.section.training)
    _, weights = network.get_layer(LAYER).output
    found = keras.ops.convert_to_numpy(keras.Model(network.input, weights)(padded, training=False))
    return np.asarray(found[0], np.float64), keras.tree.flatten(padded)[0].shape[1]


def _frames_of_steps(network: Any, *, n_steps: int, n_frames: int) -> tuple[NDArray[np.intp], int]:
    """The first frame under each step, and how many there are under it."""
    windows = next((layer for layer in network.layers if layer.name == WINDOWS), None)
    if windows is not None:
        return np.arange(n_steps) * windows.step, windows.length
    stride = -(-n_frames // n_steps)  # every layer halves, rounding up
    return np.arange(n_steps) * stride, stride


@dataclass(frozen=True)
class Explanation:
    """Explanation of one prediction.

    Attributes:
        prediction: as `ser predict` gives it
        of, against: the logit that is explained, less another one where a class is named
        baseline: what the recording is held against
        signal: as conditioned, shape (n_samples,); all times count from its beginning
        features: what the network read, shape (n_frames, n_dims)
        hop: from one row of the features to the next, in s; None where one row describes the whole utterance
        attribution: of every feature, shape (n_frames, n_dims)
        attention: over time, of a network that has it
    """

    prediction: Prediction
    of: str
    against: str | None
    baseline: Baseline
    signal: NDArray[np.float32]
    features: NDArray[np.float32]
    hop: float | None
    attribution: Attribution
    attention: Attention | None


def _of_network(bundle: Bundle) -> ModelBundle:
    card = bundle.card
    if isinstance(bundle, ModelBundle) and is_network(card.model):
        return bundle
    other = f", or see which features it depends on: ser explain model {card.corpus} {card.model}"
    studied = card.feature_set == "functionals"
    raise UserError(
        f"{card.name}: {card.model} is no network of sound alone, as recorded, so no attribution is computed. Take the "
        f"bundle of such a network{other if studied else ''}"
    )


def explain(
    bundle: Bundle, recording: Recording, *, of: str | None, against: str | None, baseline: Baseline
) -> Explanation:
    """Integrated gradients, and attention, of a network's prediction.

    Args:
        bundle: of a network
        recording: of any sampling rate and number of channels
        of: the class whose logit is explained; None: the predicted one
        against: a class whose logit is subtracted; None: nothing is
        baseline: "mean", every frame the mean of the training frames, which the network gets as zeros; or "silence",
            the features of digital silence

    Raises:
        AudioError: no sampling rate, samples that are not finite, or too short
        UserError: the model is no network, or a class that it does not know
    """
    bundle = _of_network(bundle)
    card = bundle.card
    for name in {of, against} - {None, *bundle.classes}:
        raise UserError(f"{card.name}: no class {name!r}. Name one of {', '.join(bundle.classes)}.")
    prediction = recognise(bundle, recording)
    of = of or prediction.emotion
    signal = model_signal(recording, card.sampling_rate)
    conditioning: Any = bundle.sections["conditioning"]
    conditioned = condition(signal, sampling_rate=card.sampling_rate, settings=conditioning).signal
    framing = feature_set(card.feature_set).framing
    features = bundle.features(signal)
    return Explanation(
        prediction,
        of,
        against,
        baseline,
        conditioned,
        features,
        None if framing is None else framing(**feature_set(card.feature_set).settings(bundle.sections)).hop,
        attribute(bundle, features, _baseline(bundle, signal, features, baseline), _direction(bundle, of, against)),
        attention_over(bundle, signal),
    )


def attribute(
    bundle: ModelBundle, features: NDArray[np.float32], baseline: NDArray[np.float32], direction: NDArray[np.float32]
) -> Attribution:
    """Attribution of every feature, shape (n_frames, n_dims), to a weighted sum of the logits."""
    from ser_tasks.models.training.logits import inputs  # noqa: PLC0415  with Keras

    recogniser: Any = bundle.recogniser
    padded = inputs([features], settings=recogniser.section.training)
    mask = padded["mask"][0]
    start = np.zeros_like(padded["frames"][0])
    start[: len(features)] = baseline
    found = integrated_gradients(network_gradients(keras_network(bundle), mask, direction), padded["frames"][0], start)
    return Attribution(found.values[: len(features)], found.change, found.steps)


def _baseline(
    bundle: ModelBundle, signal: NDArray[np.float32], features: NDArray[np.float32], which: Baseline
) -> NDArray[np.float32]:
    """Baseline in the shape of the features."""
    if which == "mean":
        mean = np.asarray(keras_network(bundle).get_layer("standardise").mean)
        return np.broadcast_to(mean, features.shape).astype(np.float32)
    silent = feature_set(bundle.card.feature_set)(np.zeros(len(signal), np.float32), bundle.sections)
    return np.broadcast_to(silent[:1], features.shape).astype(np.float32)


def _direction(bundle: ModelBundle, of: str, against: str | None) -> NDArray[np.float32]:
    """1 for the class that is explained, -1 for the one that it is held against."""
    weights = np.zeros(len(bundle.classes), np.float32)
    weights[bundle.classes.index(of)] += 1
    if against is not None:
        weights[bundle.classes.index(against)] -= 1
    return weights
