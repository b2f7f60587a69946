"""What `ser score` scores on: a corpus under a label map, or its ratings, or a table of recordings with labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines import paths
from pipelines.commands.arguments import check_name
from pipelines.commands.import_corpus import options_of
from pipelines.display.predictions import STDERR
from pipelines.known_corpora import CORPORA
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.training_record import MARK
from ser_tasks.corpora.corpus import Corpus
from ser_tasks.corpora.imported import SPEAKERLESS
from ser_tasks.corpora.importing.options import NONE, SCALES
from ser_tasks.corpora.importing.plan import Import, plan_import
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.labels import Labelled, apply_preset
from ser_tasks.corpora.manifest import check_sizes, map_files, read_manifest
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.params import Params

NO_SOUND = "without a recording"
FOREIGN = ("--votes", "--times", "--encoding", "--table", "--pattern", "--unpack")  # options of `ser import` alone
HOW_THEN = "An option that `ser score` does not have: import the table with it (ser import), and score on the corpus."


@dataclass(frozen=True)
class LabelledSet:
    """Recordings with labels, before any of them is predicted.

    Attributes:
        name: of the corpus, or path of the table
        corpus: its name; None: a table
        utterances: columns utterance_id, path, start, end, channel, speaker, sha256 (of the whole file's sound; of a
            table: None, where it cannot be read), and emotion (a class), or valence, activation and dominance
        root: folder that the paths begin at
        dropped: what was left out already: reason -> utterances
        about: preset, kind and language, as far as they are known
        speakers_known: False: every recording stands as a speaker of its own
        notes: what a reader must know of the labels
    """

    name: str
    corpus: str | None
    utterances: pd.DataFrame
    root: Path
    dropped: Counter[str]
    about: Mapping[str, str | None]
    speakers_known: bool
    notes: tuple[str, ...] = ()

    def named_speakers(self) -> Iterator[str]:
        """CORPUS/SPEAKER each; those of a table as they stand in it."""
        own = self.utterances.speaker if self.speakers_known else ()
        prefix = "" if self.corpus is None else self.corpus + MARK
        return (prefix + speaker for speaker in own)


def labelled_corpus(name: str, preset: str | None, params: Params) -> LabelledSet:
    """The utterances of a corpus that is on this machine.

    Args:
        name: of the corpus
        preset: of its label maps; None: the one that params.yaml has, or its first one
        params: of the project

    Raises:
        UserError: an unknown name, or a corpus whose recordings are not here, or are not those of its manifest
    """
    corpus = _corpus(name, hint="Or score on a table of recordings: --table FILE.")
    preset = preset or (params.corpus[name].preset if name in params.corpus else next(iter(corpus.presets)))
    check_name(f"--preset of {name}:", preset, corpus.presets, hint="Name one of them.")
    return _heard(corpus, apply_preset(_utterances(corpus), corpus.presets[preset]), preset)


def rated_corpus(name: str) -> LabelledSet:
    """The rated utterances of a corpus that is on this machine, whatever their class.

    Raises:
        UserError: an unknown name, no ratings, or a corpus whose recordings are not here, or are not its manifest's
    """
    corpus = _corpus(name, hint="Ratings are scored on a corpus; `ser import` makes one of a table.")
    return _heard(corpus, rated_utterances(_utterances(corpus), name)[0], None)


def _corpus(name: str, *, hint: str) -> Corpus:
    check_name("CORPUS", name, list(CORPORA), hint=hint)
    return CORPORA[name]


def _heard(corpus: Corpus, labelled: Labelled, preset: str | None) -> LabelledSet:
    """Those utterances that have a recording."""
    silent = labelled.utterances.path.isna()
    dropped = Counter(labelled.dropped) + Counter({NO_SOUND: int(silent.sum())})
    about = {"preset": preset, "kind": corpus.kind, "language": corpus.language}
    kept, name = labelled.utterances[~silent].reset_index(drop=True), corpus.name
    if kept.empty:
        raise UserError(f"{name}: none of its utterances has a recording here, and a bundle predicts from sound.")
    return LabelledSet(name, name, kept, paths.corpus_root(name), dropped, about, corpus.speakers_known)


def _utterances(corpus: Corpus) -> pd.DataFrame:
    """The utterance table, if the stage has made it; else the same, read now."""
    root, manifest = paths.corpus_root(corpus.name), paths.manifest(corpus.name)
    if not root.is_dir() or not manifest.is_file():
        raise UserError(
            f"{root}: {corpus.name} is not on this machine (or {manifest} is not). To get it: {corpus.how_to_get}."
        )
    check_sizes(root, read_manifest(manifest))
    if paths.utterances(corpus.name).is_file():
        return read_utterances(paths.utterances(corpus.name))
    with STDERR.status(f"decoding {root}"):
        return read_corpus(corpus, root, manifest)


def labelled_table(table: Path, options: dict[str, object]) -> LabelledSet:
    """The rows of a table that `ser import` can read.

    Args:
        table: of paths and labels, and speakers if they are known
        options: of `ser import`, by name: audio, column, label, speakers, drop

    Raises:
        UserError: what the table leaves open, all of it
    """
    given = options_of(str(table), options)
    given = given.model_copy(update={"column": dict.fromkeys(SCALES, NONE) | given.column})  # no rating is scored here
    try:
        plan = plan_import("table", given)
    except SourceError as error:
        raise SourceError(f"{error} {HOW_THEN}" if _is_foreign(str(error)) else str(error)) from error
    if problems := [problem for problem in plan.problems if problem not in plan.chosen.problems]:
        text = "\n".join(problems)
        raise SourceError(f"{table}: {text}\n{HOW_THEN}" if _is_foreign(text) else f"{table}: {text}")
    return _of_plan(table, plan)


def _is_foreign(text: str) -> bool:
    return any(f"{option} " in text for option in FOREIGN)


def _of_plan(table: Path, plan: Import) -> LabelledSet:
    classes = plan.table.emotion.map(plan.labels.classes)
    dropped = plan.dropped + Counter(f"label {label}" for label in plan.table.emotion[classes.isna()])
    rows = plan.table.assign(emotion=classes)[classes.notna()].reset_index(drop=True)
    known = plan.given.speakers != "unknown" and bool(rows.speaker.notna().all())
    if plan.sounds is None:
        raise SourceError(
            f"{table}: --audio none, but recordings are scored. Say where they are: --audio DIR. To score words alone, "
            "import the table (ser import), and name the corpus."
        )
    digests = _digests(plan.sounds, sorted(set(rows.path)))
    rows = rows.assign(
        start=rows.start.astype(float),
        end=rows.end.astype(float),
        channel=rows.get("channel"),
        speaker=rows.speaker if known else SPEAKERLESS + rows.utterance_id,
        sha256=rows.path.map(digests),
    )
    about = {"preset": None, "kind": None, "language": plan.description.language}
    return LabelledSet(str(table), None, rows, plan.sounds, dropped, about, known, plan.notes)


def _digests(root: Path, files: list[str]) -> dict[str, str | None]:
    """Of the sound of each file; None: it cannot be read, which is reported when its turn comes."""

    def digest(path: str) -> str | None:
        try:
            return read_recording(root / path).sha256
        except (UserError, OSError):
            return None

    with STDERR.status(f"digests of {len(files)} recordings"):
        return dict(zip(files, map_files(digest, files), strict=True))
