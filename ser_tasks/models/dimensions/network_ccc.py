"""Any network, trained on the concordance correlation coefficient instead of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Values, best_of, check_speakers, inner_parts
from ser_tasks.models.network import NetworkSection, network_builder
from ser_tasks.models.training.validation import validation_speakers

if TYPE_CHECKING:
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.models.training.target_trainer import TargetHistory

Frames = Sequence[NDArray[np.float32]]

ENOUGH = 8  # speakers to measure errors on: of one or two, an interval says how well those are rated, not others


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the ratings of a training set, (n_dimensions,) each."""

    mean: Values
    steps: Values

    @classmethod
    def of(cls, ratings: Values) -> Scale:
        """Of all ratings of a training set, (n_utterances, n_dimensions)."""
        steps = ratings.std(axis=0)
        return cls(ratings.mean(axis=0), np.where(steps > 0, steps, 1))

    def targets(self, ratings: Values) -> NDArray[np.float32]:
        """In standard deviations from the mean."""
        return np.asarray((ratings - self.mean) / self.steps, np.float32)


class Frontend(Protocol):
    """How one network reads utterances, and the network before it is trained."""

    def frames(self, features: Any) -> Frames:
        """Arrays of shape (n_frames, n_dims), one for each utterance."""

    def untrained(self, frames: Frames) -> Any:
        """A keras.Model that is to be trained on these."""

    def bare(self, model: Any) -> Any:
        """The network as it is kept: it is not trained any more, and whoever reads it needs no loss."""


class FramesAsTheyAre:
    """Of a network of `ser_tasks.models.networks`, which standardises what it reads."""

    def __init__(self, name: str, section: NetworkSection, *, n_outputs: int, seed: int) -> None:
        self.name, self.section, self.n_outputs, self.seed = name, section, n_outputs, seed

    def frames(self, features: Any) -> Frames:
        """Features of any kind of number as they are."""
        return tuple(np.asarray(own, np.float32) for own in features)

    def untrained(self, frames: Frames) -> Any:
        """With mean and standard deviation of these frames."""
        import keras  # noqa: PLC0415

        from ser_tasks.models.networks.standardise import set_input_statistics  # noqa: PLC0415
        from ser_tasks.models.training.input_statistics import mean_and_std  # noqa: PLC0415

        keras.config.set_dtype_policy(self.section.training.precision)
        keras.utils.set_random_seed(self.seed)
        model = self._built(frames[0].shape[1])
        mean, std = mean_and_std(frames)
        set_input_statistics(model, mean=mean, std=std)
        return model

    def bare(self, model: Any) -> Any:
        """Another of its kind, with its weights."""
        bare = self._built(model.input["frames"].shape[-1])
        bare.set_weights(model.get_weights())
        return bare

    def _built(self, n_dims: int) -> Any:
        return network_builder(self.name)(n_dims=n_dims, n_classes=self.n_outputs, **self.section.sizes)


