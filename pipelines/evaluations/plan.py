"""What an evaluation consists of, before any of it is computed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from pipelines import paths
from pipelines.evaluations.run_tags import digest_of, features_of
from pipelines.known_corpora import CORPORA, has_votes, no_votes
from pipelines.settings import own_folds
from ser_tasks.corpora.corpus import BY_GENDER, Preset
from ser_tasks.corpora.emobox.lists import read_folds
from ser_tasks.corpora.emobox.match import check_same_folds, match_folds
from ser_tasks.corpora.labels import Labelled, apply_preset, chosen_classes
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds, may_repeat, may_straddle
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold, make_folds, times_tested
from ser_tasks.evaluation.stored_fold import StoredRequest
from ser_tasks.evaluation.votes.fold import VotedRequest, VotesOfCorpus
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.models import FROM_DISK, MODELS, ON_VOTES
from ser_tasks.models.kernel_limit import check_kernel_limit
from ser_tasks.models.lone_classes import missing_in_training
from ser_tasks.params import BalanceParams, EmoboxFolds, Params, Protocol, SpeakerDependent
from ser_tasks.params.evaluations import key_of
from ser_tasks.provenance.content_digest import parquet_digest
from ser_tasks.tasks import balanced_training_parts
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS

Runs = tuple[tuple[Fold, int], ...]  # each with the seed of what its model draws at random


@dataclass(frozen=True)
class Evaluation:
    """One model on one corpus under one protocol."""

    corpus: str
    protocol: str
    model: str
    params: Params
    section: Protocol
    labels: Labels
    dropped: dict[str, int]  # utterances of classes that do not take part
    shared: dict[str, int]  # test utterances whose speaker, or twin take, is in the training part too
    notes: tuple[str, ...]  # what a reader must know of the folds
    runs: Runs
    requests: tuple[FoldRequest, ...]  # one for each run

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of the networks on each fold."""
        return tuple(dict.fromkeys(seed for _, seed in self.runs))


def plan_evaluation(corpus: str, protocol: str, model: str, params: Params, *, seeds: int | None = None) -> Evaluation:
    """Classes, folds, their audit, and a request for each fold and seed.

    Args:
        corpus, protocol, model: what is evaluated
        params: for this corpus
        seeds: trainings on each fold; None: as the line of the evaluation says, or the training of the network

    Raises:
        LeakError: folds whose sides share what they must not
        UserError: a training part of one class
    """
    section = protocol_section(params, corpus, protocol)
    labelled = labelled_corpus(corpus, params)
    check_words(corpus, labelled.utterances, model, MODELS[model].feature_set)
    labels = Labels.of(labelled.utterances)
    folds, notes = folds_of(corpus, labelled, section, params)
    folds = balanced(folds, labels, params.corpus[corpus].balance, seed=params.evaluation.seed)
    shared = audit_folds(labelled.utterances, folds, straddling=may_straddle(section), repeated=may_repeat(section))
    notes += tuple(missing_in_training(folds, dict(zip(labels.utterance_ids, labels.emotions, strict=True))))
    first, times = params.evaluation.seed, seeds or seeds_of(corpus, protocol, model, params)
    runs = tuple((fold, seed) for fold in folds for seed in range(first, first + times))
    check_size(model, folds, params, trainings=len(runs))
    features, digest = features_of(corpus, MODELS[model].feature_set)
    words = paths.utterances(corpus) if len(feature_sets(MODELS[model].feature_set)) > 1 else None
    work, adopted = paths.WORK.resolve(), paths.OUTCOMES.resolve()
    request: Callable[..., FoldRequest] = request_class(model)
    if model in ON_VOTES:
        check_votes(corpus)
        label_map = tuple(sorted(label_map_of_votes(corpus, params).items()))
        request = partial(request, votes=(VotesOfCorpus(paths.votes(corpus), label_map),))
        digest = digest_of({"features": digest, "votes": votes_digest(corpus), "label map": repr(label_map)})
    requests = tuple(
        request(fold, labels, features, digest, model, params, seed, work, adopted, words) for fold, seed in runs
    )
    return Evaluation(corpus, protocol, model, params, section, labels, labelled.dropped, shared, notes, runs, requests)


def seeds_of(corpus: str, protocol: str, model: str, params: Params) -> int:
    """How often a model is trained on each fold: as the line of the evaluation says, or the training of the network."""
    lines = {line.key: line.seeds for line in params.evaluations}
    return lines.get(key_of(corpus, protocol, model)) or MODELS[model].seeds(params)


def check_words(corpus: str, utterances: pd.DataFrame, model: str, feature_set: str) -> None:
    """Raise UserError where a model reads transcripts, and some that take part have none."""
    missing = utterances[utterances.transcript.isna()]
    if feature_set == TRANSCRIPTS and len(missing):
        of_sound = "" if missing.path.isna().all() else f" Or take {model}_heard, which reads what a recogniser finds."
        raise UserError(
            f"{corpus}: {len(missing)} of the {len(utterances)} utterances that take part have no transcript, the "
            f"first is {missing.utterance_id.iloc[0]}; {model} reads these. Complete them, or take the utterances out, "
            f"and get the corpus again ({CORPORA[corpus].how_to_get}).{of_sound}"
        )


def request_class(model: str) -> type[FoldRequest]:
    """What reads the features of a fold of this model."""
    return VotedRequest if model in ON_VOTES else StoredRequest if model in FROM_DISK else FoldRequest


