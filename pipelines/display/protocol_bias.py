"""`ser protocol-bias` on the terminal: a table, and what it shows in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.display.tables import CONSOLE, percent_points, show_rows
from ser_tasks.evaluation.protocol_bias.protocols import REFERENCE
from ser_tasks.evaluation.protocol_bias.shared import SHARED, SHARES
from ser_tasks.evaluation.result import percent, with_interval

COLUMNS = dict(zip(SHARED, ("voice", "sentence", "both", "take", "copy"), strict=True))


def show_protocol_bias(result: Mapping[str, Any]) -> None:
    """Print the table of protocols, the sentences, and the warnings."""
    known = f"{result['sentences']} sentences, " if result["sentences"] else ""
    CONSOLE.print(
        f"\n[bold]{result['corpus']} · {result['model']}[/]  one model, {len(result['protocols'])} protocols\n"
        f"  {result['utterances']} utterances, {result['speakers']} speakers, {known}{len(result['classes'])} classes"
    )
    show_rows([_row(figures) for figures in result["protocols"]], title="")
    CONSOLE.print(
        "voice to copy: % of test utterances of which the training part holds the voice, the sentence, that voice\n"
        "with that sentence, another take of it, an identical recording. UAR in % [95 % over speakers]; above: points\n"
        "more than the row marked *, on the same utterances.\n"
    )
    for line in in_words(result):
        CONSOLE.print(f"  {line}")
    for name, reason in result["left_out"].items():
        CONSOLE.print(f"  [dim]No row {name}: {reason.rstrip('.')}.[/]")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")


def _row(figures: Mapping[str, Any]) -> dict[str, str]:
    above = figures["against_honest"]
    return {
        "protocol": ("* " if figures["protocol"] == REFERENCE else "  ") + figures["title"],
        "folds": str(figures["folds"]),
        "train": f"{figures['train_utterances']:.0f}",
        **{title: _share(figures, kind) for kind, title in COLUMNS.items()},
        "UAR": with_interval(figures),
        "above": "" if above is None else f"{percent_points(above['uar_difference'])} {_spread(above)}",
    }


def _share(figures: Mapping[str, Any], kind: str) -> str:
    count = figures["shared"][kind]
    return "–" if count is None else f"{100 * count / figures['test_utterances']:.0f}"


def _spread(test: Mapping[str, float]) -> str:
    return f"[{percent_points(test['low'])}, {percent_points(test['high'])}]"


def in_words(result: Mapping[str, Any]) -> list[str]:
    """What the figures show, as sentences."""
    rows = {figures["protocol"]: figures for figures in result["protocols"]}
    sentences = []
    if "random" in rows and rows["random"]["against_honest"]:
        sentences.append(_gap(rows["random"], rows[REFERENCE], result["speakers"]))
    sentences += _of_what(result["equal_training"], result["speakers"])
    return sentences + _chosen(result["chosen_on_test"])


def _gap(biased: Mapping[str, Any], own: Mapping[str, Any], speakers: int) -> str:
    test = biased["against_honest"]
    return (
        f"Random folds give UAR {percent(biased['uar'])}, {own['title']} gives {percent(own['uar'])}: "
        f"{_points(test, speakers)}."
    )


def _points(test: Mapping[str, float], speakers: int) -> str:
    """+6.8 points [2.1, 11.5]; and whether that is more than chance."""
    known = "" if test["low"] > 0 or test["high"] < 0 else f" ({speakers} speakers: not distinguishable from 0)"
    return f"{percent_points(test['uar_difference'])} points {_spread(test)}{known}"


def _of_what(equal: Sequence[Mapping[str, Any]], speakers: int) -> list[str]:
    """The voice and the sentence apart from each other."""
    if not equal:
        return []
    rows = {figures["shares"]: figures for figures in equal}
    strict = rows["neither"]
    lines = [
        f"Why: the same {strict['folds']} test parts, always trained on {strict['train_utterances']:.0f} utterances. "
        "Training may share with the test part",
        f"  {SHARES['neither']:<28}{percent(strict['uar'])}",
    ]
    for name, figures in list(rows.items())[1:]:
        lines.append(
            f"  {SHARES[name]:<28}{percent(figures['uar'])}  {_points(figures['against']['neither'], speakers)}"
        )
    both = rows["both"]["against"]
    return [
        *lines,
        f"  With the sentence shared anyway, the voice adds {_points(both['sentence'], speakers)};",
        f"  with the voice shared anyway, the sentence adds {_points(both['speaker'], speakers)}.",
    ]


def _chosen(chosen: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line, for a model that has something to choose."""
    if not chosen:
        return []
    listed = ", ".join(f"{value:g}" for value in chosen[0]["c"])
    found = [
        f"{figures['title']} {percent(figures['uar'])} "
        f"({percent_points(figures['against_training']['uar_difference'])} points)"
        for figures in chosen
    ]
    return [f"C (of {listed}) chosen on each fold's own test part, not to be reported: {', '.join(found)}."]
