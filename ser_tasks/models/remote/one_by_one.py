"""The same plan with the ordinary training, fold after fold: to compare."""

from __future__ import annotations

import time
from pathlib import Path

from ser_tasks.evaluation.scoring import evaluate_fold
from ser_tasks.models.network import network
from ser_tasks.models.remote.clips import Clips
from ser_tasks.models.remote.group import Tell
from ser_tasks.models.remote.hardware import hardware, versions
from ser_tasks.models.remote.members import Member, members_of
from ser_tasks.models.remote.outcomes import Outcome, read_outcomes, write_outcomes
from ser_tasks.models.remote.plan import Plan
from ser_tasks.models.remote.settings import Settings
from ser_tasks.models.remote.without_pydantic import let_declarations_pass


def train_one_by_one(plan: Plan, clips: Clips, *, folder: Path, tell: Tell) -> list[Outcome]:
    """Outcomes of all members; those that an earlier run finished are taken from `folder`."""
    let_declarations_pass()
    began = time.perf_counter()
    outcomes = read_outcomes(folder, plan)
    done = {(outcome.fold, outcome.seed) for outcome in outcomes}
    for member in members_of(plan):
        if (member.fold.name, member.seed) not in done:
            outcomes.append(_outcome(plan, member, clips))
            chosen = outcomes[-1].chosen
            write_outcomes(folder, plan, outcomes, seconds=time.perf_counter() - began)
            tell(
                f"{plan.title}: {member.name} alone, {chosen['epochs']} epochs of {chosen['seconds_per_epoch']} s, "
                f"val UAR {100 * chosen['val_uar']:.1f}"
            )
    return outcomes


def _outcome(plan: Plan, member: Member, clips: Clips) -> Outcome:
    params = Settings({"networks": {plan.builder: {**plan.sizes, "training": plan.training}}}, where="plan")
    versions_of_sound = [
        clips.host[first : first + clips.n_utterances] for first in range(0, len(clips.host), clips.n_utterances)
    ]
    outcome = evaluate_fold(
        member.fold,  # type: ignore[arg-type]  # what a fold has, a planned one has
        plan.labels,
        versions_of_sound[0],
        network(plan.builder, ""),  # features are normalised by speaker already
        params,  # type: ignore[arg-type]
        seed=member.seed,
        copies=tuple(versions_of_sound[1:]),
    )
    chosen = {**outcome.chosen, "at_once": 1, "hardware": hardware(), "versions": versions()}
    return Outcome(member.fold.name, member.seed, member.cache_key, outcome.utterance_ids, outcome.posteriors, chosen)
