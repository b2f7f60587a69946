"""Networks of one kind side by side: every variable has a leading axis of members, one step moves all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import keras
import numpy as np

from ser_tasks.errors import UserError
from ser_tasks.models.network import network_builder
from ser_tasks.models.networks.standardise import set_input_statistics
from ser_tasks.models.remote.batches import augmented, gathered
from ser_tasks.models.remote.without_pydantic import let_declarations_pass
from ser_tasks.models.training.input_statistics import mean_and_std
from ser_tasks.models.training.trainer import optimizer

if TYPE_CHECKING:
    from ser_tasks.models.remote.clips import Clips
    from ser_tasks.models.remote.draws import Draws
    from ser_tasks.models.remote.members import Member
    from ser_tasks.models.remote.plan import Plan

Arrays = list[Any]
Arrangement = Callable[..., Any]


class State(NamedTuple):
    """All that a step changes, each array with a leading axis of members."""

    trainable: Arrays
    non_trainable: Arrays  # batch statistics, input statistics, states of the dropout
    optimizer: Arrays


class Stack:
    """The network and optimiser of a plan, as functions of their variables."""

    def __init__(self, plan: Plan, *, n_dims: int, n_steps: int, arrangement: Arrangement) -> None:
        self.plan, self.n_dims = plan, n_dims
        keras.config.set_dtype_policy(plan.settings.precision)
        self.model = self._built(plan.seeds[0])
        self.optimizer = optimizer(plan.settings, steps_per_epoch=n_steps)
        self.optimizer.build(self.model.trainable_variables)
        self._train = jax.jit(arrangement(self._train_one, n_mapped=2), static_argnames="padded", donate_argnums=0)
        self._answer = jax.jit(arrangement(self._answer_one, n_mapped=3), static_argnames="padded")

    def beginning(self, members: Sequence[Member], clips: Clips) -> State:
        """Each member as the ordinary training begins it: weights of its seed, statistics of its training part."""
        models = {self.plan.seeds[0]: self.model}
        values = []
        for member in members:
            if member.seed not in models:
                models[member.seed] = self._built(member.seed)
            model = models[member.seed]
            mean, std = mean_and_std([clips.host[row] for row in member.learn])
            set_input_statistics(model, mean=mean, std=std)
            _seed_dropout(model, member.generator(0))
            groups = (model.trainable_variables, model.non_trainable_variables, self.optimizer.variables)
            values.append(State(*([np.array(variable) for variable in group] for group in groups)))
        return State(*jax.tree.map(lambda *each: jnp.asarray(np.stack(each)), *values))

    def train_step(self, state: State, drawn: Draws, corpus: Any, *, padded: int) -> tuple[State, Any]:
        """One batch for every member; the state that came in is gone. Also the losses, shape (n_members,)."""
        new, losses = self._train(state, drawn, corpus, padded=padded)  # compiled anew for each padded length
        return new, losses

    def answers(self, state: State, spans: Any, corpus: Any, *, padded: int) -> Any:
        """Logits (n_members, n, n_classes) for clips (first, length), each of shape (n_members, n); length 0: none."""
        return self._answer(state.trainable, state.non_trainable, spans, corpus, padded=padded)

    def _built(self, seed: int) -> keras.Model:
        keras.utils.set_random_seed(seed)
        try:
            let_declarations_pass()
            build = network_builder(self.plan.builder)
            return build(n_dims=self.n_dims, n_classes=len(self.plan.classes), **self.plan.sizes)
        except (ImportError, TypeError) as error:
            raise UserError(
                f"{self.plan.title}: the network '{self.plan.builder}' cannot be built with {dict(self.plan.sizes)}: "
                f"{error}. Write the plan again, with the version of the code that reads it."
            ) from error

    def _train_one(self, state: State, drawn: Draws, corpus: Any, *, padded: int) -> tuple[State, Any]:
        settings, n_classes = self.plan.settings, len(self.plan.classes)
        batch = augmented(corpus, drawn, padded=padded, n_classes=n_classes, settings=settings.augmentation)
        targets = batch.targets * (1 - settings.label_smoothing) + settings.label_smoothing / n_classes
        n_real = jnp.maximum((drawn.n_frames > 0).sum(), 1)

        def loss_of(trainable: Arrays) -> tuple[Any, Arrays]:
            given = {"frames": batch.frames, "mask": batch.mask}
            logits, non_trainable, own = self.model.stateless_call(
                trainable, state.non_trainable, given, training=True, return_losses=True
            )
            surprise = -(targets * jax.nn.log_softmax(logits)).sum(axis=-1)
            return (batch.weights * surprise).sum() / n_real + sum(own), non_trainable

        (loss, non_trainable), gradients = jax.value_and_grad(loss_of, has_aux=True)(state.trainable)
        trainable, optimizer = self.optimizer.stateless_apply(state.optimizer, gradients, state.trainable)
        return State(trainable, non_trainable, optimizer), loss

    def _answer_one(self, trainable: Arrays, non_trainable: Arrays, spans: Any, corpus: Any, *, padded: int) -> Any:
        first, length = spans
        frames, mask = gathered(corpus, first, jnp.maximum(length, 1), length, padded=padded)
        logits, _ = self.model.stateless_call(
            trainable, non_trainable, {"frames": frames, "mask": mask}, training=False
        )
        return logits


def vectorised(function: Callable[..., Any], *, n_mapped: int) -> Callable[..., Any]:
    """`function` over a leading axis of its first arguments, as batched operations: few kernels, each large."""

    def mapped(*args: Any, **static: Any) -> Any:
        axes = tuple(0 if place < n_mapped else None for place in range(len(args)))
        return jax.vmap(partial(function, **static), in_axes=axes)(*args)

    return mapped


def unrolled(function: Callable[..., Any], *, n_mapped: int) -> Callable[..., Any]:
    """The same, one member behind the other in one program: compiled longer, and no convolution in groups."""

    def mapped(*args: Any, **static: Any) -> Any:
        n_members = jax.tree.leaves(args[0])[0].shape[0]
        each = [
            function(*jax.tree.map(lambda values, row=row: values[row], args[:n_mapped]), *args[n_mapped:], **static)
            for row in range(n_members)
        ]
        return jax.tree.map(lambda *values: jnp.stack(values), *each)

    return mapped


ARRANGEMENTS = {"vectorised": vectorised, "unrolled": unrolled}


def updated(better: Any, new: Arrays, old: Arrays) -> Arrays:
    """`new` for the members where `better`, shape (n_members,), is true, `old` for the others."""
    return [jnp.where(better.reshape(-1, *[1] * (a.ndim - 1)), a, b) for a, b in zip(new, old, strict=True)]


def _seed_dropout(model: keras.Model, generator: np.random.Generator) -> None:
    for variable in model.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):
            variable.assign(generator.integers(0, 2**32, size=variable.shape, dtype=np.uint32))
