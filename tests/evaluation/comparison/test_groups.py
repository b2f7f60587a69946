"""Groups of utterances, on predictions whose group decides whether they are right."""

import zlib

import pandas as pd
import pytest
from scipy.stats import t

from ser_tasks.evaluation.comparison.groups import levels, n_tests, quarters, uar_in
from tests.evaluation.comparison.made import CLASSES, PARAMS, labels, predictions, speakers_of

KNOWN = labels(8, 20)
SPEAKERS = speakers_of(KNOWN)
WHISPERED = {name: "whispered" if int(name[-2:]) >= 10 else "spoken" for name in KNOWN.utterance_ids}


def answers(right: dict[str, bool]) -> pd.DataFrame:
    table = predictions(KNOWN, 1.0, seed=0)
    wrong = [not right[name] for name in table.utterance_id]
    table.loc[wrong, list(CLASSES)] = table.loc[wrong, list(CLASSES)[::-1]].to_numpy()
    return table.drop(columns="seed")


def found(right: dict[str, bool], factors: dict) -> dict[str, object]:
    return {one.name: one for one in levels(answers(right), factors, SPEAKERS, CLASSES, PARAMS)}


def test_uar_and_difference_are_those_counted_by_hand():
    # whispered: every tenth utterance of each speaker is wrong, 1 of 10, all of them joy: recalls 1 and 4 of 5
    right = {name: not name.endswith("19") for name in KNOWN.utterance_ids}
    made = found(right, {"style": WHISPERED})
    assert (made["whispered"].utterances, made["whispered"].speakers) == (80, 8)
    assert made["whispered"].uar == pytest.approx((1 + 4 / 5) / 2)
    assert made["spoken"].uar == 1
    assert made["whispered"].difference == pytest.approx(-0.1)
    assert made["spoken"].difference == pytest.approx(0.1)


def test_a_difference_that_speakers_agree_on_is_called_one_and_one_of_chance_is_not():
    half = {name: not (WHISPERED[name] == "whispered" and hash_of(name) % 2) for name in KNOWN.utterance_ids}
    assert found(half, {"style": WHISPERED})["whispered"].p < 0.001
    chance = {name: bool(hash_of(name) % 4) for name in KNOWN.utterance_ids}
    assert found(chance, {"style": WHISPERED})["whispered"].p > 0.05


def test_two_levels_are_one_test_and_its_p_stands_at_both():
    chance = {name: bool(hash_of(name) % 4) for name in KNOWN.utterance_ids}
    made = levels(answers(chance), {"style": WHISPERED}, SPEAKERS, CLASSES, PARAMS)
    assert n_tests(made) == 1
    assert made[0].p == made[1].p


def test_p_values_are_corrected_for_all_groups_of_all_factors():
    right = {name: not (name.startswith("s3") and hash_of(name) % 3) for name in KNOWN.utterance_ids}
    one = found(right, {"style": WHISPERED})["whispered"].p
    made = levels(answers(right), {"style": WHISPERED, "speaker": SPEAKERS}, SPEAKERS, CLASSES, PARAMS)
    assert n_tests(made) == 9
    assert {level.name: level.p for level in made}["s3"] < 0.05
    assert {level.name: level.p for level in made}["whispered"] >= one


def test_a_group_of_one_speaker_is_not_tested_over_speakers_and_its_interval_says_nothing():
    alone = {name: "a" if name.startswith("s0") else "b" for name in KNOWN.utterance_ids}
    made = found(dict.fromkeys(KNOWN.utterance_ids, True), {"place": alone})
    assert made["a"].p is None
    assert (made["a"].interval.low, made["a"].interval.high) == (0, 1)


def test_classes_that_one_side_lacks_are_left_out_of_the_difference():
    only_anger = {name: ("angry" if truth == "anger" else None) for name, truth in truths().items()}
    level_of = {name: level or ("half" if int(name[-2:]) < 10 else "angry") for name, level in only_anger.items()}
    made = found({name: truth == "anger" for name, truth in truths().items()}, {"set": level_of})
    assert made["half"].classes == ("joy",)
    assert made["angry"].difference == pytest.approx(0)


def test_another_model_in_the_same_group_is_counted_over_the_same_classes():
    right = {name: not name.endswith("19") for name in KNOWN.utterance_ids}
    for level in found(dict.fromkeys(right, True), {"style": WHISPERED}).values():
        share = uar_in(level, answers(right), WHISPERED, CLASSES)
        assert share == pytest.approx(0.9 if level.name == "whispered" else 1)


def test_quarters_hold_a_quarter_each_and_are_named_by_their_ends():
    made = quarters(pd.Series({f"u{i}": float(i) for i in range(8)}), "s")
    assert pd.Series(made).value_counts(sort=False).to_dict() == {
        "0.0 to 1.8 s": 2,
        "1.8 to 3.5 s": 2,
        "3.5 to 5.2 s": 2,
        "5.2 to 7.0 s": 2,
    }
    assert quarters(pd.Series({"a": 1.0, "b": 1.0}), "s") == {}


def truths() -> dict[str, str]:
    return dict(zip(KNOWN.utterance_ids, KNOWN.emotions, strict=True))


def hash_of(name: str) -> int:
    """The same in every process."""
    return zlib.crc32(name.encode()) >> 4


def test_the_interval_of_a_group_counts_as_many_speakers_as_those_in_it_are_worth():
    said = {name: int(name[-2:]) - 10 for name in KNOWN.utterance_ids if WHISPERED[name] == "whispered"}
    few = [name for name, take in said.items() if not name.startswith(("s0", "s1")) and take >= 2]
    table = answers({name: bool(hash_of(name) % 4) for name in KNOWN.utterance_ids})
    table = table[~table.utterance_id.isin(few)]  # two speakers whisper ten times, the six others twice
    widths = []
    for confidence in (0.5, 0.8):
        params = PARAMS.model_copy(update={"confidence": confidence})
        made = {one.name: one.interval for one in levels(table, {"style": WHISPERED}, SPEAKERS, CLASSES, params)}
        widths.append(made["whispered"].high - made["whispered"].low)
    degrees = 32**2 / (2 * 10**2 + 6 * 2**2) - 1
    assert widths[1] / widths[0] == pytest.approx(t.ppf(0.9, degrees) / t.ppf(0.75, degrees), rel=1e-6)
