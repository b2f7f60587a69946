"""No module of the package imports itself by way of others."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def circle(imports):
    """The modules of one circle, or none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return found.args[1]
    return []


def test_a_circle_is_found():
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


@pytest.mark.parametrize("package", ["ser_tasks"])
def test_no_modules_import_each_other(package):
    graph = grimp.build_graph(package)  # imports for annotations and inside functions among them
    assert circle({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}) == []
