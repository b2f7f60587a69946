"""What tuning leaves behind: a run in MLflow for each study, below it one for each trial, and the nested figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optuna import Study
from optuna.trial import FrozenTrial, TrialState

from pipelines.evaluations.plan_tuning import PlannedStudy, Tuning
from pipelines.evaluations.record import CHOSEN, SAID, differences
from ser_tasks.evaluation.tuning.candidate import settings
from ser_tasks.evaluation.tuning.sampler import ERROR, was_killed
from ser_tasks.evaluation.tuning.search import INNER_SCORES, Best
from ser_tasks.tracking import KIND, children, log_child, log_figures, parent_run

TRIAL, STATE, STUDY = "ser.trial", "ser.trial_state", "ser.study"


class StudyRun:
    """The run of one study; resumed with it, its trials that have ended since are logged first.

    Args:
        tuning, planned: what is searched, and where
        study: its unique name
    """

    def __init__(self, tuning: Tuning, planned: PlannedStudy, study: Study) -> None:
        self.tuning, self.study = tuning, study
        self.tags = {**tags(tuning), STUDY: study.study_name, "ser.part": planned.part}
        evaluation = tuning.evaluation
        self.id = parent_run(
            experiment=experiment(tuning),
            name=f"{evaluation.model} · {evaluation.protocol} · {planned.part}",
            description=f"Mean {tuning.target.key.upper()} over {len(planned.inner)} inner folds of speakers; no trial "
            "reads other speakers.",
            params={
                **chosen(tuning),
                **{f"space.{name}": str(values) for name, values in tuning.space.distributions.items()},
                **{f"tuning.{key}": value for key, value in evaluation.params.tuning if key != "trials"},
            },
            tags={KIND: "study", **self.tags},
        )
        logged = children(self.id, TRIAL)
        for trial in study.get_trials(deepcopy=False):
            if trial.state.is_finished() and str(trial.number) not in logged:
                self.log(trial)

    def log(self, trial: FrozenTrial) -> None:
        """One trial that has ended."""
        failed = trial.state == TrialState.FAIL
        state = "killed" if was_killed(trial) else trial.state.name.lower()
        scores, inner = trial.user_attrs.get(INNER_SCORES, []), f"inner_{self.tuning.target.key}"
        said = {f"ser.{ERROR}": trial.user_attrs[ERROR]} if ERROR in trial.user_attrs else {}
        section = f"{self.tuning.space.section}."
        drawn = settings(self.tuning.evaluation.params, self.tuning.space, trial.params)
        assert trial.datetime_start and trial.datetime_complete, "it has ended"
        log_child(
            self.id,
            name=f"trial {trial.number}",
            params={f"model.{key.removeprefix(section)}": value for key, value in drawn.items()},
            metrics={inner: scores, f"{inner}_mean": [] if failed or trial.value is None else [trial.value]},
            tags={KIND: "trial", **self.tags, TRIAL: str(trial.number), STATE: state, **said},
            status="KILLED" if was_killed(trial) else "FAILED" if failed else "FINISHED",
            began=trial.datetime_start,
            ended=trial.datetime_complete,
        )

    def end(self, best: Best) -> None:
        """The conclusion."""
        inner = f"inner_{self.tuning.target.key}"
        log_figures(
            self.id,
            {f"{inner}_best": best.score, f"{inner}_defaults": best.defaults_score},
            tags={"ser.best_trial": "params.yaml" if best.trial is None else str(best.trial)},
        )


def track_nested(tuning: Tuning, figures: Mapping[str, Any], file: Path) -> None:
    """The figures on speakers that no search used, as a run beside the studies."""
    evaluation = tuning.evaluation
    run = parent_run(
        experiment=experiment(tuning),
        name=f"{evaluation.model} · {evaluation.protocol} · nested",
        description="Each outer fold scored once, with what the search inside its training part chose.",
        params={**chosen(tuning), "outer_folds": ", ".join(figures["outer_folds"]), "of_folds": tuning.n_folds},
        tags={
            KIND: "nested",
            **tags(tuning),
            **{f"ser.study_{i}": name for i, name in enumerate(figures["studies"], 1)},
        },
    )
    scores = {key: figures["tuned"][key] for key in tuning.target.headline}
    defaults = {f"defaults/{key}": figures["defaults"][key] for key in tuning.target.headline}
    test = differences({"defaults": figures["against_defaults"]})
    log_figures(run, scores | defaults | test, tags={}, files=[file])


def experiment(tuning: Tuning) -> str:
    """Beside that of the corpus' evaluations: trials are many, and no results."""
    return f"ser/{tuning.evaluation.corpus}/tuning"


def tags(tuning: Tuning) -> dict[str, str]:
    """As evaluations have them."""
    named = _named(tuning)
    return {f"ser.{key}": named[key] for key in SAID}


def chosen(tuning: Tuning) -> dict[str, str]:
    """As evaluations have them among their params."""
    named = _named(tuning)
    return {key: named[key] for key in CHOSEN if key in named}  # ratings have no preset: whatever the class


def _named(tuning: Tuning) -> dict[str, str]:
    evaluation = tuning.evaluation
    return {
        **tuning.target.stated(evaluation),
        "feature_set": tuning.target.line[evaluation.model].feature_set,
        "seed": str(evaluation.params.evaluation.seed),
    }
