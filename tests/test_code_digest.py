import importlib
import sys

import pytest

import ser_tasks.features.log_mel
from ser_tasks.code_digest import code_digest, module_digests, reachable
from ser_tasks.features.functionals import statistics
from ser_tasks.features.lld import short_term_descriptors

FILES = {
    "__init__.py": "",
    "top.py": "from toy.middle import half\nimport toy.plain\n\ndef top(x):\n    return half(x)\n",
    "middle.py": "def half(x):\n    from . import bottom\n    return bottom.SHARE * x\n",
    "bottom.py": "from toy.table import NAMES\nSHARE = 0.5\n",
    "plain.py": "import numpy\n",
    "unrelated.py": "X = 1\n",
    "typed.py": "Y = 1\n",
    "table/__init__.py": "from .rows import ROWS\nNAMES = tuple(ROWS)\n",
    "table/rows.py": "from ..plain import numpy\nROWS = {}\n",
    "table/aside.py": "Z = 1\n",
}


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A package on disk, and the digest of its function `top` after an edit."""
    folder = tmp_path / "toy"
    for name, source in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    top = importlib.import_module("toy.top").top

    def digest(name=None, source=None):
        if name:
            (folder / name).write_text(source)
        return code_digest(top, roots={"toy": folder})

    yield digest
    for name in [name for name in sys.modules if name.split(".")[0] == "toy"]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["top.py", "middle.py", "bottom.py", "plain.py", "table/__init__.py", "table/rows.py"])
def test_an_edit_anywhere_below_changes_the_digest(toy, name):
    assert toy(name, FILES[name] + "EDITED = 1\n") != toy(name, FILES[name])


@pytest.mark.parametrize("name", ["__init__.py", "unrelated.py", "typed.py", "table/aside.py"])
def test_code_out_of_reach_does_not(toy, name):
    assert toy(name, FILES[name] + "EDITED = 1\n") == toy(name, FILES[name])


@pytest.mark.parametrize(
    "source",
    [
        "# a comment\n" + FILES["middle.py"],
        '"""A module docstring."""\n' + FILES["middle.py"],
        'def half(x):\n    """Docstring."""\n    from . import bottom\n\n    return (bottom.SHARE\n  * x)\n',
    ],
)
def test_comments_docstrings_and_formatting_do_not_count(toy, source):
    assert toy("middle.py", source) == toy("middle.py", FILES["middle.py"])


def test_imports_for_annotations_alone_are_not_followed(toy):
    toy("middle.py", "if TYPE_CHECKING:\n    from toy.typed import Y\n" + FILES["middle.py"])
    before = toy()
    assert toy("typed.py", "Y = 2\n") == before


def test_a_cycle_of_imports_ends(toy):
    assert toy("bottom.py", "import toy.top\nSHARE = 0.5\n") != toy("bottom.py", FILES["bottom.py"])


def test_a_feature_set_depends_on_what_it_calls_and_not_on_its_neighbours():
    below = set(reachable(["ser_tasks.features.functionals"]))
    assert {"ser_tasks.features.lld", "ser_tasks.features.deltas", "ser_tasks.features.framing"} <= below
    assert not {"ser_tasks.features.pitch", "ser_tasks.features", "ser_tasks.params"} & set(
        reachable([short_term_descriptors.__module__])
    )


def test_functions_and_modules_may_be_named_in_any_order():
    one = code_digest(statistics, ser_tasks.features.log_mel)
    assert one == code_digest(ser_tasks.features.log_mel, statistics)
    assert one == code_digest(statistics)  # it reaches the other


def test_what_is_not_of_the_project_is_refused():
    with pytest.raises(ValueError, match="Pass functions of the project"):
        code_digest(pytest.approx)


def test_the_module_that_changed_is_known_by_name(toy, tmp_path):
    def digests():
        return module_digests("toy.top", roots={"toy": tmp_path / "toy"})

    before = digests()
    toy("bottom.py", FILES["bottom.py"] + "EDITED = 1\n")
    toy("plain.py", "# a comment\n" + FILES["plain.py"])
    assert {name for name, digest in digests().items() if digest != before[name]} == {"toy.bottom"}