def check_size(model: str, folds: Sequence[Fold], params: Params, *, trainings: int) -> None:
    """Raise UserError where a kernel machine would be trained on more than it can bear."""
    rows = (1 + params.signal_augmentation.copies) * max(len(fold.train) for fold in folds)
    section = MODELS[model].section_name
    check_kernel_limit(model, section, rows=rows, trainings=trainings, largest=params.kernels.largest)


def labelled_corpus(corpus: str, params: Params) -> Labelled:
    """Utterances of the classes that take part: those of the preset, merged and kept as params.yaml sets."""
    section = params.corpus[corpus]
    labelled = apply_preset(read_utterances(paths.utterances(corpus)), CORPORA[corpus].all_presets[section.preset])
    if section.balance is None:
        return labelled
    return chosen_classes(labelled, merge=section.balance.merge, keep=section.balance.keep)


def check_votes(corpus: str) -> None:
    """Raise UserError for a corpus whose raters' votes are not known."""
    if not has_votes(corpus):
        raise UserError(f"{corpus}: {no_votes(corpus)} Those of {', '.join(filter(has_votes, CORPORA))} are known.")


def label_map_of_votes(corpus: str, params: Params) -> dict[str, str]:
    """What raters' labels mean in the classes that take part: those of the preset, merged as params.yaml sets.

    Raises:
        UserError: classes by gender
    """
    section = params.corpus[corpus]
    merged = (section.balance.merge if section.balance else None) or {}
    classes = classes_of_votes(corpus, section.preset)
    return {label: merged.get(name, name) for label, name in classes.items()}


def classes_of_votes(corpus: str, preset: str) -> Mapping[str, str]:
    """What raters' labels mean in a preset.

    Raises:
        UserError: classes by gender
    """
    if preset.endswith(BY_GENDER):
        raise UserError(
            f"params.yaml: corpus.{corpus}.preset is {preset}, but raters voted on emotions. Choose the preset without "
            "_by_gender."
        )
    return CORPORA[corpus].presets[preset].classes


def votes_digest(corpus: str) -> str:
    """Digest of the table of votes; `none` if it is not here."""
    file = paths.votes(corpus)
    return parquet_digest(file) if file.exists() else "none"


def folds_of(
    corpus: str, labelled: Labelled, section: Protocol, params: Params
) -> tuple[tuple[Fold, ...], tuple[str, ...]]:
    """The folds of a protocol, and what a reader must know of them.

    Raises:
        UserError: the corpus lacks what the protocol needs
    """
    if not isinstance(section, EmoboxFolds):
        folds = make_folds(labelled.utterances, section, seed=params.evaluation.seed)
        return folds, _tested_several_times(folds)
    everything = read_utterances(paths.utterances(corpus))
    preset = emobox_preset(corpus, params)
    published = read_folds(Path(section.metadata).expanduser())
    check_same_folds(published, section, corpus)
    matched = match_folds(published, everything, labelled.utterances, preset)
    return matched.folds, matched.notes


def emobox_preset(corpus: str, params: Params) -> Preset:
    """The preset of a corpus, for the folds of EmoBox.

    Raises:
        UserError: one by gender
    """
    name = params.corpus[corpus].preset
    if name.endswith(BY_GENDER):
        raise UserError(
            f"params.yaml: corpus.{corpus}.preset is {name}, but the lists of EmoBox know no gender. Choose the preset "
            "without _by_gender, or --protocol speaker_independent."
        )
    return CORPORA[corpus].presets[name]


def _tested_several_times(folds: tuple[Fold, ...]) -> tuple[str, ...]:
    """A note for folds that overlap; none for others."""
    times = times_tested(folds)
    if max(times, default=1) == 1:
        return ()
    each = ", ".join(f"{n} utterances {often} times" for often, n in times.items())
    return (
        f"{len(folds)} overlapping folds test {each}, each time with another model: figures count every prediction; "
        "the interval draws whole speakers, each with all of theirs.",
    )


def check_tested_once(section: Protocol, *, corpus: str, command: str) -> None:
    """Raise UserError where folds overlap, for what needs one prediction of each utterance."""
    if may_repeat(section):
        raise UserError(
            f"{command}: expected folds that test every utterance once, but {protocol_kind(section)} tests each in "
            "several folds; their mean would be the prediction of an ensemble. Choose another kind under "
            f"corpus.{corpus}.speaker_independent in params.yaml, such as loso."
        )


def protocol_kind(section: Protocol) -> str:
    """What a result calls the protocol of this section of params.yaml."""
    if isinstance(section, EmoboxFolds):
        return "emobox_folds"
    return "speaker_dependent" if isinstance(section, SpeakerDependent) else section.kind


def balanced(folds: tuple[Fold, ...], labels: Labels, settings: BalanceParams | None, *, seed: int) -> tuple[Fold, ...]:
    """The same folds, the classes of their training parts equally large if that is set; no other part changes."""
    if settings is None or settings.training is None:
        return folds
    parts = balanced_training_parts(folds, labels, method=settings.training, seed=seed)
    return tuple(replace(fold, train=tuple(part)) for fold, part in zip(folds, parts, strict=True))


def protocol_section(params: Params, corpus: str, protocol: str) -> Protocol:
    """The section of params.yaml for a protocol of this corpus.

    Raises:
        ParamsError: nothing
    """
    if protocol == "speaker_dependent":
        return params.speaker_dependent
    return own_folds(params, corpus, protocol)
