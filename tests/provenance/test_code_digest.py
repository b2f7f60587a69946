"""What moves the digest of code and what leaves it: toy packages with edits whose effect is plain."""

import importlib
import re
import sys
from pathlib import Path

import pytest

from ser_tasks.features.lld import short_term_descriptors
from ser_tasks.provenance.code_digest import code_digest, code_parts, reachable

TOY = {
    "__init__.py": "",
    "top.py": """
import numpy as np
from toy.middle import half, third
import toy.tables
from . import places

LIMIT = 3

def top(x: int, y=LIMIT) -> "int":
    '''Docstring.'''
    local: int = half(x) - third(x)
    return np.mean(local) + toy.tables.ROWS[0] + places.where(y)

def beside(x):
    return x
""",
    "middle.py": """
def half(x):
    from .bottom import SHARE
    return SHARE * x

def third(x):
    return x / 3

def unused():
    return 1
""",
    "bottom.py": "SHARE = 0.5\nOTHER = 1\n",
    "places.py": "ROOT = 7\n\ndef where(x):\n    return ROOT + x\n\ndef unused():\n    return 1\n",
    "tables/__init__.py": "from .rows import ROWS\n",
    "tables/rows.py": "from toy.kinds import Small\nROWS = [Small]\n",
    "kinds.py": """
from dataclasses import dataclass

def marked(kind):
    kind.marked = True
    return kind

class Base:
    weight = 1

@marked
@dataclass
class Small(Base):
    size: int = 2
""",
}


