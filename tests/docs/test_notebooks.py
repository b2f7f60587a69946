"""The notebooks of docs/notebooks: committed without outputs, in the words of the field, and every cell runs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.docs.documented import PROJECT, commands_in
from tests.docs.programs import WrongError, check
from tests.docs.test_site import LINK
from tests.docs.test_words import private_words, prose

FOLDER = PROJECT / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

# What the text of each claims, and what else must hold of its variables, for a last cell that a reader does not see.
CLAIMS = {
    "1_clip_to_answer": """
        assert len(padded) - len(conditioned.signal) > 1.5 * rate  # of 2 s of silence, all but the margins
        np.testing.assert_allclose(np.abs(conditioned.signal).max(), 0.9, rtol=1e-6)
        assert table.anger["pitch.f0_semitones.median"] > table.sadness["pitch.f0_semitones.median"] + 3
        assert answers["anger"].unsure and "unlike the training set" in answers["anger"].remarks[0]
        assert not answers["sadness"].unsure
        assert answer.unsure and "as from a telephone" in answer.remarks[0]
        assert [one.emotion for one in timeline.emotion_segments] == ["sadness", "anger", "sadness"]
    """,
    "2_evaluation": """
        assert confusion.sum() == len(utterances) == 6 * 4 * 4
        recalls = confusion.diagonal() / confusion.sum(axis=1)
        np.testing.assert_allclose(unseen["uar"], recalls.mean(), atol=5e-5)
        assert 0.25 < unseen["uar_low"] < unseen["uar"] < known["uar"]
    """,
    "3_words": """
        alone, together = ~present[1], present[1]
        assert alone.any() and together.any()
        np.testing.assert_allclose(answers[alone], posteriors[0, alone])
        np.testing.assert_allclose(
            answers[together], np.einsum("m,muc->uc", mixture.weights, posteriors[:, together]), atol=1e-9
        )
        assert [word.text for word in transcripts["happiness"].words] == transcripts["happiness"].text.split()
    """,
}


def read(notebook: Path) -> nbformat.NotebookNode:
    return nbformat.read(notebook, as_version=4)


def markdown_of(notebook: Path) -> str:
    return "\n\n".join(cell.source for cell in read(notebook).cells if cell.cell_type == "markdown")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> Path:
    return request.param


def test_a_notebook_is_valid_and_committed_without_outputs(notebook):
    found = read(notebook)
    nbformat.validate(found)
    code = [cell for cell in found.cells if cell.cell_type == "code"]
    assert code
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert found.metadata.kernelspec.name == "python3"


def test_a_notebook_uses_the_words_of_the_field(notebook):
    assert private_words(prose(markdown_of(notebook)), place=str(notebook.relative_to(PROJECT))) == []


def test_every_command_of_a_notebook_is_understood_by_its_program(notebook):
    wrong = []
    for command in commands_in(markdown_of(notebook), notebook.name):
        try:
            check(command)
        except WrongError as error:
            wrong.append(str(error))
    assert wrong == []


def test_links_of_a_notebook_lead_to_files_and_its_page_names_it(notebook):
    targets = [target.partition("#")[0] for target in LINK.findall(markdown_of(notebook))]
    assert [target for target in targets if not (notebook.parent / target).exists()] == []
    assert f"notebooks/{notebook.name}" in (PROJECT / "docs" / "notebooks.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_cell_runs_and_shows_what_the_text_claims(notebook, tmp_path, monkeypatch):
    for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "TMPDIR"):  # nothing stays behind
        monkeypatch.setenv(variable, str(tmp_path))
    found = read(notebook)
    claims = "\n".join(line.strip() for line in CLAIMS[notebook.stem].strip().splitlines())
    found.cells.append(nbformat.v4.new_code_cell(claims))
    ran = NotebookClient(found, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    ran.execute()  # a cell that fails raises, with its traceback
    streams = [output for cell in found.cells for output in cell.get("outputs", ()) if output.output_type == "stream"]
    assert [output.text for output in streams] == []  # no warning stands in a reader's way
