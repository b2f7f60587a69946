"""The table of protocols that `ser protocol-bias` compares, from the most biased to the strictest."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ser_tasks.evaluation.protocol_bias.splitters import LeftOutError, cells, group_folds, random_folds, sentence_folds
from ser_tasks.evaluation.splits import Fold, make_folds
from ser_tasks.params import LeaveSessionOut, Loso, Params, SpeakerFolds, SpeakerKfold


@dataclass(frozen=True)
class FoldArguments:
    """What folds are made from."""

    utterances: pd.DataFrame  # rows that take part, `emotion` mapped to its class
    corpus: str
    params: Params

    @property
    def seed(self) -> int:
        """Of all random splits."""
        return self.params.evaluation.seed


@dataclass(frozen=True)
class ComparedProtocol:
    """One row of the comparison."""

    name: str
    title: str
    folds: Callable[[FoldArguments], tuple[Fold, ...]] | None  # None: an evaluation has a protocol of this name
    shares: frozenset[str] = frozenset()  # columns that the leak audit lets straddle: what the row is here to show


REFERENCE = "speaker_independent"  # the protocol that the corpus is evaluated under: all others are held against it
STRICT = "speakers_and_sentences"
VOICES = frozenset({"speaker", "group"})


def _random(asked: FoldArguments) -> tuple[Fold, ...]:
    return random_folds(asked.utterances, asked.params.speaker_dependent.folds, seed=asked.seed)


def _groups_together(asked: FoldArguments) -> tuple[Fold, ...]:
    return group_folds(asked.utterances, asked.params.speaker_dependent.folds, seed=asked.seed)


def _sentences_apart(asked: FoldArguments) -> tuple[Fold, ...]:
    return sentence_folds(asked.utterances, asked.params.inflation.parts, seed=asked.seed)


def _sessions_apart(asked: FoldArguments) -> tuple[Fold, ...]:
    if asked.utterances.session.isna().any():
        raise LeftOutError("no sessions are known")
    return make_folds(asked.utterances, LeaveSessionOut(kind="leave_session_out"), seed=asked.seed)


def _speaker_kfold(asked: FoldArguments) -> tuple[Fold, ...]:
    section = SpeakerKfold(kind="speaker_kfold", folds=asked.params.inflation.parts)
    return make_folds(asked.utterances, section, seed=asked.seed)


def _loso(asked: FoldArguments) -> tuple[Fold, ...]:
    speakers, limit = asked.utterances.speaker.nunique(), asked.params.inflation.loso_speakers
    if speakers > limit:
        raise LeftOutError(f"{speakers} speakers; up to {limit} (inflation.loso_speakers) are left out one by one")
    return make_folds(asked.utterances, Loso(kind="loso"), seed=asked.seed)


def both_apart(asked: FoldArguments) -> tuple[Fold, ...]:
    """Parts of the speakers by parts of the sentences; the speakers' as they were published, if they were."""
    own = asked.params.corpus[asked.corpus].speaker_independent
    if isinstance(own, SpeakerFolds):
        dealt = make_folds(asked.utterances, own, seed=asked.seed)
    else:
        dealt = _speaker_kfold(asked)
    parts = [frozenset(fold.test) for fold in dealt]
    return cells(asked.utterances, parts, asked.params.inflation.parts, seed=asked.seed)


PROTOCOLS = (
    ComparedProtocol("random", "random", _random, VOICES | {"sha256"}),
    ComparedProtocol("speaker_dependent", "random, copies together", None),
    ComparedProtocol("groups_together", "random, twin takes together", _groups_together, frozenset({"speaker"})),
    ComparedProtocol("emobox", "EmoBox folds", None),
    ComparedProtocol("sentences", "sentences apart", _sentences_apart, VOICES),
    ComparedProtocol("sessions", "sessions apart", _sessions_apart),
    ComparedProtocol("speaker_kfold", "speakers apart, k-fold", _speaker_kfold),
    ComparedProtocol(REFERENCE, "the corpus' own", None),
    ComparedProtocol("loso", "leave one speaker out", _loso),
    ComparedProtocol(STRICT, "speakers and sentences apart", both_apart),
)

EQUAL = tuple(  # split by `equal_size.equal_folds`
    ComparedProtocol(sharing, f"equal size, {sharing}", both_apart, shares)
    for sharing, shares in {
        "neither": frozenset[str](),
        "sentence": frozenset[str](),
        "speaker": VOICES,
        "both": VOICES | {"sha256"},
    }.items()
)