class Toy:
    """A package on disk, and the digest of what its function `top` reaches."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder / "toy"
        for name, source in files.items():
            self.write(name, source)

    def write(self, name: str, source: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True, parents=True)
        (self.folder / name).write_text(source)

    def edit(self, name: str, old: str, new: str) -> "Toy":
        text = (self.folder / name).read_text()
        assert old in text, (name, old)
        self.write(name, text.replace(old, new))
        return self

    def everywhere(self, old: str, new: str) -> None:
        """A renaming, by whole words."""
        for path in self.folder.rglob("*.py"):
            path.write_text(re.sub(rf"\b{old}\b", new, path.read_text()))

    def digest(self, *names: str) -> str:
        return code_digest(*(names or ("toy.top.top",)), roots={"toy": self.folder})


@pytest.fixture
def toy(tmp_path) -> Toy:
    return Toy(tmp_path, TOY)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("top.py", "half(x) - third(x)", "third(x) - half(x)"),
        ("top.py", "LIMIT = 3", "LIMIT = 4"),  # a default value
        ("top.py", "y=LIMIT", "y=None"),
        ("top.py", "np.mean", "np.median"),
        ("top.py", "import numpy as np", "import bottleneck as np"),
        ("top.py", "import half, third", "import third as half, half as third"),  # swapped
        ("top.py", "places.where", "places.unused"),
        ("middle.py", "SHARE * x", "SHARE + x"),
        ("middle.py", "import SHARE", "import OTHER as SHARE"),  # inside a function
        ("bottom.py", "0.5", "0.25"),
        ("bottom.py", "SHARE = 0.5", "SHARE = None"),
        ("places.py", "ROOT = 7", "ROOT = 8"),  # through an attribute of a module
        ("tables/rows.py", "[Small]", "[Small, Small]"),  # through a package that hands it on
        ("kinds.py", "size: int = 2", "size: int = 3"),
        ("kinds.py", "size: int", "size: float"),  # a field
        ("kinds.py", "size", "length"),  # and its name
        ("kinds.py", "weight = 1", "weight = 2"),  # of a base class
        ("kinds.py", "marked = True", "marked = False"),  # by a decorator
        ("kinds.py", "@marked\n", ""),
        ("kinds.py", "class Base", "Small_size = 1\nprint(1)\n\nclass Base"),  # runs when the module is imported
        ("bottom.py", "OTHER = 1", "SHARE += 1"),
        ("bottom.py", "OTHER = 1", "if OTHER:\n    SHARE = 2"),
        ("bottom.py", "OTHER = 1", "for SHARE in range(3):\n    pass"),
    ],
)
def test_an_edit_that_changes_what_a_function_does_moves_its_digest(toy, name, old, new):
    before = toy.digest()
    assert toy.edit(name, old, new).digest() != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("top.py", "return x\n", "return x + 1\n"),
        ("top.py", "'''Docstring.'''", "'''Another.'''"),
        ("top.py", "'''Docstring.'''", "# none"),
        ("top.py", "return np.mean(local)", "return (np\n        .mean(local))"),
        ("top.py", "local: int", "local"),
        ("top.py", 'x: int, y=LIMIT) -> "int"', "x: toy.Unheard, y: float = LIMIT)"),
        ("top.py", "import numpy as np", "from numpy import mean as mean_of\nimport numpy as np"),
        ("top.py", "LIMIT = 3", "LIMIT: int = 3"),
        ("middle.py", "def unused():\n    return 1", "def unused():\n    return 2\n\ndef more():\n    return 3"),
        ("middle.py", "def half", "if TYPE_CHECKING:\n    from toy.top import top\n\ndef half"),
        ("bottom.py", "OTHER = 1", "OTHER = 2"),
        ("bottom.py", "OTHER = 1", 'if __name__ == "__main__":\n    SHARE = 2'),
        ("places.py", "def unused():\n    return 1", ""),
        ("__init__.py", "", "VERSION = 2\n"),
        ("tables/__init__.py", "import ROWS", "import ROWS\nMORE = 1"),
    ],
)
def test_an_edit_of_something_else_or_of_the_wording_leaves_it(toy, name, old, new):
    before = toy.digest()
    assert toy.edit(name, old, new).digest() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("half", "one_half"), ("Small", "Little"), ("SHARE", "PART"), ("LIMIT", "MOST"), ("where", "whither")],
)
def test_another_name_for_a_definition_leaves_it(toy, old, new):
    before = toy.digest()
    toy.everywhere(old, new)
    assert toy.digest() == before


def test_another_way_of_importing_the_same_leaves_it(toy):
    before = toy.digest()
    toy.edit("top.py", "import numpy as np\n", "from numpy import mean\n").edit("top.py", "np.mean", "mean")
    toy.edit("top.py", "import toy.tables\n", "from .tables import ROWS as RENAMED\n")
    toy.edit("top.py", "toy.tables.ROWS", "RENAMED")
    toy.edit("top.py", "from . import places", "from toy.places import where")
    toy.edit("top.py", "places.where", "where")
    toy.edit("middle.py", "    from .bottom import SHARE\n", "    import toy.bottom as below\n")
    toy.edit("middle.py", "SHARE * x", "below.SHARE * x")
    assert toy.digest() == before


def test_a_module_that_is_renamed_leaves_it(toy):
    before = toy.digest()
    (toy.folder / "middle.py").rename(toy.folder / "centre.py")
    toy.edit("top.py", "toy.middle", "toy.centre")
    assert toy.digest() == before


def test_a_module_that_moves_into_a_package_of_another_name_leaves_it(toy):
    before = toy.digest()
    (toy.folder / "parts").mkdir()
    (toy.folder / "kinds.py").rename(toy.folder / "parts/kinds.py")
    (toy.folder / "tables").rename(toy.folder / "lists")
    toy.everywhere("toy.kinds", "toy.parts.kinds")
    toy.everywhere("toy.tables", "toy.lists")
    assert toy.digest() == before


def test_a_module_that_is_split_leaves_it_with_and_without_a_package_that_hands_on_its_names(toy):
    before = toy.digest()
    halves = (toy.folder / "middle.py").read_text().split("def third")
    (toy.folder / "middle.py").unlink()
    toy.write("middle/one.py", halves[0].replace(".bottom", "toy.bottom"))
    toy.write("middle/two.py", "def third" + halves[1])
    toy.write("middle/__init__.py", "from toy.middle.one import half\nfrom .two import *\n")
    assert toy.digest() == before
    toy.edit("top.py", "toy.middle import half, third", "toy.middle.one import half\nfrom toy.middle.two import third")
    assert toy.digest() == before


def test_modules_that_are_merged_leave_it(toy):
    before = toy.digest()
    toy.edit("middle.py", "    from .bottom import SHARE\n", "")
    toy.edit("middle.py", "\ndef half", (toy.folder / "bottom.py").read_text() + "\ndef half")
    (toy.folder / "bottom.py").unlink()
    assert toy.digest() == before


def test_the_order_of_definitions_in_a_module_leaves_it_and_that_of_a_whole_module(toy):
    before = toy.digest(), toy.digest("toy.places")
    toy.write("places.py", "def unused():\n    return 1\n\ndef where(x):\n    return ROOT + x\n\nROOT = 7\n")
    assert (toy.digest(), toy.digest("toy.places")) == before


def test_a_whole_module_is_everything_in_it_also_where_a_package_hands_it_on(toy):
    before = toy.digest("toy.places")
    toy.write("places/inner.py", (toy.folder / "places.py").read_text())
    toy.write("places/__init__.py", "from toy.places.inner import where, unused\n")
    (toy.folder / "places.py").unlink()
    assert toy.digest("toy.places") == before
    assert toy.edit("places/inner.py", "return 1", "return 2").digest("toy.places") != before


def test_a_module_that_is_passed_on_counts_as_a_whole(toy):
    toy.edit("top.py", "places.where(y)", "len(vars(places))")
    before = toy.digest()
    assert toy.edit("places.py", "return 1", "return 2").digest() != before


def test_a_local_variable_is_not_the_function_of_the_same_name(toy):
    toy.write("top.py", "def beside():\n    return 1\n\ndef top(x):\n    beside = x\n    return beside\n")
    before = toy.digest()
    assert toy.edit("top.py", "return 1", "return 2").digest() == before
    assert toy.edit("top.py", "    beside = x\n", "    global beside\n    beside = x\n").digest() != before


def test_names_of_a_comprehension_end_with_it(toy):
    toy.write("top.py", "def one():\n    return 1\n\ndef top(x):\n    return [one for one in x], one()\n")
    before = toy.digest()
    assert toy.edit("top.py", "return 1", "return 2").digest() != before


def test_functions_that_call_each_other_end(toy):
    toy.write("top.py", "from toy.middle import odd\n\ndef top(x):\n    return x == 0 or odd(x - 1)\n")
    toy.write("middle.py", "def odd(x):\n    from toy.top import top\n    return x != 0 and top(x - 1)\n")
    before = toy.digest()
    assert toy.edit("middle.py", "x != 0", "x > 0").digest() != before


def test_modules_that_hand_on_each_others_names_end(toy):
    toy.write("middle.py", "from toy.bottom import half, third\n")
    toy.write("bottom.py", "from toy.middle import half\nfrom toy.middle import *\n")
    assert toy.digest() == toy.digest()


def test_modules_that_are_passed_to_each_other_as_a_whole_end_alike_whichever_comes_first(toy):
    toy.write("middle.py", "import toy.bottom\n\ndef one():\n    return vars(toy.bottom), two\n\ntwo = 2\n")
    toy.write("bottom.py", "import toy.middle\n\ndef other():\n    return vars(toy.middle)\n")
    one_first = toy.digest("toy.middle"), toy.digest("toy.bottom")
    toy.edit("middle.py", "two", "three")
    assert (toy.digest("toy.bottom"), toy.digest("toy.middle")) == one_first[::-1]
    assert toy.edit("middle.py", "= 2", "= 3").digest("toy.bottom") != one_first[1]


def test_the_list_of_public_names_leaves_it(toy):
    before = toy.digest("toy.places")
    assert toy.edit("places.py", "ROOT = 7", "__all__ = ['where']\nROOT = 7").digest("toy.places") == before


def test_a_fallback_for_a_library_counts_in_both_ways(toy):
    toy.write(
        "top.py", "try:\n    import fast as kit\nexcept ImportError:\n    kit = None\n\ndef top():\n    kit.go()\n"
    )
    before = toy.digest()
    assert toy.edit("top.py", "import fast", "import faster").digest() != before
    assert toy.edit("top.py", "faster", "fast").digest() == before
    assert toy.edit("top.py", "kit = None", "kit = 1").digest() != before


def test_whether_a_library_is_there_counts_although_it_is_not_used(toy):
    found = (
        "try:\n    import fast\nexcept ImportError:\n    HAS = 0\nelse:\n    HAS = 1\n\ndef top():\n    return HAS\n"
    )
    toy.write("top.py", found)
    before = toy.digest()
    assert toy.edit("top.py", "import fast", "import faster").digest() != before


def test_an_import_inside_a_function_for_what_it_does_counts(toy):
    toy.edit("middle.py", "    from .bottom import SHARE\n", "    from .bottom import SHARE\n    import toy.places\n")
    before = toy.digest()
    assert toy.edit("middle.py", "    import toy.places\n", "").digest() != before


def test_functions_may_be_named_in_any_order_and_in_any_way(toy, monkeypatch):
    monkeypatch.syspath_prepend(toy.folder.parent)
    toy.write("bound.py", "def outer():\n    def inner():\n        return 1\n    return inner, lambda: 2\n")
    try:
        places, bound = importlib.import_module("toy.places"), importlib.import_module("toy.bound")
        roots = {"toy": toy.folder}
        assert code_digest(places.where, roots=roots) == toy.digest("toy.places.where")
        assert code_digest(places, roots=roots) == toy.digest("toy.places")
        assert {code_digest(one, roots=roots) for one in bound.outer()} == {toy.digest("toy.bound.outer")}
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "toy"]:
            del sys.modules[name]
    assert toy.digest("toy.places", "toy.middle") == toy.digest("toy.middle", "toy.places")


@pytest.mark.parametrize("stranger", [pytest.approx, "toy.places.nowhere", "json"])
def test_what_is_not_of_the_project_is_refused(toy, stranger):
    with pytest.raises(ValueError, match="Pass functions of the project"):
        code_digest(stranger, roots={"toy": toy.folder})


def test_the_module_that_changed_is_known_by_name(toy):
    def parts() -> dict[str, str]:
        return code_parts("toy.top.top", roots={"toy": toy.folder})

    before = parts()
    assert list(before) == ["toy.bottom", "toy.kinds", "toy.middle", "toy.places", "toy.tables.rows", "toy.top"]
    toy.edit("bottom.py", "0.5", "0.25").edit("places.py", "return 1", "return 2")
    assert {name for name, digest in parts().items() if digest != before[name]} == {"toy.bottom"}


def test_a_feature_set_imports_what_it_calls_and_not_its_neighbours():
    below = set(reachable(["ser_tasks.features.functionals"]))
    assert {"ser_tasks.features.lld", "ser_tasks.features.deltas", "ser_tasks.features.framing"} <= below
    assert not {"ser_tasks.features.pitch", "ser_tasks.features", "ser_tasks.params"} & set(
        reachable([short_term_descriptors.__module__])
    )
