"""The file that `ser compare --to` writes, read as a browser and a screen reader do."""

import hashlib
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from pipelines import paths
from pipelines.commands.compare import compare
from pipelines.report import gather
from pipelines.report.sections.curves import curves
from pipelines.report.sections.robustness import robustness
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.comparison.rows import comparisons
from ser_tasks.evaluation.result import percent, with_interval
from tests.evaluation.comparison.made import rows
from tests.pipelines.report.project import KNOWN, MODELS, fill

PROJECT = Path(__file__).parents[3]
VOID = {"meta", "link", "br", "input", "img", "hr"}


class Page(HTMLParser):
    """Its elements with their attributes, the rows of its tables as text, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"th", "td"} & set(self.open):
            self.rows[-1][-1] += data

    def row(self, name: str, *, cells: int) -> list[str]:
        """The first row of a table of so many columns that this name begins."""
        return next(found for row in self.rows if len(row) == cells and (found := [c.strip() for c in row])[0] == name)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The results, and the report of them."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "params.yaml", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        results = fill()
        compare(["demo"], to=Path("report.html"), audio=None)
        yield results, (folder / "report.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def page(made) -> Page:
    return Page(made[1])


def test_nothing_is_fetched_from_anywhere(page):
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "data:").startswith(("data:", "#")), (tag, attributes)


def test_style_and_script_fetch_nothing_either(made):
    for words in ("@import", "url(", "fetch(", "XMLHttp", "http:", "https:"):
        assert words not in made[1]


def test_every_element_is_closed_and_no_id_occurs_twice(page):
    assert page.open == []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids)) > 10
    assert {a["href"][1:] for t, a in page.elements if t == "a" and a["href"].startswith("#")} <= set(ids)


def test_every_figure_of_every_model_is_that_of_its_result(made, page):
    for model in MODELS:
        result = made[0]["speaker_independent", model]
        row = page.row(model, cells=11)
        assert row[3] == with_interval(result)
        assert row[4] == f"{percent(result['uar_fold_mean'])} ± {percent(result['uar_fold_sd'])}"
        assert row[5:8] == [percent(result[key]) for key in ("accuracy", "macro_f1", "weighted_f1")]


def test_the_speaker_dependent_figure_stands_beside_the_speaker_independent_one_and_is_marked(made, page):
    assert page.row("svm", cells=11)[8] == "✕ " + percent(made[0]["speaker_dependent", "svm"]["uar"])
    assert page.row("mlp", cells=11)[8] == "–"


def test_what_is_known_of_costs_is_shown_and_what_is_not_is_a_dash(page):
    assert page.row("mlp", cells=11)[9:] == ["60 s", "5.4 MB1.3 M weights"]
    assert page.row("svm", cells=11)[9:] == ["–", "–"]


def test_the_conclusion_is_in_the_summary_and_marked_synthetic(made):
    svm = made[0]["speaker_independent", "svm"]
    assert made[1].count(f"On the demo corpus, choose svm: UAR {with_interval(svm)} %.") == 2
    assert "this says nothing about people" in made[1]
    assert "Uncertainty: ±" in made[1]


def test_confusions_are_counted_by_row(page):
    truth = [row for row in page.rows if len(row) == 3 and row[0] in {"anger", "joy"}]
    counts = [[int(cell.split("%")[1]) if "%" in cell else 0 for cell in row[1:]] for row in truth]
    assert len(counts) == 2 * len(MODELS)
    assert {sum(row) for row in counts} == {len(KNOWN.utterance_ids) // 2}


def test_what_other_commands_found_has_a_section_each(made, page):
    assert page.row("random", cells=3)[2] == "91.0 [70.0, 95.0]"
    assert "svm: 91.0 under “random”, 84.0 under “leave one speaker out”" in made[1]
    assert page.row("white noise, 0 dB SNR", cells=6)[1:] == [
        "54.0 [70.0, 95.0]",
        "−30.0",
        "[−40.0, −20.0]",
        "p < 0.001",
        "yes",
    ]
    assert page.row("gain, 6 dB", cells=6)[5] == "not shown"


def test_epochs_are_drawn_where_they_were_kept_and_missed_where_not(made):
    assert "mlp: UAR on the validation speakers, 4 epochs, mean at the end 0.70" in made[1]
    assert "Not kept for psd_cnn" in made[1]


def test_of_a_network_trained_on_votes_there_is_the_loss_alone_since_no_uar_stopped_it():
    epochs = [{"loss": 1.2 - 0.1 * i, "val_loss": 1.3, "val_uar": None, "seconds": 1.0} for i in range(4)]
    networks = [SimpleNamespace(name="mlp_votes", costs={"folds": 3 * [{"epochs": epochs}]})]
    section = curves(SimpleNamespace(rows=[*networks, SimpleNamespace(name="svm", costs={})]))
    assert "mlp_votes: loss, 4 epochs, mean at the end 0.90, mean at the end 1.30" in section.body
    assert "mlp_votes: UAR" not in section.body and "svm" not in section.body


def test_digests_are_shown_of_results_that_have_some(page):
    assert page.row("data: utterances", cells=5)[1:] == ["0123456789ab", "–", "–", "–"]
    lines = "\n".join(f"module {i}: {i}" for i in range(28))
    assert page.row("code", cells=5)[1] == "28 · " + hashlib.sha256(lines.encode()).hexdigest()[:12]


def test_tables_have_captions_and_scopes_and_pictures_words(page):
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") > 10
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th" and attributes)
    pictures = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert all(one.get("aria-label") or one.get("aria-hidden") or "x" in one for one in pictures)


def test_words_of_a_corpus_are_not_markup(made):
    assert "leave &lt;the&gt; bag alone" in made[1]
    assert "<the>" not in made[1]


def test_clips_are_there_where_the_licence_lets_them_be_passed_on(made):
    players = [a for t, a in Page(made[1]).elements if t == "audio"]
    assert players
    assert all(one["src"].startswith("data:audio/mpeg;base64,") and one["aria-label"] for one in players)


def test_no_audio_means_none(made, tmp_path):
    compare(["demo"], to=tmp_path / "silent.html", audio=False)
    text = (tmp_path / "silent.html").read_text(encoding="utf-8")
    assert "data:audio" not in text
    assert "No recordings are in this file" in text


def test_the_same_results_give_the_same_file(made, tmp_path):
    compare(["demo"], to=tmp_path / "again.html", audio=None)
    again = (tmp_path / "again.html").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert again == made[1]


def test_the_terminal_shows_marks_and_the_verdict(made, capsys):
    compare(["demo"], to=None, audio=None)
    said = capsys.readouterr().out
    assert said.count("● best") == said.count("○ worse") == said.count("▲ needs the speaker first") == 1
    assert "On the demo corpus, choose svm" in said


def test_a_corpus_without_results_is_reported_with_those_that_have_some(made):
    with pytest.raises(UserError, match="Did you mean demo"):
        compare(["dmeo"], to=None, audio=None)


def test_predictions_for_another_version_of_the_corpus_are_rejected(made, monkeypatch):
    fewer = read_utterances(paths.utterances("demo")).iloc[1:]
    monkeypatch.setattr(gather, "read_utterances", lambda table: fewer)
    with pytest.raises(UserError, match="Make both again"):
        compare(["demo"], to=None, audio=None)


def relabelled(model: str) -> pd.DataFrame:
    """Its predictions, from before one label changed."""
    table = pd.read_parquet(paths.predictions("demo", "speaker_independent", model))
    return table.assign(truth=["joy" if row == 0 else truth for row, truth in enumerate(table.truth)])


@pytest.mark.parametrize("model", ["svm", "psd_cnn"])
def test_a_row_from_before_a_label_changed_is_named_and_left_out_the_best_one_too(made, monkeypatch, capsys, model):
    old, read = relabelled(model), pd.read_parquet
    monkeypatch.setattr(gather.pd, "read_parquet", lambda file: old if Path(file).stem == model else read(file))
    compare(["demo"], to=None, audio=None)
    said = " ".join(capsys.readouterr().out.split())
    assert f"Not compared: {model}. Their predictions and figures are of labels that the corpus had before" in said
    assert ("On the demo corpus, choose mlp" in said) == (model == "svm")
    assert "not tested" not in said and "not on this machine" not in said


def test_labels_of_today_decide_which_row_is_old_and_not_what_most_rows_have(monkeypatch):
    """One model evaluated anew beside three from before: the new one stays."""
    preset = SimpleNamespace(classes={"anger": "anger", "joy": "joy"})
    monkeypatch.setattr(gather, "CORPORA", {"demo": SimpleNamespace(all_presets={"four_classes": preset})})
    (whole,) = comparisons(rows(MODELS, KNOWN))
    utterances = pd.DataFrame({"utterance_id": KNOWN.utterance_ids, "emotion": KNOWN.emotions})
    changed = utterances.assign(emotion=["joy", *utterances.emotion[1:]])
    anew = {row.name: row.answers.assign(truth=list(changed.emotion)) for row in whole.rows if row.name == "mlp"}
    new = tuple(replace(row, seeds=(anew.get(row.name, row.answers),)) for row in whole.rows)
    found, outdated = gather._of_one_truth(replace(whole, rows=new), changed)
    assert ([row.name for row in found.rows], set(outdated)) == (["mlp"], set(MODELS) - {"mlp"})
    assert gather._of_one_truth(whole, utterances)[1] == ()


def test_where_nothing_is_known_of_the_utterances_models_are_shown_but_not_tested(made, monkeypatch, capsys):
    monkeypatch.setattr(gather.paths, "utterances", lambda corpus: Path("nowhere.parquet"))
    compare(["demo"], to=Path("bare.html"), audio=None)
    assert capsys.readouterr().out.count("□ not tested") == 2
    assert Page(Path("bare.html").read_text(encoding="utf-8")).open == []


def test_another_ending_is_rejected(made):
    with pytest.raises(UserError, match=r"ends in \.html"):
        compare([], to=Path("report.pdf"), audio=None)


def test_the_noise_of_a_model_of_votes_is_stated_in_their_distance_too():
    ends, distance = {"uar_low": 0.4, "uar_high": 0.8}, {"kl_low": 0.404, "kl_high": 0.584}
    lost = {"uar_difference": -0.3, "low": -0.4, "high": -0.2, "p_holm": 0.0002}
    further = {"kl_difference": 0.582, "low": 0.259, "high": 0.904, "p_holm": 0.019}
    noise = {"kind": "white", "value": 20.0, "uar": 0.37, "difference": lost, "kl": 1.075, "kl_low": 0.743}
    noise |= {"kl_high": None, "kl_difference": further} | ends
    clean = {"uar": 0.69, "kl": 0.494, "kl_utterances": 6} | ends | distance
    found = {
        "logistic_votes": {
            "clean": clean,
            "conditions": [noise],
            "summary": ["KL from the votes is 0.494."],
            "tested": 24,
        }
    }
    section = robustness(SimpleNamespace(found_by=lambda _kind: found))
    page = Page(section.body)
    head, own = page.rows[0], page.rows[1]
    assert head[-3:] == ["KL from the votes [95 %]", "against clean", "p, corrected"]
    assert own[0] == "white noise, 20 dB SNR"
    assert own[-3:-1] == ["1.075 [0.743, –]", "+0.582"]
    assert "its KL from the votes 0.494 [0.404, 0.584] (of 6 utterances)" in section.body
