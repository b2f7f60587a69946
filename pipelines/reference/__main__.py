"""`python -m pipelines.reference`: write docs/reference/, before the documentation is built."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pipelines.errors import errors_as_messages
from pipelines.reference.markdown import moved
from pipelines.reference.pages import commands_page, corpora_page, features_page, models_page, results_page
from pipelines.reference.params_page import params_page
from pipelines.reference.stages_page import stages_page
from ser_tasks.atomic import atomic_path

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "docs" / "reference"

PAGES: Mapping[str, Callable[[Path], str]] = {
    "params": params_page,
    "commands": commands_page,
    "stages": stages_page,
    "corpora": corpora_page,
    "features": features_page,
    "models": models_page,
    "results": results_page,
    "contributing": lambda project: moved(project / "CONTRIBUTING.md"),
    "changelog": lambda project: moved(project / "CHANGELOG.md"),
}
"""{file name: what writes it, of a project's folder}."""


def write_reference(folder: Path, project: Path = PROJECT) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        with atomic_path(folder / f"{name}.md") as temporary:
            temporary.write_text(page(project), encoding="utf-8")


if __name__ == "__main__":
    with errors_as_messages():
        write_reference(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
