"""Members trained at once become what each becomes alone, and what the ordinary training makes of it."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.models.remote import parallel
from ser_tasks.models.remote.clips import on_device
from ser_tasks.models.remote.one_by_one import train_one_by_one
from ser_tasks.models.remote.outcomes import FILE, write_predictions
from ser_tasks.models.remote.plan import PlannedFold
from ser_tasks.models.remote.stacked import Stack, vectorised
from ser_tasks.models.remote.work import prepare
from tests.models.remote.small_plans import AUGMENTATION, MLP, RESIDUAL_CNN, TRAINING, corpus, plan

LABELS, FRAMES = corpus()
CHANCE = {
    "sizes": {**MLP, "input_dropout": 0.2, "dropout": 0.3},
    "training": TRAINING | {"augmentation": AUGMENTATION, "refit": True},
}


def trained(
    the_plan, folder, *, frames=FRAMES, together=None, arrangement="vectorised", every=100, tell=lambda _: None, **more
):
    clips = on_device(the_plan, [tuple(frames)])
    options = {"together": together, "arrangement": arrangement, "every": every, "tell": tell, **more}
    return parallel.train_plan(the_plan, clips, folder=folder, **options)


def posteriors(outcomes) -> dict:
    return {(outcome.fold, outcome.seed): np.array(outcome.posteriors) for outcome in outcomes}


def assert_the_same(some, others, *, atol=1e-4):
    some, others = posteriors(some), posteriors(others)
    assert set(some) == set(others)
    for name, found in some.items():
        np.testing.assert_allclose(found, others[name], atol=atol, err_msg=str(name))


@pytest.fixture(scope="module")
def by_chance(tmp_path_factory):
    """Dropout, tempo, masks, mixup and two seeds, all members at once."""
    the_plan = two_seeds(CHANCE)
    return the_plan, trained(the_plan, tmp_path_factory.mktemp("at_once"))


def two_seeds(changes):
    folds = tuple(replace(fold, cache_keys=(f"{fold.name} 0", f"{fold.name} 1")) for fold in plan(LABELS).folds)
    return plan(LABELS, seeds=(0, 1), folds=folds, **changes)


def test_every_fold_and_seed_has_predictions_under_its_key(by_chance):
    the_plan, outcomes = by_chance
    assert [outcome.cache_key for outcome in outcomes] == [key for fold in the_plan.folds for key in fold.cache_keys]
    for outcome in outcomes:
        np.testing.assert_allclose(np.sum(outcome.posteriors, axis=1), 1)
        assert outcome.chosen["at_once"] == 8
    seeds = posteriors(outcomes)
    assert np.abs(seeds["speaker s0", 0] - seeds["speaker s0", 1]).max() > 1e-3


def test_a_member_becomes_the_same_whoever_is_trained_beside_it(by_chance, tmp_path):
    the_plan, outcomes = by_chance
    assert_the_same(trained(the_plan, tmp_path, together=4), outcomes)


@pytest.fixture(scope="module")
def without_chance(tmp_path_factory):
    return trained(plan(LABELS), tmp_path_factory.mktemp("without_chance"))


def test_with_one_padded_length_for_all_batches_it_becomes_the_same(tmp_path):
    short = plan(LABELS, training=TRAINING | {"frames_multiple": 16})
    clips = on_device(short, [tuple(FRAMES)])
    several, one = (prepare(short, clips, arrangement=vectorised, shapes=shapes).shapes for shapes in (4, 1))
    assert (len(several), one) == (3, (max(several),))
    found = [trained(short, tmp_path / str(shapes), shapes=shapes) for shapes in (4, 1)]
    assert_the_same(*found)


def test_a_fold_trained_in_a_plan_of_its_own_becomes_the_same(without_chance, tmp_path):
    (alone,) = trained(plan(LABELS, folds=plan(LABELS).folds[1:2]), tmp_path)
    assert_the_same([without_chance[1]], [alone])


def test_both_arrangements_compute_the_same(without_chance, tmp_path):
    two = trained(plan(LABELS, folds=plan(LABELS).folds[:2]), tmp_path, arrangement="unrolled")
    assert_the_same(without_chance[:2], two)


@pytest.mark.parametrize(("where", "again"), [("val UAR", 4), ("on all speakers", 2)])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(where, again, by_chance, tmp_path):
    the_plan, undisturbed = by_chance

    def killed(line):
        if where in line and f"epoch {again + 1}/" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(the_plan, tmp_path, every=2, tell=killed)
    told = []
    assert_the_same(trained(the_plan, tmp_path, every=2, tell=told.append), undisturbed, atol=1e-6)
    place = next(i for i, line in enumerate(told) if f"goes on after epoch {again}" in line)
    assert where in told[place + 1]
    assert f"epoch {again + 1}/" in told[place + 1]


def test_too_little_memory_halves_the_folds_at_once_and_says_so(by_chance, tmp_path, monkeypatch):
    train_step, told = Stack.train_step, []

    def greedy(self, state, drawn, corpus, *, padded):
        if len(drawn.first) > 4:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 1 byte.")
        return train_step(self, state, drawn, corpus, padded=padded)

    monkeypatch.setattr(Stack, "train_step", greedy)
    outcomes = trained(by_chance[0], tmp_path, tell=told.append)
    assert_the_same(outcomes, by_chance[1])
    assert "too little memory for 8 folds at once; goes on with 4" in told[0]
    assert {outcome.chosen["at_once"] for outcome in outcomes} == {4}


@pytest.mark.parametrize(
    ("network", "changes"),
    [
        ({"builder": "residual_cnn", "sizes": RESIDUAL_CNN}, {}),
        ({"builder": "mlp", "sizes": MLP}, {"refit": True}),
        ({"builder": "mlp", "sizes": MLP}, {"keep": "last", "balance": "none"}),
    ],
)
def test_one_batch_of_all_is_exactly_the_ordinary_training_also_for_folds_of_unequal_size(network, changes, tmp_path):
    """Without dropout and with one batch an epoch nothing is left to chance, and both loops must agree."""
    unequal = tuple(
        replace(fold, train=fold.train[: len(fold.train) - 4 * place]) for place, fold in enumerate(plan(LABELS).folds)
    )
    training = TRAINING | {"batch_size": 32, "learning_rate": 0.003}
    the_plan = plan(LABELS, folds=unequal[:2], training=training | changes, **network)
    at_once = trained(the_plan, tmp_path / "at once")
    if network["builder"] == "residual_cnn":  # takes long to compile: only the smaller fold, which is filled up
        at_once, the_plan = at_once[1:], replace(the_plan, folds=the_plan.folds[1:])
    ordinary = train_one_by_one(
        the_plan, on_device(the_plan, [tuple(FRAMES)]), folder=tmp_path / "one by one", tell=lambda _: None
    )
    assert_the_same(at_once, ordinary, atol=2e-3)
    for mine, other in zip(at_once, ordinary, strict=True):
        for figure in ("epochs", "kept_epoch", "val_uar", "parameters"):
            assert mine.chosen[figure] == other.chosen[figure], figure
        assert mine.chosen["temperature"] == pytest.approx(other.chosen["temperature"], rel=0.02)


def test_an_easy_task_is_learned_as_well_as_by_the_ordinary_training(tmp_path):
    labels, frames = corpus(noise=0.0)
    training = TRAINING | {"learning_rate": 0.02}
    the_plan = plan(labels, folds=plan(labels).folds[:2], speaker_norm=True, training=training)
    at_once = trained(the_plan, tmp_path / "at once", frames=frames)
    clips = on_device(the_plan, [tuple(frames)])
    for outcomes in (at_once, train_one_by_one(the_plan, clips, folder=tmp_path, tell=lambda _: None)):
        truth = dict(zip(labels.utterance_ids, labels.emotions, strict=True))
        said = [np.array(the_plan.classes)[np.argmax(o.posteriors, axis=1)] for o in outcomes]
        meant = [[truth[name] for name in o.utterance_ids] for o in outcomes]
        assert np.mean(np.array(said) == np.array(meant)) > 0.9


def test_each_fold_stops_for_itself_and_predicts_with_its_best_epoch(tmp_path):
    """The second fold's validation clips are labelled wrong: it gets worse by learning, and stops before the first."""
    the_plan, frames = one_validation_part_right_and_one_wrong()
    told = []
    right, wrong = trained(the_plan, tmp_path, frames=frames, tell=told.append)
    emotion_of = dict(zip(the_plan.labels.utterance_ids, the_plan.labels.emotions, strict=True))
    for outcome in (right, wrong):
        truth = np.array([emotion_of[name] for name in outcome.utterance_ids])
        said = np.array(the_plan.classes)[np.argmax(outcome.posteriors, axis=1)]
        recalls = [np.mean(said[truth == name] == name) for name in the_plan.classes]
        assert np.mean(recalls) == pytest.approx(outcome.chosen["val_uar"], abs=1e-4)
    assert wrong.chosen["epochs"] == wrong.chosen["kept_epoch"] + the_plan.settings.patience
    assert wrong.chosen["epochs"] < right.chosen["epochs"] == len(told)
    assert any("1 of 2 still learn" in line for line in told)