class NetworkRegressor:
    """A network of `ser_tasks.models.networks` with an output for each dimension, loss 1 - CCC.

    Speakers set aside choose the epoch, and tell how the spread must be matched and how large errors are. Where they
    are fewer than ENOUGH, everybody is set aside once, and the prediction is the mean of as many networks. With
    `training.refit` one network is trained again on all speakers, for as many epochs as was best.

    Source: Trigeorgis et al. (2016), doi:10.1109/ICASSP.2016.7472669, for the loss of networks on frames
    """

    def __init__(self, name: str, section: NetworkSection, *, seed: int) -> None:
        self.name, self.section, self.seed = name, section, seed
        self.models: list[Any] = []  # those whose mean predicts
        self.frontends: list[Frontend] = []  # of each of them

    def fit(self, train: RatedExamples, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train on some speakers, stop by CCC on others, match and measure errors on those; `folder` keeps its state.

        Raises:
            UserError: a training part of one speaker, a loss that is not finite
        """
        from ser_tasks.models.training.target_trainer import figures_of  # noqa: PLC0415  with Keras

        training = self.section.training
        check_speakers(train.speakers)
        self.scale, divisions = Scale.of(train.ratings), self._divisions(train.speakers)
        histories, unmeasured = [], []
        trained: list[tuple[Any, Frontend]] = []
        kept, scores = training.epochs, np.full(train.ratings.shape, np.nan)
        telling = [bool(np.ptp(train.ratings[asked], axis=0).any()) for _, asked in divisions]
        for number in sorted(range(len(divisions)), key=lambda place: not telling[place]):
            learn, check = (train.part(rows) for rows in divisions[number])
            own = folder / f"part_{number}" if folder and len(divisions) > 1 else folder
            if telling[number]:
                histories.append(self._train(learn, check, own, epochs=training.epochs))
                kept = round(float(np.median([history.kept_epoch for history in histories])))
            else:  # of one utterance, or of equal ratings, there is no CCC to stop by
                unmeasured.append(self._train(learn, None, own, epochs=kept))
            scores[divisions[number][1]] = self.scores(check.features)
            trained += zip(self.models, self.frontends, strict=True)
        asked = np.sort(np.concatenate([rows for _, rows in divisions]))
        self.chosen = best_of(scores[None, asked], train.ratings[asked], [float(kept)])
        if training.refit:
            self._train(train, None, folder and folder / "refit", epochs=kept)
        elif len(trained) > 1:
            self._take(trained, train.features)
        self.models = [own.bare(model) for model, own in zip(self.models, self.frontends, strict=True)]
        return {
            **figures_of(max(histories or unmeasured, key=lambda history: len(history.epochs)), self.models[0]),
            "kept_epoch": kept,
            "validation_speakers": len(set(train.speakers[asked])),
            "val_ccc": list(self.chosen.ccc),
        }

    def _divisions(self, speakers: NDArray[np.str_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Rows to train on and rows set aside, no speaker in both: once, or if that is too few until all had a turn."""
        share = self.section.training.validation_share
        alike = np.full(len(speakers), "rated")  # whatever the class
        drawn = validation_speakers(alike, speakers, share=share, seed=self.seed)
        if len(set(speakers[drawn])) >= ENOUGH:
            return [(np.flatnonzero(~drawn), np.flatnonzero(drawn))]
        return inner_parts(speakers, n_folds=max(2, round(1 / share)), seed=self.seed)

    def frontend(self, learn: RatedExamples) -> Frontend:
        """Of a network that is to be trained on these utterances."""
        return self.reading_frames(n_outputs=learn.ratings.shape[1])

    def reading_frames(self, *, n_outputs: int) -> FramesAsTheyAre:
        """Whatever it is trained on."""
        return FramesAsTheyAre(self.name, self.section, n_outputs=n_outputs, seed=self.seed)

    def predict(self, features: Any) -> Values:
        """Of utterances of any length, shape (n_frames, n_dims) each: shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(self.scores(features))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths

    def scores(self, features: Any) -> Values:
        """Predictions before matching, (n_utterances, n_dimensions): of the training set, mean 0 and spread 1.

        How far the outputs spread depends on how long a network was trained. In these units what one network was
        matched by serves another of the same training.
        """
        return np.asarray((self._outputs(features) - self.middle) / self.spread)

    def _take(self, trained: Sequence[tuple[Any, Frontend]], features: Any) -> None:
        """Predict with the mean of these, in units of what they make of the utterances that they learned from."""
        self.models, self.frontends = [model for model, _ in trained], [own for _, own in trained]
        outputs = self._outputs(features)
        self.middle, spread = outputs.mean(axis=0), outputs.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1)

    def _outputs(self, features: Any) -> Values:
        from ser_tasks.models.training.logits import network_logits  # noqa: PLC0415

        each = [
            network_logits(model, own.frames(features), settings=self.section.training)
            for model, own in zip(self.models, self.frontends, strict=True)
        ]
        return np.asarray(np.mean(each, axis=0))

    def _train(
        self, learn: RatedExamples, check: RatedExamples | None, folder: Path | None, *, epochs: int
    ) -> TargetHistory:
        from ser_tasks.models.dimensions.mlp_ccc import concordance_loss  # noqa: PLC0415
        from ser_tasks.models.training.target_trainer import Aim, Targeted, train_on_targets  # noqa: PLC0415  Keras

        own = self.frontend(learn)

        def targeted(examples: RatedExamples) -> Targeted:
            return Targeted(own.frames(examples.features), self.scale.targets(examples.ratings))

        part = targeted(learn)
        model = own.untrained(part.frames)
        history = train_on_targets(
            *(model, part, None if check is None else targeted(check)),
            aim=Aim(concordance_loss, discordance, smallest=2),
            settings=self.section.training,
            epochs=epochs,
            seed=self.seed,
            folder=folder,
        )
        self._take([(model, own)], learn.features)
        return history


def discordance(truth: NDArray[np.floating], predicted: Values) -> float:
    """1 - CCC of each dimension, their mean; both of shape (n_utterances, n_dimensions)."""
    from ser_tasks.evaluation.dimensions.agreement import concordance  # noqa: PLC0415  pandas: no prediction needs it

    return 1 - float(np.mean([concordance(t, p) for t, p in zip(truth.T, predicted.T, strict=True)]))
