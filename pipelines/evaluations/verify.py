"""`ser verify`: do today's data, params, code and libraries match the provenance of a result, and do its posteriors?

Level 1 trains nothing. Level 2 computes the row afresh and compares every figure and every posterior.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipelines import paths
from pipelines.display.verify import show_summary, show_verdict
from pipelines.evaluations.cross_corpus import plan_cross
from pipelines.evaluations.dimensions import DimensionEvaluation, plan_dimensions, ratings_of
from pipelines.evaluations.plan import labelled_corpus
from pipelines.evaluations.provenance import (
    ALL,
    Origin,
    as_values,
    cross_origin,
    dimension_ensemble_origin,
    dimension_origin,
    ensemble_origin,
    evaluation_origin,
)
from pipelines.evaluations.recompute import recompute
from pipelines.evaluations.status import Verdict
from pipelines.evaluations.verify_rows import Recorded, recorded_rows
from pipelines.settings import project_params
from ser_tasks.errors import UserError
from ser_tasks.evaluation.cross_corpus import corpus_of, own_name
from ser_tasks.evaluation.dimensions.scoring import score_dimensions
from ser_tasks.evaluation.reproduction import compare_predictions, compare_results
from ser_tasks.evaluation.scoring import Labels, score
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.ensembles.members import KEYS
from ser_tasks.params import Params, VerifyParams
from ser_tasks.provenance.content_digest import table_digest, value_digest
from ser_tasks.provenance.near_digest import TOLERANCE, distance
from ser_tasks.provenance.versions import installed_version
from ser_tasks.text.transcripts import RECOGNISED

EXACT = VerifyParams(figures=0, folds=0, posteriors=0)
AS_STATED = VerifyParams(figures=1e-4, folds=1e-4, posteriors=0)  # the last digit of a result: rounding may tip it


def verify(names: Sequence[str], *, again: bool, exact: bool, strict: bool) -> bool:
    """Every row that is named, one after the other, and a summary; whether all is well.

    Args:
        names: CORPUS/PROTOCOL/MODEL, or a beginning of it; none: all
        again: compute each row afresh, too
        exact: no tolerance: a difference in the last bits is one
        strict: a row that cannot be checked in full counts as one that fails

    Raises:
        UserError: no such result
    """
    params, verdicts, version_of = project_params(), [], cache(installed_version)  # rows ask for the same libraries
    for row in recorded_rows(names):
        verdict = look(row, params, version_of, exact=exact)
        if again:
            look_again(verdict, params, tolerances=EXACT if exact else params.verify)
        show_verdict(verdict)
        verdicts.append(verdict)
    show_summary(verdicts, strict=strict)
    return not any(verdict.failed or (strict and verdict.unchecked) for verdict in verdicts)


def look(
    row: Recorded,
    params: Params,
    version_of: Callable[[str], str | None] = installed_version,
    *,
    exact: bool = False,
) -> Verdict:
    """Level 1: what is recorded against what is here; the figures, against the posteriors that are here.

    Args:
        row: what to look at
        params: of today
        version_of: the version of a library that is installed
        exact: posteriors must be those recorded to the last bit; else as near as another processor makes them
    """
    verdict = Verdict(row)
    recorded, content = row.provenance, {key: value for key, value in row.result.items() if key != "provenance"}
    if recorded and recorded["outputs"].get("result") != value_digest(content):
        verdict.differs.append(f"{row.file}: edited since it was written")
    libraries = {
        name: was for name, was in row.result["versions"].items() if name != "python"
    }  # until 1.1 it was there
    for name, was in libraries.items():
        if (now := version_of(name) or "gone") != was:
            verdict.libraries.append(f"library {name}: was {was}, is {now}")
    if absent := _absent(row):
        verdict.unchecked.append(f"not here: {', '.join(map(str, absent))}")
    else:
        try:
            if recorded:
                _compare_posteriors(verdict, recorded["outputs"], exact=exact)
                _compare_origins(verdict, recorded, as_values(todays_origin(row, params)))
            _check_answers(verdict, params)
        except UserError as error:
            verdict.differs.append(f"it cannot be planned today: {error}")
    if not recorded:
        verdict.unchecked.append("no provenance: made before it was recorded; evaluate it again, or --recompute")
    return verdict


def _absent(row: Recorded) -> list[Path]:
    """Tables and features that a row was made from and that are not on this machine."""
    result = row.result
    places_of: list[Path] = []
    for corpus in (*result.get("train", ()), result["corpus"]):
        places_of.append(paths.utterances(corpus))
        for name in feature_sets(result["feature_set"]):
            if name == RECOGNISED:
                places_of.append(paths.heard(corpus))
            elif name in FEATURE_SETS:
                places_of.append(paths.features(corpus, name))
    return [path for path in places_of if not path.exists()]


def todays_origin(row: Recorded, params: Params) -> Origin:
    """What the row would be made from today.

    Raises:
        UserError: something of it is not here
    """
    result = row.result
    if row.kind == "cross":
        return cross_origin(plan_cross(result["model"], row.cross_section(params), params))
    if row.kind == "ensemble":
        return ensemble_origin(result["model"], row.ensemble_section(params), params)
    corpus = result["corpus"]
    if row.kind == "dimension_ensemble":
        return dimension_ensemble_origin(result["model"], row.ensemble_section(params), ratings_of(corpus)[0], params)
    if row.kind == "dimensions":
        return dimension_origin(_planned_dimensions(row, params))
    return evaluation_origin(row.planned(params))


def _compare_origins(verdict: Verdict, was: dict[str, dict[str, str]], now: dict[str, dict[str, str]]) -> None:
    """Every line of both; a lock file that changed without another version of a numeric library is worth a note.

    Of the code, the line of all of it decides: where that agrees, definitions have moved or have other names.
    """
    same_code = was["code"].get(ALL) == now["code"][ALL]
    for kind in ("data", "params", *(() if same_code else ("code",))):
        for name in sorted(was[kind].keys() | now[kind].keys()):
            old, new = was[kind].get(name), now[kind].get(name)
            if new == "none":
                verdict.unchecked.append(f"{kind} {name}: not here")
            elif old != new and verdict.close is not None and kind == "data" and _made_of_numbers(name):
                verdict.notes.append(f"data {name}: not to the last bit; the posteriors made of them are near enough")
            elif old != new:
                verdict.differs.append(f"{kind} {name}: {_change(kind, old, new)}")
    if was["lock"] != now["lock"]:
        verdict.notes.append("requirements.lock pins other versions; a library that figures depend on would be named")


def _made_of_numbers(name: str) -> bool:
    """Of a line of `data`: whether another processor has other last bits in what it is the digest of."""
    return name.endswith(" values") or name.startswith("predictions of ")


def _compare_posteriors(verdict: Verdict, recorded: Mapping[str, str], *, exact: bool) -> None:
    """Those that lie here against the recorded ones: equal, near, or others."""
    row = verdict.row
    if row.predictions is None or recorded.get("predictions") == table_digest(row.predictions):
        return
    far = distance(recorded, row.predictions)
    if far is not None and far <= TOLERANCE and not exact:
        verdict.close = far
        return
    verdict.differs.append(f"{row.predictions_file}: other posteriors than recorded{_how_far(far)}")


def _how_far(far: float | None) -> str:
    """In words: last bits, more than that, or other classes."""
    if far is None:
        return ", and the row does not record how far they may be off; --recompute tells"
    if far == float("inf"):
        return ": other classes are the likeliest"
    return f": they differ by {far:.2g} in the root mean square"


def _change(kind: str, old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "new" if old is None else "gone"
    return f"was {old}, is {new}" if kind == "params" else "changed"


def _check_answers(verdict: Verdict, params: Params) -> None:
    """The predictions that lie here: those that were recorded, and do they give the figures?"""
    row = verdict.row
    if row.predictions is None:
        verdict.unchecked.append(f"not here: {row.predictions_file}")
        return
    if row.rated:
        _check_dimensions(verdict, params)
        return
    labels = _labels(row, params)
    classes, columns = set(labels.emotions), set(row.predictions.columns)
    strange = set(row.predictions.get("utterance_id", ())) - set(labels.utterance_ids)
    if strange or not classes | {*KEYS} <= columns or classes != set(row.result["classes"]):
        verdict.differs.append(f"{row.predictions_file}: about other utterances or classes than {row.name} has today")
        return
    figures, _ = score(row.predictions, labels, params.evaluation)
    _compare_figures(verdict, figures, len(row.predictions))


def _planned_dimensions(row: Recorded, params: Params) -> DimensionEvaluation:
    """What the row would be made of today.

    Raises:
        UserError: no table has its model any more
    """
    corpus, protocol, model = (row.result[key] for key in ("corpus", "protocol", "model"))
    if model not in DIMENSION_MODELS:
        raise UserError(f"the table of models of dimensions has no {model!r}")
    return plan_dimensions(corpus, protocol, model, params)


def _check_dimensions(verdict: Verdict, params: Params) -> None:
    """The same of valence, activation and dominance."""
    row, predictions = verdict.row, verdict.row.predictions
    ratings, _ = ratings_of(row.result["corpus"])
    strange = (
        set(predictions.get("utterance_id", ())) - set(ratings.utterance_ids) if predictions is not None else set()
    )
    if predictions is None or strange or not set(ratings.dimensions) <= set(predictions.columns):
        verdict.differs.append(
            f"{row.predictions_file}: about other utterances or dimensions than {row.name} has today"
        )
        return
    _compare_figures(verdict, score_dimensions(predictions, ratings, params.evaluation), len(predictions))


def _compare_figures(verdict: Verdict, figures: Mapping[str, Any], answers: int) -> None:
    allowed = EXACT if verdict.close is None else AS_STATED
    wrong = compare_results(verdict.row.result, figures, allowed).beyond
    verdict.differs += [f"figure {line} from its predictions" for line in wrong]
    verdict.answers = answers


def _labels(row: Recorded, params: Params) -> Labels:
    """Of the corpus that was tested."""
    result = row.result
    if row.kind != "cross":
        return Labels.of(labelled_corpus(result["corpus"], params).utterances)
    joined = plan_cross(result["model"], row.cross_section(params), params).joined.utterances
    own = joined[joined.utterance_id.map(corpus_of) == result["corpus"]]
    return Labels.of(own.assign(utterance_id=own.utterance_id.map(own_name)))


def look_again(verdict: Verdict, params: Params, *, tolerances: VerifyParams) -> None:
    """Level 2: the row computed afresh, held against what is recorded."""
    row = verdict.row
    try:
        result, predictions = recompute(row, params)
    except (UserError, FileNotFoundError) as error:
        verdict.unchecked.append(f"cannot be computed again: {error}")
        return
    found = compare_results(row.result, result, tolerances)
    if row.predictions is not None:
        answers = compare_predictions(row.predictions, predictions, tolerances.posteriors)
        found.largest |= answers.largest
        found.beyond += answers.beyond
    elif row.provenance and row.provenance["outputs"].get("predictions") != table_digest(predictions):
        verdict.notes.append("posteriors are not equal to the last bit, and the recorded ones are not here to compare")
        found.largest["posteriors"] = found.largest.get("posteriors") or float("nan")
    verdict.again, verdict.tolerances = found, tolerances
