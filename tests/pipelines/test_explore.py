"""`ser explore` on a small corpus whose counts and components are known; no server."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipelines import paths
from pipelines.commands.explore import explore
from pipelines.explore import gather
from pipelines.explore.gather import explored
from pipelines.explore.page import html
from pipelines.explore.pictures import MOST_POINTS, apart, boxes, points
from ser_tasks.corpora.corpus import Preset
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
from tests.evaluation.protocol_bias.small_corpus import EMOTIONS, SPEAKERS, corpus
from tests.models.remote.small_plans import write_features
from tests.pipelines.test_protocol_bias import FIXED
from tests.pipelines.test_settings import PROJECT

GENDERS = dict(zip(SPEAKERS, ("male", "female", "male", "female"), strict=True))


@pytest.fixture
def params():
    return read_params(PROJECT / "params.yaml")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Four speakers, two emotions; eight dimensions, six of which tell the emotion and nothing else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text((PROJECT / "params.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    table, noise = corpus(), np.random.default_rng(0)
    signs = np.array([(1, -1)[EMOTIONS.index(emotion)] for emotion in table.emotion], np.float32)
    values = noise.normal(0, 1, (len(table), 6)).astype(np.float32)
    values[:, :6] = signs[:, None] + 0.1 * values
    rows = [row | FIXED | {"votes": (), "gender": GENDERS[row["speaker"]]} for row in table.to_dict("records")]
    write_utterances(utterance_table(rows), paths.utterances("demo"))
    write_features(paths.features("demo", "functionals"), list(table.utterance_id), [own[None] for own in values])
    return tmp_path


def test_the_page_holds_the_counts_and_what_the_features_vary_by(params):
    found = explored("demo", params, report=lambda done, of: None)
    assert found.shares["emotion"] > 0.95
    assert found.shares["speaker"] == pytest.approx(0, abs=0.01), "of each speaker as much of either emotion"
    page = re.sub(r"\s+", " ", html(found))
    assert "<dd>64</dd>" in page
    assert "4 (2 female, 2 male)" in page
    assert page.count(">8</td>") == 8, "four speakers, two emotions, eight utterances each"
    assert page.index('scope="col">b<') < page.index('scope="col">a<'), "women first"
    assert any("recordings are not on this machine" in one for one in found.missing)


def test_nothing_is_fetched_and_both_looks_are_there(params):
    page = html(explored("demo", params, report=lambda done, of: None))
    assert not re.findall(r"(?:src|href)=|url\(|@import|<script", page)
    assert "prefers-color-scheme: dark" in page
    assert 'name="viewport"' in page


def test_levels_are_those_of_the_recordings(params, folder):
    root = paths.corpus_root("demo")
    root.mkdir(parents=True)
    tone = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 500 * np.arange(16_000) / 16_000)
    soundfile.write(root / "x.wav", tone, 16_000)
    seen = []
    found = explored("demo", params, report=lambda done, of: seen.append((done, of)))
    np.testing.assert_allclose(found.utterances.level, -20, atol=0.01)
    assert seen[-1] == (64, 64)


def test_without_features_the_rest_is_shown_and_the_command_that_makes_them(params, folder, capsys):
    for file in paths.features("demo", "functionals").glob("*.parquet"):
        file.unlink()
    explore("demo", to=folder / "page.html")
    assert "What the features vary by" not in (folder / "page.html").read_text(encoding="utf-8")
    assert "ser evaluate demo svm" in capsys.readouterr().out


def test_what_cannot_be_shown_is_refused(folder):
    with pytest.raises(UserError, match=r"Name a file that ends in \.html"):
        explore("demo", to=folder / "page.pdf")
    with pytest.raises(UserError, match=r"'demos' is not known\. Did you mean 'demo'"):
        explore("demos", to=None)
    with pytest.raises(UserError, match=r"no utterance table yet .* ser evaluate emodb svm"):
        explore("emodb", to=None)


def test_a_corpus_of_ratings_alone_is_refused_with_what_can_be_done_with_it(params, monkeypatch):
    rated = SimpleNamespace(all_presets={params.corpus["demo"].preset: Preset("no classes", {})})
    monkeypatch.setattr(gather, "CORPORA", {"demo": rated})
    with pytest.raises(UserError, match=r"demo has ratings and no classes.*ser check demo.*ser evaluate demo ridge"):
        explored("demo", params, report=lambda done, total: None)


def test_boxes_are_quantiles_and_unknown_values_take_no_part():
    values = pd.Series([*range(101), np.nan], dtype=float)
    (row, other), ends = boxes(values, pd.Series(["a"] * 50 + ["b"] * 51 + ["a"]), unit="s", digits=1)
    assert (row.count, other.count) == (50, 51)
    assert (row.median, other.median) == ("24.5 s", "75.0 s")
    assert ends == (f"{np.quantile(range(50), 0.05):.1f}", f"{np.quantile(range(50, 101), 0.95):.1f} s")


def test_of_many_utterances_some_are_drawn_and_names_do_not_overlap():
    scores = np.random.default_rng(0).normal(size=(3 * MOST_POINTS, 2))
    drawn = points(scores, [f"s{i % 3}" for i in range(len(scores))], label="all", by_hue=True)
    assert drawn.count("<path") == MOST_POINTS
    places = np.array(apart(np.full((12, 2), 100.0)))
    assert np.diff(np.sort(places[:, 1])).min() >= 13
