"""Plans as files: what is written is read, and what cannot be carried out is an error before anything is trained."""

import json
from dataclasses import replace

import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.remote.plan import read_plan, write_plan
from ser_tasks.models.remote.settings import Settings
from tests.models.remote.small_plans import AUGMENTATION, TRAINING, corpus, plan

LABELS, _ = corpus()


def test_a_plan_is_read_as_it_was_written(tmp_path):
    write_plan(tmp_path / "plan.json", plan(LABELS))
    again = read_plan(tmp_path / "plan.json")
    assert again == plan(LABELS)
    assert again.digest == plan(LABELS).digest


def test_another_setting_is_another_plan():
    assert plan(LABELS, training=TRAINING | {"epochs": 7}).digest != plan(LABELS).digest


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 0}'])
def test_what_is_no_plan_of_this_format_is_an_error(tmp_path, content):
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(UserError, match="Write the plan again"):
        read_plan(tmp_path / "plan.json")


def test_a_missing_and_a_misspelt_key_are_errors(tmp_path):
    write_plan(tmp_path / "plan.json", plan(LABELS))
    values = json.loads((tmp_path / "plan.json").read_text())
    values["fold"] = values.pop("folds")
    (tmp_path / "plan.json").write_text(json.dumps(values))
    with pytest.raises(UserError, match=r"the plan has the keys .*'fold'.* expected .*'folds'"):
        read_plan(tmp_path / "plan.json")


def fold(**changes):
    first, *others = plan(LABELS).folds
    return {"folds": (replace(first, **changes), *others)}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (fold(test=LABELS.utterance_ids[5:15]), "some utterance is in two parts"),
        (fold(train=("nobody",)), "1 utterances of its train part have no label"),
        (fold(test=()), "its test part is empty"),
        (fold(cache_keys=("a", "b")), "2 cache keys for 1 seeds"),
        ({"seeds": (1, 1)}, "expected different ones"),
        ({"classes": ("high",)}, r"classes are \['high'\], but the emotions are \['high', 'low'\]"),
        ({"training": TRAINING | {"precision": "mixed_float16"}}, "expected one of"),
        ({"training": TRAINING | {"tensorboard": True}}, "tensorboard is true, .*set it to false"),
        (
            {"training": {key: TRAINING[key] for key in TRAINING if key not in ("optimizer", "momentum")}},
            r"training lacks \['momentum', 'optimizer'\]",
        ),
        (
            {"training": {**TRAINING, "augmentation": {"tempo": None}}},
            r"training lacks \['mixup_alpha', 'spec_augment'\]",
        ),
    ],
)
def test_a_plan_that_contradicts_itself_is_an_error(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        write_plan(tmp_path / "plan.json", plan(LABELS, **changes))


def test_settings_read_as_the_validated_ones_do():
    settings = Settings(TRAINING | {"augmentation": AUGMENTATION}, where="training")
    assert settings.batch_size == 8
    assert settings.augmentation.tempo == [0.8, 1.25]
    assert settings.augmentation.spec_augment.model_dump() == AUGMENTATION["spec_augment"]
    assert settings.augmentation.model_dump(exclude={"spec_augment", "tempo"}) == {"mixup_alpha": 0.2}


def test_a_setting_that_is_not_there_is_named():
    with pytest.raises(AttributeError, match=r"training\.augmentation: there is no 'warp'"):
        _ = Settings(TRAINING, where="training").augmentation.warp
