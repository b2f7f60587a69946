"""`ser experiments`, from what DVC prints."""

from pipelines.display.experiments import experiments_of, show_experiments


def revision(c: list[int], **uar: float) -> dict:
    metrics = {
        f"metrics/demo/speaker_independent/{model}.json": {"data": {"uar": value}} for model, value in uar.items()
    }
    return {"params": {"params.yaml": {"data": {"svm": {"c": c, "inner_folds": 4}}}}, "metrics": metrics}


def shown(*experiments: dict) -> list[dict]:
    workspace = {"rev": "workspace", "data": revision([3], svm=0.67, tfidf=0.656)}
    main = {"rev": "0123456789", "name": "main", "data": revision([3], svm=0.67, tfidf=0.656)}
    return [workspace, main | {"experiments": list(experiments)}]


ONE = {"name": "calm-owls", "revs": [{"rev": "89", "data": revision([1], svm=0.683, tfidf=0.656)}]}
FAILED = {"name": "lost-owls", "revs": [{"rev": "90", "data": None, "error": {"type": "E", "msg": "svm failed"}}]}


def test_an_experiment_shows_the_param_that_it_changed_and_the_figure_that_moved_alone():
    (found,) = experiments_of(shown(ONE))
    assert (found.name, found.base, found.changed) == ("calm-owls", "main", ("svm.c: [3] -> [1]",))
    assert [row["model"] for row in found.moved] == ["svm"]
    assert (found.moved[0]["was"], found.moved[0]["is"], found.moved[0]["difference"]) == ("67.0", "68.3", "+1.3")


def test_every_line_fits_80_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    show_experiments(list(experiments_of(shown(ONE, FAILED))))
    printed = capsys.readouterr().out
    assert "svm.c: [3] -> [1]" in printed and "68.3" in printed and "svm failed" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_without_any_it_says_how_to_make_one(capsys):
    show_experiments(list(experiments_of(shown())))
    assert "dvc exp run -S 'svm.c=[1]'" in capsys.readouterr().out