def one_validation_part_right_and_one_wrong():
    """Test parts are the validation clips under other names, so that predictions show which weights were kept."""
    labels, frames = corpus(noise=0.3)
    checked = [row for row, speaker in enumerate(labels.speakers) if speaker == "s3"]
    parts = {"train": [row for row in range(len(frames)) if row not in checked]}
    emotions = list(labels.emotions)
    for part in ("right check", "right test", "wrong check", "wrong test"):
        parts[part] = list(range(len(frames), len(frames) + len(checked)))
        frames = [*frames, *(frames[row] for row in checked)]
        swapped = {"high": "low", "low": "high"} if "wrong" in part else {"high": "high", "low": "low"}
        emotions += [swapped[labels.emotions[row]] for row in checked]
    names = tuple(f"u{row}" for row in range(len(frames)))
    folds = tuple(
        PlannedFold(kind, *(tuple(names[row] for row in parts[part]) for part in wanted), cache_keys=(kind,))
        for kind in ("right", "wrong")
        for wanted in [("train", f"{kind} check", f"{kind} test")]
    )
    training = TRAINING | {"epochs": 12, "patience": 4, "learning_rate": 0.003}
    every = Labels(names, tuple(emotions), ("anyone",) * len(names))
    return plan(every, folds=folds, training=training, seeds=(4,)), frames


