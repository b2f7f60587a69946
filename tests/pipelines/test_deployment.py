"""The flow `ser`, by itself and as a deployment: Prefect for real, on a very small demo corpus."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.pipelines.conftest import Project, kill_group

pytestmark = pytest.mark.slow

RESULT = Path("results/demo/speaker_independent/svm.json")


def flow_runs(project: Project, flow: str) -> list[dict]:
    """Runs of a flow in this project, as the Prefect server tells them."""
    query = {"flows": {"name": {"any_": [flow]}}, "flow_runs": {"start_time": {"after_": project.made}}}
    answer = requests.post(f"{project.environment['PREFECT_API_URL']}/flow_runs/filter", json=query, timeout=30)
    runs: list[dict] = answer.json()
    return runs


@pytest.fixture
def server(project_with_features: Project) -> Iterator[None]:
    """A Prefect server, named in the environment of the project's commands."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    project = project_with_features
    project.environment["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    process = project.start("prefect", "server", "start", "--no-services", "--port", str(port))
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{project.environment['PREFECT_API_URL']}/health", timeout=5).ok:
                break
        except requests.ConnectionError:
            time.sleep(0.5)
    yield
    kill_group(process)


@pytest.mark.usefixtures("server")
def test_the_deployment_runs_what_dvc_repro_would_and_then_nothing(project_with_features):
    project = project_with_features
    project.edit_params(lambda params: params.update(evaluations=params["evaluations"][:1]))
    project.succeed("prefect", "work-pool", "create", "ser", "--type", "process", "--overwrite")
    project.succeed("prefect", "--no-prompt", "deploy", "--all")
    for stale in (True, False):
        project.succeed("prefect", "deployment", "run", "ser/full")
        project.succeed("prefect", "worker", "start", "--pool", "ser", "--run-once")
        runs = flow_runs(project, "ser")
        assert [run["state_type"] for run in runs] == ["COMPLETED"] * (1 if stale else 2)
        assert len(flow_runs(project, "evaluate")) == 1, "one evaluation, and none the second time"
    assert (project.folder / RESULT).exists()
    assert "Running stage" not in project.succeed("dvc", "repro")


def test_a_failing_stage_fails_the_flow_with_its_message_and_spares_what_does_not_need_it(project_with_features):
    """The others run in their order: the evaluation after the features, which are to be made again."""
    project = project_with_features
    before = project.locked()
    emodb = {"corpus": "emodb", "protocol": "speaker_independent", "model": "svm"}
    project.edit_params(lambda params: params.update(evaluations=[params["evaluations"][0], emodb]))
    project.edit_params(lambda params: params["functionals"].update(over=["mfcc"]))
    (project.folder / "run_ser.py").write_text("from pipelines.orchestration.full import ser; ser()", encoding="utf-8")
    done = project.run("run_ser")
    assert done.returncode != 0
    assert "ser fetch emodb" in done.stdout + done.stderr
    assert (project.folder / RESULT).exists(), "the demo corpus does not need emodb"
    features, evaluation = (
        project.locked()[name] for name in ("features@demo-functionals", "evaluate@demo-speaker_independent-svm")
    )
    (made,) = features["outs"]
    assert made["md5"] != before["features@demo-functionals"]["outs"][0]["md5"]
    assert made["md5"] in [read["md5"] for read in evaluation["deps"] if read["path"] == made["path"]]
