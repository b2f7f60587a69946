"""Any network on frames, trained on the concordance correlation coefficient instead of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.dimensions.held_out import Values, best_of, check_speakers, inner_parts
from ser_tasks.models.network import NetworkSection, network_builder
from ser_tasks.models.training.validation import validation_speakers

if TYPE_CHECKING:
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.models.training.target_trainer import Targeted, TargetHistory

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

    def targets(self, examples: RatedExamples) -> Targeted:
        """The examples, rated in standard deviations from the mean."""
        from ser_tasks.models.training.target_trainer import Targeted  # noqa: PLC0415  with Keras

        frames = tuple(np.asarray(own, np.float32) for own in examples.features)
        return Targeted(frames, ((examples.ratings - self.mean) / self.steps).astype(np.float32))


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

    def fit(self, train: RatedExamples, *, folder: Path | None = None) -> Mapping[str, Any]:
        """Train on some speakers, stop by CCC on others, match and measure errors on those; `folder` keeps its state.

        Raises:
            UserError: a training part of one speaker, a loss that is not finite
        """
        from ser_tasks.models.training.target_trainer import figures_of  # noqa: PLC0415  with Keras

        training = self.section.training
        check_speakers(train.speakers)
        scale, divisions = Scale.of(train.ratings), self._divisions(train.speakers)
        histories, unmeasured, models = [], [], []
        kept, scores = training.epochs, np.full(train.ratings.shape, np.nan)
        telling = [bool(np.ptp(train.ratings[asked], axis=0).any()) for _, asked in divisions]
        for number in sorted(range(len(divisions)), key=lambda place: not telling[place]):
            learn, check = (scale.targets(train.part(rows)) for rows in divisions[number])
            own = folder / f"part_{number}" if folder and len(divisions) > 1 else folder
            if telling[number]:
                histories.append(self._train(learn, check, own, epochs=training.epochs))
                kept = round(float(np.median([history.kept_epoch for history in histories])))
            else:  # of one utterance, or of equal ratings, there is no CCC to stop by
                unmeasured.append(self._train(learn, None, own, epochs=kept))
            scores[divisions[number][1]] = self.scores(check.frames)
            models += self.models
        asked = np.sort(np.concatenate([rows for _, rows in divisions]))
        self.chosen = best_of(scores[None, asked], train.ratings[asked], [float(kept)])
        if training.refit:
            self._train(scale.targets(train), None, folder and folder / "refit", epochs=kept)
        elif len(models) > 1:
            self._take(models, scale.targets(train).frames)
        self.models = [self._without_loss(model) for model in self.models]
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

    def predict(self, features: Frames) -> Values:
        """Of utterances of any length, shape (n_frames, n_dims) each: shape (n_utterances, n_dimensions)."""
        return self.chosen.matched(self.scores(features))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths

    def scores(self, features: Frames) -> Values:
        """Predictions before matching, (n_utterances, n_dimensions): of the training set, mean 0 and spread 1.

        How far the outputs spread depends on how long a network was trained. In these units what one network was
        matched by serves another of the same training.
        """
        return np.asarray((self._outputs(features) - self.middle) / self.spread)

    def _take(self, models: Sequence[Any], frames: Frames) -> None:
        """Predict with the mean of these, in units of what they make of the utterances that they learned from."""
        self.models = [*models]
        outputs = self._outputs(frames)
        self.middle, spread = outputs.mean(axis=0), outputs.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1)

    def _outputs(self, features: Frames) -> Values:
        from ser_tasks.models.training.logits import network_logits  # noqa: PLC0415

        frames = tuple(np.asarray(own, np.float32) for own in features)
        each = [network_logits(model, frames, settings=self.section.training) for model in self.models]
        return np.asarray(np.mean(each, axis=0))

    def _train(self, learn: Targeted, check: Targeted | None, folder: Path | None, *, epochs: int) -> TargetHistory:
        from ser_tasks.models.dimensions.mlp_ccc import concordance_loss  # noqa: PLC0415
        from ser_tasks.models.training.target_trainer import Aim, train_on_targets  # noqa: PLC0415  with Keras

        model = self._untrained(learn)
        history = train_on_targets(
            *(model, learn, check),
            aim=Aim(concordance_loss, discordance, smallest=2),
            settings=self.section.training,
            epochs=epochs,
            seed=self.seed,
            folder=folder,
        )
        self._take([model], learn.frames)
        return history

    def _untrained(self, learn: Targeted) -> Any:
        import keras  # noqa: PLC0415

        from ser_tasks.models.networks.standardise import set_input_statistics  # noqa: PLC0415
        from ser_tasks.models.training.input_statistics import mean_and_std  # noqa: PLC0415

        keras.config.set_dtype_policy(self.section.training.precision)
        keras.utils.set_random_seed(self.seed)
        model = self._built(learn.frames[0].shape[1], learn.targets.shape[1])
        mean, std = mean_and_std(learn.frames)
        set_input_statistics(model, mean=mean, std=std)
        return model

    def _without_loss(self, model: Any) -> Any:
        """The network as it is kept: it is not trained any more, and whoever reads it needs no loss."""
        bare = self._built(model.input["frames"].shape[-1], model.output_shape[-1])
        bare.set_weights(model.get_weights())
        return bare

    def _built(self, n_dims: int, n_dimensions: int) -> Any:
        return network_builder(self.name)(n_dims=n_dims, n_classes=n_dimensions, **self.section.sizes)


def discordance(truth: NDArray[np.floating], predicted: Values) -> float:
    """1 - CCC of each dimension, their mean; both of shape (n_utterances, n_dimensions)."""
    from ser_tasks.evaluation.dimensions.agreement import concordance  # noqa: PLC0415  pandas: no prediction needs it

    return 1 - float(np.mean([concordance(t, p) for t, p in zip(truth.T, predicted.T, strict=True)]))
