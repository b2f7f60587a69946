"""Some members of a plan trained at once, from their first epoch, or from a checkpoint, to their outcomes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.calibration import fit_temperature, posteriors
from ser_tasks.models.remote.checkpoint import Standing, interrupted_members, load_standing, save_standing
from ser_tasks.models.remote.draws import Draws, draw_epoch
from ser_tasks.models.remote.hardware import hardware, versions
from ser_tasks.models.remote.logits import Logits, logits
from ser_tasks.models.remote.members import Member
from ser_tasks.models.remote.outcomes import Outcome
from ser_tasks.models.remote.stacked import State, updated
from ser_tasks.models.remote.work import Work
from ser_tasks.models.training.history import Epoch, History
from ser_tasks.models.training.trainer import check_divergence, uar_and_loss

Tell = Callable[[str], None]


def train_group(work: Work, members: Sequence[Member], *, folder: Path, every: int, tell: Tell) -> list[Outcome]:
    """Train until each has stopped, once more on all speakers if the plan asks for it, and predict the test parts.

    Args:
        work: of the plan
        members: those trained at once
        folder: keeps the checkpoints
        every: epochs from one checkpoint to the next
        tell: takes a line after each epoch

    Raises:
        UserError: a loss that is not finite
    """
    limits = [work.plan.settings.epochs] * len(members)
    trained = Training(work, members, limits, folder, tell).carried_on(every=every)
    checked = logits(work, State(*trained.kept, []), [member.check for member in members])
    final = trained
    if work.refit:
        everyone = [member.on_all_speakers() for member in members]
        limits = [history.kept_epoch for history in trained.histories]
        final = Training(work.refit, everyone, limits, folder / "refit", tell).carried_on(every=every)
    tested = logits(work, State(*final.kept, []), [member.test for member in members])
    return [
        _outcome(work, member, history, check, test, at_once=len(members))
        for member, history, check, test in zip(members, trained.histories, checked, tested, strict=True)
    ]


@dataclass(frozen=True)
class Training:
    """Members with the number of epochs that each may have."""

    work: Work
    members: Sequence[Member]
    limits: Sequence[int]
    folder: Path
    tell: Tell

    def carried_on(self, *, every: int) -> Standing:
        """From the checkpoint, if there is one of these members, until all have ended; with a checkpoint then, too."""
        names, digest = [member.name for member in self.members], self.work.plan.digest
        standing = self._beginning()
        if interrupted_members(self.folder, plan=digest) == names:
            standing = load_standing(self.folder, standing)
            self.tell(f"{self.work.plan.title}: goes on after epoch {_epochs(standing.histories)}")
        while any(running := self._running(standing.histories)):
            standing = self._after_epoch(standing, running)
            self.tell(self._progress(standing.histories))
            if _epochs(standing.histories) % every == 0 or not any(self._running(standing.histories)):
                save_standing(self.folder, standing, plan=digest, members=names)
        return standing

    def _beginning(self) -> Standing:
        state = self.work.stack.beginning(self.members, self.work.clips)
        kept = jax.tree.map(jnp.copy, (state.trainable, state.non_trainable))  # a step takes the state's own memory
        keep = self.work.plan.settings.keep
        return Standing(state, kept, tuple(History(keep if len(m.check) else "last") for m in self.members))

    def _running(self, histories: Sequence[History]) -> list[bool]:
        patience = self.work.plan.settings.patience
        pairs = zip(histories, self.limits, strict=True)
        return [not history.ended(epochs=limit, patience=patience) for history, limit in pairs]

    def _after_epoch(self, standing: Standing, running: Sequence[bool]) -> Standing:
        began = time.perf_counter()
        state, losses = self._trained(standing.state, epoch=_epochs(standing.histories) + 1)
        judgements = self._judged(state)
        seconds = (time.perf_counter() - began) / len(self.members)
        better = []
        members = zip(self.members, standing.histories, losses, judgements, running, strict=True)
        for member, history, loss, (val_uar, val_loss), runs in members:
            if runs:
                history.epochs.append(Epoch(float(loss), val_loss, val_uar, seconds))
                check_divergence(history, self.work.plan.settings, where=f"{member.name}: ")
            better.append(runs and history.kept_epoch == len(history.epochs))
        pairs = zip((state.trainable, state.non_trainable), standing.kept, strict=True)
        trainable, non_trainable = (updated(jnp.array(better), new, old) for new, old in pairs)
        return Standing(state, (trainable, non_trainable), standing.histories)

    def _trained(self, state: State, *, epoch: int) -> tuple[State, NDArray[np.float32]]:
        """One epoch; padded for all members of the plan, so that dropout draws alike whoever is trained at once."""
        work = self.work
        drawn = {member.name: _drawn(work, member, epoch=epoch) for member in work.members}
        longest = np.max([draws.n_frames.max(axis=1) for draws in drawn.values()], axis=0)
        own = (drawn[member.name] for member in self.members)
        batches = Draws(*(np.stack(each, axis=1) for each in zip(*own, strict=True)))
        losses = []
        for step in np.random.default_rng([work.plan.seeds[0], epoch]).permutation(work.n_steps):
            batch, padded = Draws(*(values[step] for values in batches)), work.padded(longest[step])
            state, loss = work.stack.train_step(state, batch, work.clips.frames, padded=padded)
            losses.append(loss)
        return state, np.mean([np.asarray(loss) for loss in losses], axis=0)

    def _judged(self, state: State) -> list[tuple[float, float] | tuple[None, None]]:
        if not any(len(member.check) for member in self.members):
            return [(None, None)] * len(self.members)
        answers = logits(self.work, state, [member.check for member in self.members])
        return [
            uar_and_loss(own, self.work.truth[member.check]) for own, member in zip(answers, self.members, strict=True)
        ]

    def _progress(self, histories: Sequence[History]) -> str:
        done, most, running = _epochs(histories), max(self.limits), self._running(histories)
        latest = [history.epochs[-1] for history in histories if len(history.epochs) == done]
        longest = max((history.epochs for history in histories), key=len)
        usual = float(np.median([epoch.seconds for epoch in longest])) * len(histories)
        left = (most - done) * usual if any(running) else 0.0
        uars = [100 * epoch.val_uar for epoch in latest if epoch.val_uar is not None]
        judgement = f"val UAR {np.mean(uars):.1f}" if uars else "on all speakers"
        return (
            f"{self.work.plan.title}: epoch {done}/{most}, {sum(running)} of {len(histories)} still learn, "
            f"loss {np.mean([epoch.loss for epoch in latest]):.3f}, {judgement}, "
            f"{latest[0].seconds * len(histories):.2f} s, at most {left / 60:.1f} min left"
        )


def _drawn(work: Work, member: Member, *, epoch: int) -> Draws:
    return draw_epoch(
        work.clips,
        member.learn,
        work.truth[member.learn],
        n_classes=len(work.plan.classes),
        n_steps=work.n_steps,
        settings=work.plan.settings,
        generator=member.generator(epoch),
    )


def _outcome(work: Work, member: Member, history: History, check: Logits, test: Logits, *, at_once: int) -> Outcome:
    truth = work.truth[member.check]
    known = np.isin(truth, work.truth[member.learn])  # as in ser_tasks.models.network
    temperature = fit_temperature(check[known], truth[known])
    chosen = {
        "epochs": len(history.epochs),
        "kept_epoch": history.kept_epoch,
        "val_uar": round(float(history.kept.val_uar or 0), 4),
        "parameters": int(work.stack.model.count_params()),
        "seconds_per_epoch": round(float(np.median([epoch.seconds for epoch in history.epochs])), 4),
        "temperature": temperature,
        "at_once": at_once,
        "hardware": hardware(),
        "versions": versions(),
    }
    rows = tuple(tuple(float(p) for p in row) for row in posteriors(test, temperature))
    return Outcome(member.fold.name, member.seed, member.cache_key, member.fold.test, rows, chosen)


def _epochs(histories: Sequence[History]) -> int:
    return max(len(history.epochs) for history in histories)
