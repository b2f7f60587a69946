"""A study, given the UAR of candidates by a formula: what it draws, gives up, remembers and concludes."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
import pytest
from optuna.pruners import MedianPruner, NopPruner
from optuna.trial import TrialState

from ser_tasks.errors import UserError
from ser_tasks.evaluation.tuning.sampler import PlacedTpe, was_killed
from ser_tasks.evaluation.tuning.search import Job, Search
from ser_tasks.evaluation.tuning.spaces import distribution
from ser_tasks.evaluation.tuning.study import full_name, open_study, outdated
from ser_tasks.models.search_space import log, one_of
from ser_tasks.params import TuningParams

SPACE = {"c": distribution(log(0.1, 1000)), "kernel": distribution(one_of("rbf", "linear"))}
SETTINGS = TuningParams(trials=9, startup_trials=3, inner_folds=3, prune_after=1)
ORIGIN = {"data": "d" * 64, "settings": "5" * 64, "code": "c" * 64, "libraries": "1" * 64}
NEVER: Any = None


def formula(drawn: Mapping[str, Any], fold: int) -> float:
    """Highest at c = 10 and an rbf kernel; the second fold is harder."""
    if not drawn:
        return 0.5
    return 0.9 - 0.1 * abs(math.log10(drawn["c"]) - 1) - 0.05 * (drawn["kernel"] == "linear") - 0.02 * (fold == 1)


def converse(search: Search, uar: Callable[[Mapping[str, Any], int], float] = formula, jobs: float = math.inf) -> int:
    """One worker, until nothing is left or that many jobs are done; the one behind is begun and never reported."""
    done = 0
    while job := search.next():
        if done == jobs:
            break
        search.tell(job, uar(job.drawn, job.fold))
        done += 1
    return done


def in_memory(pruner: optuna.pruners.BasePruner | None = None) -> optuna.Study:
    sampler = PlacedTpe(seed=3, startup_trials=SETTINGS.startup_trials)
    return optuna.create_study(direction="maximize", sampler=sampler, pruner=pruner or NopPruner())


def counted(study: optuna.Study) -> list[tuple[TrialState, float | None, dict[str, Any]]]:
    return [(t.state, t.value, t.params) for t in study.trials if not was_killed(t)]


def opened(file: Path) -> Search:
    study = open_study(file, "corpus · svm", origin=ORIGIN, settings=SETTINGS, seed=3)
    return Search(study, SPACE, n_folds=3, trials=SETTINGS.trials)


def test_a_study_killed_again_and_again_ends_as_one_that_was_not(tmp_path):
    undisturbed = Search(in_memory(MedianPruner(3, 1)), SPACE, n_folds=3, trials=SETTINGS.trials)
    converse(undisturbed)

    killed, times = opened(tmp_path / "studies.db"), 0
    while converse(killed, jobs=7) == 7:
        killed, times = opened(tmp_path / "studies.db"), times + 1
    assert times >= 2, "or nothing was tried"
    assert sum(map(was_killed, killed.study.trials)) >= 2
    assert counted(killed.study) == counted(undisturbed.study)
    assert killed.best().drawn == undisturbed.best().drawn
    assert TrialState.PRUNED in {state for state, *_ in counted(killed.study)}


def test_a_trial_that_died_is_failed_and_tried_again_with_what_it_had_drawn(tmp_path):
    search = opened(tmp_path / "studies.db")
    converse(search, jobs=4)  # params.yaml as it is on three folds, and one fold of the first trial
    resumed = opened(tmp_path / "studies.db")
    dead, queued = resumed.study.trials
    assert (dead.state, queued.state) == (TrialState.FAIL, TrialState.WAITING)
    assert resumed.spent() == 0
    assert resumed.next() == Job(1, dead.params, 0), "from its first fold, and params.yaml as it is not again"


def test_the_conclusion_is_the_highest_mean_over_the_inner_folds():
    search = Search(in_memory(), SPACE, n_folds=3, trials=20)
    converse(search)
    best = search.best()
    means = {t.number: sum(formula(t.params, fold) for fold in range(3)) / 3 for t in search.study.trials}
    assert best.trial == max(means, key=lambda number: means[number])
    assert best.score == pytest.approx(means[best.trial])
    assert best.defaults_score == pytest.approx(0.5)
    assert best.drawn["kernel"] == "rbf"


def test_params_yaml_stays_as_it_is_where_no_trial_is_better():
    search = Search(in_memory(), SPACE, n_folds=2, trials=3)
    converse(search, lambda drawn, fold: 0.6)
    best = search.best()
    assert (best.trial, best.drawn, best.score) == (None, {}, 0.6)


def test_a_trial_below_the_median_is_given_up_after_the_configured_folds():
    values = iter([0.5, 0.5, 0.5, *[0.6, 0.6, 0.6] * 2, 0.2])  # params.yaml, two trials, a poor one
    search = Search(in_memory(MedianPruner(2, 1)), SPACE, n_folds=3, trials=3)
    converse(search, lambda drawn, fold: next(values))
    assert [t.state.name for t in search.study.trials] == ["COMPLETE", "COMPLETE", "PRUNED"]
    assert next(values, NEVER) is NEVER


def test_a_trial_that_cannot_be_evaluated_counts_and_is_not_tried_again():
    search = Search(in_memory(), SPACE, n_folds=1, trials=2)
    search.tell(search.next(), 0.5)
    search.fail(search.next(), UserError("training diverged"))
    search.tell(search.next(), 0.6)
    assert search.next() is None
    assert [t.user_attrs.get("error") for t in search.study.trials] == ["training diverged", None]
    assert search.best().trial == 1


def test_nothing_is_compared_where_params_yaml_itself_cannot_be_evaluated():
    search = Search(in_memory(), SPACE, n_folds=1, trials=2)
    with pytest.raises(UserError, match="no features"):
        search.fail(search.next(), UserError("no features here"))


def test_several_workers_get_different_trials_and_never_more_than_asked_for():
    search = Search(in_memory(), SPACE, n_folds=1, trials=3)
    jobs = [search.next() for _ in range(5)]
    assert [job and job.trial for job in jobs] == [None, 0, 1, 2, None]
    assert len({job.drawn["c"] for job in jobs[1:4]}) == 3
    for job in reversed(jobs[:4]):
        search.tell(job, formula(job.drawn, 0))
    assert search.next() is None
    assert search.spent() == 3


def test_no_trial_is_begun_when_the_time_is_over_but_params_yaml_is_evaluated():
    search = Search(in_memory(), SPACE, n_folds=2, trials=3)
    search.tell(search.next(begin=False), 0.5)
    search.tell(search.next(begin=False), 0.7)
    assert search.next(begin=False) is None
    assert search.best().score == pytest.approx(0.6)


def test_a_study_of_other_data_or_code_is_named_and_not_gone_on_with(tmp_path):
    file = tmp_path / "studies.db"
    assert outdated(file, "corpus · svm", ORIGIN) == {}
    converse(opened(file), jobs=4)
    changed = ORIGIN | {"code": "e" * 64}
    assert outdated(file, "corpus · svm", ORIGIN) == {}
    assert outdated(file, "corpus · svm", changed) == {full_name("corpus · svm", ORIGIN): ("code",)}
    assert outdated(file, "corpus · mlp", changed) == {}
    fresh = open_study(file, "corpus · svm", origin=changed, settings=SETTINGS, seed=3)
    assert fresh.trials == []
