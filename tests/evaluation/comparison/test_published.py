"""Cited figures: each has its source, and only comparable ones of ours beside it."""

from dataclasses import replace

from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation.comparison.published import published, published_on
from ser_tasks.evaluation.comparison.rows import Comparison

EMOBOX = Comparison("ravdess", "speech8", "speaker_independent", "speaker_folds", "apart", (), ())
FOUR = Comparison("emodb", "four_classes", "speaker_independent", "loso", "apart", (), ())


def named(corpus: str, words: str):
    (line,) = [line for line in published_on(corpus) if words in line.system]
    return line


def test_every_line_has_a_figure_a_source_a_protocol_and_names_what_there_is():
    for line in published():
        assert any(value is not None for value in (line.uar, line.wa, line.f1, line.weighted_f1)), line.system
        assert line.source and line.protocol
        assert line.preset is None or line.preset in CORPORA[line.corpus].presets, line.system


def test_the_leaderboard_on_the_same_folds_is_comparable_with_other_folds_it_is_not():
    line = named("ravdess", "WavLM-base")
    assert line.differs_from(EMOBOX) == []
    assert line.differs_from(replace(EMOBOX, protocol="emobox", protocol_kind="emobox_folds")) == []
    other = Comparison("ravdess", "speech8", "speaker_independent", "loso", "apart", (), ())
    assert line.differs_from(other) == ["other folds"]


def test_seven_classes_are_not_four_and_known_speakers_not_unseen_ones():
    assert named("emodb", "ComParE").differs_from(FOUR) == ["other classes, other utterances"]
    wang = named("emodb", "Wang").differs_from(FOUR)
    assert wang == ["other classes, other utterances", "other folds", "its test speakers are in training"]
