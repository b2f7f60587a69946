"""Dense layers on statistics of the whole utterance, trained on the concordance correlation coefficient itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Values, choose

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    import keras

    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.params import MlpCccParams

Inputs = dict[str, NDArray[np.float32]]
Weights = list[NDArray[Any]]


@dataclass(frozen=True)
class MeanOfNetworks:
    """The scores of several networks, in their mean, from features as they come.

    Attributes:
        middle, spread: of each feature in the training set, shape (n_features,)
        mean, steps: of the ratings there, and their standard deviation, shape (n_dimensions,)
        trained: the networks, as `ask` takes them
        ask: (one of them, inputs) -> (n_utterances, n_dimensions), in standard deviations from the mean
    """

    middle: NDArray[np.floating]
    spread: NDArray[np.floating]
    mean: Values
    steps: Values
    trained: Sequence[Any]
    ask: Callable[[Any, Inputs], Values]

    def inputs(self, features: NDArray[np.float32]) -> Inputs:
        """Of a network: each utterance one frame, standardised."""
        frames = np.asarray(((features - self.middle) / self.spread)[:, None], np.float32)
        return {"frames": frames, "mask": np.ones(frames.shape[:2], np.float32)}

    def __call__(self, features: NDArray[np.float32]) -> Values:
        """(n_utterances, n_features) -> (n_utterances, n_dimensions)."""
        given = self.inputs(features)
        return np.asarray(self.mean + self.steps * np.mean([self.ask(own, given) for own in self.trained], axis=0))


class ConcordanceNetwork:
    """The layers of `mlp`, all dimensions at once, loss 1 - CCC; the mean of several networks.

    How the spread must be matched, and the errors, are measured on speakers set aside, with one network each.

    Source: Weninger et al. (2016), IJCAI, pages 2196-2202, for the loss
    """

    def __init__(self, params: MlpCccParams, *, seed: int) -> None:
        self.params, self.seed = params, seed

    def fit(self, train: RatedExamples) -> Mapping[str, Any]:
        """Train for the epochs that are set: on speakers set aside to measure, then on all."""
        self._begin(train.features.shape[1], train.ratings.shape[1])
        epochs = self.params.epochs
        self.chosen = choose(
            lambda part, number: self._fitted(part, networks=1, epochs=int(number)),
            train,
            [float(epochs)],
            n_folds=self.params.inner_folds,
            seed=self.seed,
        )
        self.mean = self._fitted(train, networks=self.params.networks, epochs=epochs)
        return {"epochs": epochs, "inner_ccc": list(self.chosen.ccc)}

    def predict(self, features: NDArray[np.float32]) -> Values:
        """Shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(self.mean(features))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths

    def network_of(self, trained: Weights) -> keras.Model:
        """A network with these variables, and without a loss: it is not trained any more."""
        network = self._built(self.network.input["frames"].shape[-1], self.network.output_shape[-1])
        _assign(network.variables, trained)
        return network

    def _fitted(self, train: RatedExamples, *, networks: int, epochs: int) -> MeanOfNetworks:
        middle, spread = train.features.mean(axis=0), train.features.std(axis=0)
        spread = np.where(spread > np.finfo(np.float32).eps * np.abs(middle), spread, 1)
        mean, steps = train.ratings.mean(axis=0), train.ratings.std(axis=0)
        steps = np.where(steps > 0, steps, 1)
        untrained = MeanOfNetworks(middle, spread, mean, steps, (), self._asked)
        inputs, targets = untrained.inputs(train.features), ((train.ratings - mean) / steps).astype(np.float32)
        trained = [self._trained(inputs, targets, epochs=epochs, number=number) for number in range(networks)]
        return replace(untrained, trained=trained)

    def _begin(self, n_features: int, n_dimensions: int) -> None:
        """Draw where each network begins, and compile one for all trainings: a seed undoes what TensorFlow compiled."""
        import keras  # noqa: PLC0415  seconds, and no other model of the table needs it

        self.draws: list[Weights] = []
        for number in range(self.params.networks):
            keras.utils.set_random_seed(self.seed + number)
            self.network = self._built(n_features, n_dimensions)
            self.draws.append(_values(self.network.variables))
        optimizer = keras.optimizers.AdamW(
            self.params.learning_rate, weight_decay=self.params.weight_decay, clipnorm=1.0
        )
        optimizer.build(self.network.trainable_variables)
        self.network.compile(optimizer, concordance_loss, jit_compile=False)
        self.at_rest = _values(optimizer.variables)

    def _trained(self, inputs: Inputs, targets: NDArray[np.float32], *, epochs: int, number: int) -> Weights:
        """All variables of a network after its training, which nothing before it has a part in."""
        _assign(self.network.variables, self.draws[number])
        _assign(self.network.optimizer.variables, self.at_rest)
        for rows in _batches(len(targets), self.params.batch_size, epochs=epochs, seed=self.seed + number):
            self.network.train_on_batch({name: values[rows] for name, values in inputs.items()}, targets[rows])
        return _values(self.network.variables)

    def _built(self, n_dims: int, n_dimensions: int) -> keras.Model:
        from ser_tasks.models.networks.mlp import build_mlp  # noqa: PLC0415

        own = self.params
        sizes: dict[str, Any] = {"input_dropout": own.input_dropout, "units": own.units, "dropout": own.dropout}
        return build_mlp(n_dims=n_dims, n_classes=n_dimensions, **sizes)

    def _asked(self, trained: Weights, inputs: Inputs) -> Values:
        _assign(self.network.variables, trained)
        return np.asarray(self.network.predict_on_batch(inputs), np.float64)


def _batches(n: int, size: int, *, epochs: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Rows of each step: all of them in another order in every epoch."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(n)
        starts = range(0, n - 1 if n > 1 else n, size)  # one utterance alone has no CCC: it goes to those before it
        yield from (order[first : n if first + size >= n - 1 else first + size] for first in starts)


def _values(variables: Sequence[Any]) -> Weights:
    return [np.array(value) for value in variables]


def _assign(variables: Sequence[Any], values: Weights) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def concordance_loss(truth: Any, predicted: Any) -> Any:
    """1 - CCC of each dimension over the utterances of a batch, their mean; both of shape (batch, n_dimensions)."""
    from keras import ops  # noqa: PLC0415

    apart = ops.square(ops.mean(truth, axis=0) - ops.mean(predicted, axis=0))
    spread = ops.var(truth, axis=0) + ops.var(predicted, axis=0) + apart
    shared = ops.mean((truth - ops.mean(truth, axis=0)) * (predicted - ops.mean(predicted, axis=0)), axis=0)
    return ops.mean(1 - 2 * shared / (spread + 1e-7))
