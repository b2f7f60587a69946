"""Sections on corpora and how they are divided."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from ser_tasks.params.base import Count, Name, Once, Section

Share = Annotated[float, Field(ge=0, le=1)]


class Loso(Section):
    """Leave one speaker out."""

    kind: Literal["loso"]


class SpeakerKfold(Section):
    """Folds of whole speakers, of about equal size."""

    kind: Literal["speaker_kfold"]
    folds: Count


class SpeakerFolds(Section):
    """Folds as published: the test speakers of each."""

    kind: Literal["speaker_folds"]
    test_speakers: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]


class SpeakerPairs(Section):
    """Every pair of a male and a female speaker is left out once: Wang's folds."""

    kind: Literal["speaker_pairs"]


class LeaveSessionOut(Section):
    """Leave one recording session out."""

    kind: Literal["leave_session_out"]


class OfficialSplit(Section):
    """The train, validation and test parts that the corpus comes with."""

    kind: Literal["official"]
    shared_speakers: bool  # true admits that speakers of the test part are in the training part too (MELD)
    shared_groups: bool  # true admits that its parts share dialogs (the interleaved split of IEMOCAP)


SpeakerIndependent = Annotated[
    Loso | SpeakerKfold | SpeakerFolds | SpeakerPairs | LeaveSessionOut | OfficialSplit, Field(discriminator="kind")
]


class EmoboxFolds(Section):
    """The folds that EmoBox published for a corpus, matched to its utterances file by file."""

    metadata: Annotated[str, Field(min_length=1)]  # folder that holds fold_1 ...: data/NAME of EmoBox
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # of these folds: other ones are another protocol
    shared_speakers: bool  # true admits that speakers are on both sides, as in most of its corpora
    shared_groups: bool  # true admits that twin takes or dialogs are


class SpeakerDependent(Section):
    """Stratified random folds: speakers on both sides, so the result is inflated, and named so."""

    folds: Count  # each with its share of every class


class InflationParams(Section):
    """How `ser protocol-bias` divides speakers and sentences."""

    parts: Count  # of the speakers, and of the sentences
    loso_speakers: Count  # a corpus with more of them has no leave-one-speaker-out row, which would take long


class VerifyParams(Section):
    """How far a recomputed result may be from the recorded one and still count as reproduced."""

    figures: Share  # of pooled figures (UAR, WA, F1, recall, ends of intervals): 0.01 is one point
    folds: Share  # of the same of one fold
    posteriors: Share  # of each posterior of each utterance


Protocol = SpeakerIndependent | SpeakerDependent | EmoboxFolds  # what a protocol's name stands for, of one corpus
ProtocolName = Literal["speaker_independent", "speaker_dependent", "emobox"]


class BalanceParams(Section):
    """Classes of a corpus made one, left out, or equally large, in this order."""

    merge: dict[str, str] | None  # class -> the class that it is called by; null: none
    keep: Annotated[tuple[str, ...], Once, Field(min_length=2)] | None  # classes; null: all
    training: Literal["down", "over"] | None  # utterances of training parts: drop some of large classes, repeat rare

    @model_validator(mode="after")
    def _does_something(self) -> "BalanceParams":
        if not (self.merge or self.keep or self.training):
            raise ValueError("merges, keeps and balances nothing. Write balance: null")
        return self


class CorpusParams(Section):
    """One corpus: which classes, and which folds keep its speakers apart."""

    preset: Name  # name of a label map in the corpus' module; NAME_by_gender: of it, women and men apart
    speaker_independent: (
        SpeakerIndependent | None
    )  # how test speakers are kept apart; null: its speakers are not known, and it has no split
    emobox: EmoboxFolds | None  # null: EmoBox has no folds of it here
    epochs: PositiveInt | None  # of every network here; null: as its training says
    balance: BalanceParams | None  # null: classes as the preset has them
