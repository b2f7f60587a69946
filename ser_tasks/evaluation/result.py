"""results/<corpus>/<protocol>/<model>.json: one evaluation in figures, small enough for git."""

import difflib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError

ABSENT = "–"
EACH_SEED = "seeds"  # column: the UAR of each
SHARED_SPEAKERS = "Not speaker-independent:"  # begins the warning of a result whose training part has test speakers


def write_result(result: Mapping[str, Any], path: Path) -> None:
    """Write the figures, in the order given."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_results(folder: Path, *, required: bool = True) -> list[dict[str, Any]]:
    """Every result of classes below a folder, by corpus, protocol and model.

    Args:
        folder: results/
        required: whether there must be one

    Raises:
        UserError: there is none, or a file is not a result
    """
    files = sorted(folder.glob("*/*/*.json"))
    if not files and required:
        raise UserError(f"{folder}: no result yet. Run from the project's folder, or make one: make repro")
    return [read_result(file) for file in files]


def check_has_results(names: Sequence[str], there: Collection[str], folder: Path) -> None:
    """Raise UserError for a corpus that is none of those that have results below a folder."""
    for name in names:
        if name not in there:
            near = difflib.get_close_matches(name, there, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise UserError(
                f"{folder}/{name}: no result.{hint} There are results of {', '.join(sorted(there))}. Of a corpus that "
                f"ser corpora lists, make some: ser evaluate {name} MODEL"
            )


def read_result(file: Path) -> dict[str, Any]:
    """One result.

    Raises:
        UserError: the file is not one
    """
    return read_json_result(file, "uar")


def read_json_result(file: Path, *figures: str) -> dict[str, Any]:
    """One file of results/, which states these figures.

    Raises:
        UserError: the file is not one
    """
    try:
        result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        _ = [result[key] for key in (*figures, "protocol", "model")]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UserError(f"{file}: not a result ({error}). Restore it: git checkout {file}, or dvc repro.") from error
    return result


def results_table(results: list[dict[str, Any]]) -> list[dict[str, str]]:
    """One row for each corpus and model: the speaker-independent result, and beside it the speaker-dependent one.

    On EmoBox's folds a model has a row of its own. Where any has several seeds, a column states the UAR of each.
    """
    rows: dict[tuple[str, str, str, bool], dict[str, str]] = {}
    for result in results:
        key = (result["corpus"], result["preset"], result["model"], result["protocol"] == "emobox")
        row = rows.setdefault(key, _row_head(result))
        if result["protocol"] == "speaker_dependent":
            row["speaker-dependent"] = percent(result["uar"])
        else:
            row["protocol"] = result["protocol_kind"]
            row["UAR [95 %]"] = with_interval(result)
            row["fold mean ± sd"] = f"{percent(result['uar_fold_mean'])} ± {percent(result['uar_fold_sd'])}"
            row["WA"], row["F1"] = percent(result["accuracy"]), percent(result["macro_f1"])
            row[EACH_SEED] = each_seed(result)
    several = any(row[EACH_SEED] != ABSENT for row in rows.values())
    columns = [column for column in next(iter(rows.values()), ()) if several or column != EACH_SEED]
    return [{column: rows[key][column] for column in columns} for key in sorted(rows)]


def each_seed(result: Mapping[str, Any]) -> str:
    """80.9, 81.4, 82.0: UAR of each seed of a result that has several."""
    uars = result.get("uar_seeds", ())
    return ", ".join(map(percent, uars)) if len(uars) > 1 else ABSENT


def fold_means(result: Mapping[str, Any]) -> dict[str, float]:
    """UAR ("UA"), accuracy ("WA") and macro F1 as means over the folds, as EmoBox reports them."""
    folds = result["folds"]
    return {name: sum(fold[name] for fold in folds) / len(folds) for name in ("uar", "accuracy", "macro_f1")}


def _row_head(result: Mapping[str, Any]) -> dict[str, str]:
    corpus = result["corpus"] + (" (synthetic)" if result["corpus_kind"] == "synthetic" else "")
    columns = ["protocol", "UAR [95 %]", EACH_SEED, "fold mean ± sd", "WA", "F1", "speaker-dependent"]
    return {
        "corpus": corpus,
        "classes": str(len(result["classes"])),
        "model": _model(result),
    } | dict.fromkeys(columns, ABSENT)


def _model(result: Mapping[str, Any]) -> str:
    """Name of the model; a result across corpora is called after its entry in params.yaml, or its arguments."""
    if "recogniser" not in result:
        return str(result["model"])
    return f"{result['recogniser']} (corpus norm)" if result["corpus_norm"] else str(result["recogniser"])


def percent(share: float) -> str:
    """0.6127 -> 61.3."""
    return f"{100 * share:.1f}"


def with_interval(result: Mapping[str, Any]) -> str:
    """61.3 [57.0, 65.2]."""
    return f"{percent(result['uar'])} [{percent(result['uar_low'])}, {percent(result['uar_high'])}]"


def kl_with_interval(own: Mapping[str, Any]) -> str:
    """0.494 [0.404, 0.584]; of one speaker alone without ends."""
    return f"{own['kl']:.3f} {nats(own['kl_low'], own['kl_high'])}"


def of_fewer(own: Mapping[str, Any], tested: int) -> str:
    """What to add, (of 6 utterances), where the KL from the votes is of fewer than were tested."""
    return f" (of {own['kl_utterances']} utterances)" if own["kl_utterances"] < tested else ""


def nats(low: float | None, high: float | None, sign: str = "") -> str:
    """[0.404, 0.584]; [–, –] where there is no interval."""
    return f"[{', '.join('–' if end is None else f'{end:{sign}.3f}' for end in (low, high))}]"


def markdown(rows: list[dict[str, str]]) -> str:
    """The rows as a Markdown table."""
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *[list(row.values()) for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
