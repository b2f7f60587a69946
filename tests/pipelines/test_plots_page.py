"""The page of `dvc plots show`: it draws by itself, and asks no other machine for anything."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from dvc_render.html import render_html
from dvc_render.vega import VegaRenderer

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / ".dvc/plots/page.html"
ANSWERS = [("joy", "joy")] * 3 + [("joy", "anger")] + [("anger", "anger")] * 2
STUB = """
const drawn = {};
globalThis.document = { querySelector: (id) => ({ set innerHTML(what) { drawn[id] = what; } }) };
%s
%s
console.log(Object.values(drawn).join("\\n"));
"""


def rendered(tmp_path: Path) -> str:
    """The page as DVC fills it: a confusion matrix and recalls."""
    confusion = [{"actual": actual, "predicted": predicted, "rev": "workspace"} for actual, predicted in ANSWERS]
    recall = [
        {"emotion": name, "recall": str(value), "rev": "workspace"} for name, value in (("joy", 0.75), ("anger", 1))
    ]
    plots = [
        VegaRenderer(confusion, "confusion", template="confusion_normalized", x="actual", y="predicted"),
        VegaRenderer(recall, "recall", template="bar_horizontal_sorted", x="recall", y="emotion"),
    ]
    render_html(plots, tmp_path / "index.html", html_template=str(PAGE))
    return (tmp_path / "index.html").read_text(encoding="utf-8")


def test_dvc_is_told_of_it_and_it_loads_nothing(tmp_path):
    config = configparser.ConfigParser()
    config.read(PROJECT / ".dvc/config")
    assert PROJECT / ".dvc" / config["plots"]["html_template"] == PAGE
    page = rendered(tmp_path)
    assert page.count("vegaEmbed('#") == 2
    assert not re.findall(r"""(?:src|href)\s*=|@import|fetch\(|url\(""", page)
    assert {*re.findall(r"https?://[^\s\"]+", page)} == {"https://vega.github.io/schema/vega-lite/v5.json"}


@pytest.mark.skipif(shutil.which("node") is None, reason="runs the page's script in Node")
def test_it_draws_the_counts_and_the_recalls(tmp_path):
    own, *calls = re.findall(r"<script[^>]*>(.*?)</script>", rendered(tmp_path), flags=re.DOTALL)
    script = tmp_path / "page.js"
    script.write_text(STUB % (own, "\n".join(f"{{{call.replace('var spec', 'const spec')}}}" for call in calls)))
    drawn = subprocess.run(["node", script], capture_output=True, text=True, check=True, timeout=60).stdout
    cells = {title: (count, share) for title, count, share in re.findall(r"<title>(.*?): (\d+), (\d+) %", drawn)}
    assert cells == {
        "actual anger, predicted anger": ("2", "67"),  # two of the three that were taken for anger
        "actual joy, predicted anger": ("1", "33"),
        "actual anger, predicted joy": ("0", "0"),
        "actual joy, predicted joy": ("3", "100"),
    }
    heights = {value: int(y) for y, value in re.findall(r'y="(\d+)" class="">([\d.]+)</text>', drawn)}
    assert heights["1.000"] < heights["0.750"], "the largest on top"
