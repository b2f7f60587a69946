"""What an evaluation across corpora consists of, before any of it is computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from pipelines import paths
from pipelines.evaluations.run_tags import digest_of, features_of
from pipelines.known_corpora import CORPORA
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.cross_corpus import Joined, cross_fold, join_corpora
from ser_tasks.evaluation.fold import CrossRequest
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.feature_table import common_dimensions
from ser_tasks.models import MODELS
from ser_tasks.params import CrossParams, Params
from ser_tasks.text.transcripts import OF_WORDS


@dataclass(frozen=True)
class CrossEvaluation:
    """One model across corpora, before any of it is computed."""

    name: str
    section: CrossParams
    params: Params
    joined: Joined
    labels: Labels
    fold: Fold
    requests: tuple[CrossRequest, ...]  # one for each seed

    @property
    def corpora(self) -> tuple[str, ...]:
        """Those learnt from, and the tested one as the last."""
        return (*self.section.train, self.section.test)


def plan_cross(name: str, section: CrossParams, params: Params) -> CrossEvaluation:
    """Shared classes, the fold, its audit, and a request for each seed.

    Raises:
        UserError: a corpus without utterances or features here, or features of other settings than another's
        LeakError: corpora that hold the same recording
    """
    corpora, model = (*section.train, section.test), MODELS[section.model]
    params = _as_long_as(section, params)
    presets = {corpus: section.presets.get(corpus, params.corpus[corpus].preset) for corpus in corpora}
    maps = {corpus: CORPORA[corpus].presets[preset] for corpus, preset in presets.items()}
    joined = join_corpora({corpus: _utterances(corpus) for corpus in corpora}, maps)
    fold = cross_fold(joined.utterances, test=section.test)
    audit_folds(joined.utterances, [fold], straddling=frozenset())
    found = {corpus: features_of(corpus, model.feature_set) for corpus in corpora}
    sources = tuple((corpus, where) for corpus, (where, _) in found.items())
    if model.feature_set not in OF_WORDS:
        refuse_unlike(dict(sources))
    heard = joined.heard if section.corpus_norm else ()
    digest = digest_of({corpus: digest for corpus, (_, digest) in found.items()} | {"heard": repr(heard)})
    labels, first = Labels.of(joined.utterances), params.evaluation.seed
    request = partial(
        CrossRequest,
        *(fold, labels, sources[-1][1], digest, section.model, params),
        work=paths.WORK.resolve(),
        adopted=paths.OUTCOMES.resolve(),
        sources=sources,
        heard=heard,
    )
    requests = tuple(request(seed=seed) for seed in range(first, first + model.seeds(params)))
    return CrossEvaluation(name, section, params, joined, labels, fold, requests)


def _utterances(corpus: str) -> pd.DataFrame:
    table = paths.utterances(corpus)
    if not table.exists():
        raise UserError(
            f"{table}: no such table. Get the corpus (ser fetch {corpus}), name it under corpora: and "
            "sound_corpora: in params.yaml, and run dvc repro."
        )
    return read_utterances(table)


def _as_long_as(section: CrossParams, params: Params) -> Params:
    """Every network trained for as many epochs as all training corpora say, the largest of them; if all do."""
    epochs = {corpus: params.corpus[corpus].epochs for corpus in section.train}
    said = {corpus: n for corpus, n in epochs.items() if n is not None}
    return params.for_corpus(max(said, key=said.__getitem__)) if len(said) == len(epochs) else params


def refuse_unlike(sources: Mapping[str, Path]) -> None:
    """Stop unless the features of all corpora were made alike.

    Args:
        sources: corpus -> folder of the feature set
    """
    for folder in sources.values():
        common_dimensions(folder, sorted(folder.glob("*.parquet")))
    *_, last = sources.values()
    try:
        common_dimensions(last, [path for folder in sources.values() for path in sorted(folder.glob("*.parquet"))])
    except UserError as error:
        raise UserError(
            f"{', '.join(map(str, sources.values()))}: these features come from different settings or versions of the "
            f"code. Run the stage features of {', '.join(sources)} again."
        ) from error
