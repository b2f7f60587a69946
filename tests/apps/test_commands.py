"""`ser app` and `ser serve` themselves, up to where they would listen."""

import shutil
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import cli
from tests.bundles.dimensions.small_dimension_bundles import small_dimension_bundle
from tests.bundles.small_bundles import PROJECT, small_bundle


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A project with a bundle of classes, one of dimensions, and one that is damaged."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "params.yaml", folder)
    small_bundle(folder / "data/bundles/classes")
    small_dimension_bundle(folder / "data/bundles/scales")
    (folder / "data/bundles/broken").mkdir()
    (folder / "data/bundles/broken/bundle.json").write_text("{", encoding="utf-8")
    return folder


@pytest.fixture
def project(made, monkeypatch) -> Path:
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def port() -> int:
    """One that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_the_page_is_shown_with_every_bundle_that_can_be_used(project, monkeypatch, port):
    shown = {}
    monkeypatch.setattr("apps.web.show", lambda bundles, **how: shown.update(bundles=bundles, **how))
    done = CliRunner().invoke(cli, ["app", "--port", str(port)])
    assert done.exit_code == 0, done.output
    assert {name: own.card.model for name, own in shown["bundles"].items()} == {"classes": "svm", "scales": "ridge"}
    assert (shown["host"], shown["port"]) == ("127.0.0.1", port)
    assert "broken" in done.output


@pytest.mark.parametrize("name", ["classes", "scales"])
def test_the_service_listens_with_the_bundle_that_was_named(project, monkeypatch, name, port):
    served = []
    monkeypatch.setattr("apps.service.serve", lambda folder, **how: served.append((folder, how["port"])))
    done = CliRunner().invoke(cli, ["serve", "--bundle", name, "--port", str(port)])
    assert done.exit_code == 0, done.output
    assert served == [(Path("data/bundles") / name, port)]
