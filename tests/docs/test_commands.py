"""The commands on the pages, held against the programs that they call."""

import ast
import shutil
from importlib import import_module

import pytest
import yaml
from pydantic import ValidationError
from typer.testing import CliRunner

from pipelines.cli import cli
from ser_tasks.corpora.synthesis.corpus import synthesise_corpus
from ser_tasks.params import DemoParams
from ser_tasks.params.project import ProjectParams
from tests.docs.documented import PROJECT, blocks_in, commands_in, commands_of, pages
from tests.docs.programs import WrongError, check

PAGES = {str(page.relative_to(PROJECT)): page for page in pages()}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_understood_by_its_program(page):
    wrong = []
    for command in commands_of(PAGES[page]):
        try:
            check(command)
        except WrongError as error:
            wrong.append(f"{command.place}: {error}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("ser predictt talk.wav", "ser predictt: no such command, there are .*predict"),
        ("ser predict --timelin talk.wav", "[Nn]o such option: --timelin"),
        ("ser predict", "Missing argument"),
        ("ser repro --forse", "dvc repro --forse: no such command or option"),
        ("make reproo", "make reproo: no such target, there are .*repro"),
        ("dvc repro evaluat@demo-speaker_independent-svm", "no such stage, there are .*evaluate"),
        ("dvc repro evaluate@demo-speaker_independent-swm", "no model is called swm"),
        ("dvc repro evaluate@demo-svm", "expected evaluate@CORPUS-PROTOCOL-MODEL"),
        ("dvc exp run -S svm.inner_fold=5", "svm.inner_fold: no key of params.yaml"),
        ("dvc experiment run", "dvc experiment run: no such command"),
        ("python -m ser_tasks.elswhere plan.json", "no such module"),
        ("python -m pipelines feature demo lld", "no such stage, there are .*features"),
        ("pip install -e '.[exprt]'", "no extra is called exprt"),
        ("docker compose up servee", "one of .*serve"),
        ("ls | gerp demo", "gerp: no program that the pages use"),
    ],
)
def test_a_slip_is_found(line, message):
    with pytest.raises(WrongError, match=message):
        for command in commands_in(f"```sh\n{line}\n```", "page.md"):
            check(command)


@pytest.mark.parametrize("line", ["mlflow uii", "prefect work-pool create ser --typ process"])
def test_a_slip_in_a_command_of_the_servers_is_found(line):
    (command,) = commands_in(f"```sh\n{line}\n```", "page.md")
    with pytest.raises(WrongError):
        check(command)


def test_a_command_is_what_a_shell_would_start():
    text = """
Call `ser check` before `ser/full`.

```sh
find . -name '*.flac' | ser predict - --to a.csv  # a comment
KERAS_BACKEND=jax dvc repro && ser results > table.txt
for name in one two; do
  ser fetch $name \\
    --from DIR; done
```

```console
$ ser corpora
demo   ser made here
```
"""
    found = [(command.place, " ".join(command.words), command.whole) for command in commands_in(text, "page.md")]
    assert found == [
        ("page.md:2", "ser check", False),
        ("page.md:5", "find . -name *.flac", True),
        ("page.md:5", "ser predict - --to a.csv", True),
        ("page.md:6", "dvc repro", True),
        ("page.md:6", "ser results", True),
        ("page.md:7", "for name in one two", True),
        ("page.md:8", "ser fetch $name --from DIR", True),
        ("page.md:8", "done", True),
        ("page.md:13", "ser corpora", True),
    ]


@pytest.mark.parametrize("page", PAGES)
def test_python_on_a_page_imports_what_is_there(page):
    for line, code in blocks_in(PAGES[page].read_text(encoding="utf-8"), "python"):
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ser_tasks"):
                missing = {alias.name for alias in node.names} - set(dir(import_module(str(node.module))))
                assert not missing, f"{page}:{line}: {node.module} has no {missing}"


@pytest.mark.parametrize("page", PAGES)
def test_yaml_on_a_page_can_be_put_into_params_yaml(page):
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    for line, text in blocks_in(PAGES[page].read_text(encoding="utf-8"), "yaml"):
        try:
            ProjectParams.model_validate(laid_over(params, yaml.safe_load(text)))
        except ValidationError as error:
            pytest.fail(f"{page}:{line}: {error}")


def laid_over(values: dict, others: dict) -> dict:
    """Both; where both have a key, that of `others`, but sections key by key unless they say of which kind they are."""
    return values | {
        key: laid_over(values[key], other)
        if isinstance(other, dict) and isinstance(values.get(key), dict) and "kind" not in other
        else other
        for key, other in others.items()
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with the figures and settings of the project, and a demo corpus of two speakers."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(PROJECT / "params.yaml", folder)
    shutil.copytree(PROJECT / "results", folder / "results")
    corpus = folder / "data" / "corpora" / "demo"
    corpus.mkdir(parents=True)
    synthesise_corpus(corpus, DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0.5, seed=0))
    return folder


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("ser --help", "Recordings of your own"),
        ("ser corpora", "Ryerson"),
        ("ser results", "svm_speaker_norm"),
        ("ser results --markdown", "| demo (synthetic) | 4 | svm | loso |"),
        ("ser check demo", "8 files"),
        ("ser fetch nosuch", "no corpus is called 'nosuch'"),
    ],
)
def test_a_quick_command_runs(project, monkeypatch, line, answer):
    monkeypatch.chdir(project)
    (command,) = commands_in(f"```sh\n{line}\n```", "page.md")
    done = CliRunner().invoke(cli, command.words[1:])
    assert answer in done.output, done.output