def test_training_that_diverges_is_an_error_that_names_the_fold(tmp_path):
    broken = [frames.copy() for frames in FRAMES]
    broken[0][:] = np.nan
    with pytest.raises(UserError, match=r"speaker s1, seed 0: training diverged in epoch 1.*Lower training"):
        trained(plan(LABELS, folds=plan(LABELS).folds[1:]), tmp_path, frames=broken)


def test_bfloat16_gives_posteriors_near_those_of_float32(without_chance, tmp_path):
    the_plan = plan(LABELS, training=TRAINING | {"precision": "mixed_bfloat16"})
    assert_the_same(trained(the_plan, tmp_path), without_chance, atol=0.05)


def test_a_network_that_cannot_be_built_is_named(tmp_path):
    with pytest.raises(UserError, match=r"the network 'mlp' cannot be built with .*'width'.* Write the plan again"):
        trained(plan(LABELS, sizes={"width": 3}), tmp_path)
    with pytest.raises(UserError, match="the network 'nothing' cannot be built"):
        trained(plan(LABELS, builder="nothing"), tmp_path)


def test_predictions_are_a_row_per_utterance_fold_and_seed(by_chance, tmp_path):
    the_plan, outcomes = by_chance
    write_predictions(tmp_path, the_plan, outcomes)
    table = pd.read_parquet(tmp_path / "predictions.parquet")
    assert table.columns.tolist() == ["utterance_id", "fold", "seed", "truth", "high", "low"]
    assert len(table) == 2 * len(LABELS.utterance_ids)
    assert set(table.seed) == {0, 1}


def test_a_changed_plan_is_trained_anew(tmp_path):
    fold = plan(LABELS).folds[:1]
    trained(plan(LABELS, folds=fold, training=TRAINING | {"epochs": 1}), tmp_path)
    first = json.loads((tmp_path / FILE).read_text())
    trained(plan(LABELS, folds=fold, training=TRAINING | {"epochs": 2}), tmp_path)
    second = json.loads((tmp_path / FILE).read_text())
    assert first["plan"] != second["plan"]
    assert [outcome["chosen"]["epochs"] for outcome in second["outcomes"]] == [2]
