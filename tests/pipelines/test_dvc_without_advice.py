"""DVC's command as `ser repro` calls it."""

import logging

import dvc.logger

from pipelines.orchestration import dvc_without_advice


def test_advice_on_git_is_left_out_and_warnings_and_the_status_are_not(monkeypatch, caplog):
    advice = logging.getLogger("dvc.repo.scm_context")

    def main() -> int:
        dvc.logger.setup()  # as DVC does before it runs a command
        advice.info("To track the changes with git, run ...")
        advice.warning("the index is locked")
        return 3

    monkeypatch.setattr(dvc_without_advice, "main", main)
    monkeypatch.setattr(advice, "filters", [])
    with caplog.at_level(logging.INFO, "dvc"):
        assert dvc_without_advice.run() == 3
    assert [record.message for record in caplog.records] == ["the index is locked"]
