"""Graphs written down by hand, in another order and with other names."""

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ser_tasks.bundles.onnx_network.canonical import canonical


def graph(a: str, b: str, *, turned: bool) -> onnx.ModelProto:
    """y = x * 3 + 2, and a node that nothing needs; `a`, `b` are names."""
    nodes = [
        helper.make_node("Add", [f"{a}/product", f"{b}/two"], ["y"], name=b),
        helper.make_node("Mul", ["x", f"{a}/three"], [f"{a}/product"], name=a),
        helper.make_node("Neg", ["x"], [f"{a}/unused"]),
    ]
    arrays = [
        numpy_helper.from_array(numpy_helper.np.float32(value), name)
        for name, value in ((f"{b}/two", 2), (f"{a}/three", 3), (f"{a}/nothing", 4))
    ]
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("x", "y")]
    order = slice(None, None, -1 if turned else 1)
    return helper.make_model(helper.make_graph(nodes[order], a, sides[:1], sides[1:], arrays[order]))


def test_order_and_names_follow_from_the_computation():
    one, two = canonical(graph("p", "q", turned=False)), canonical(graph("u", "v", turned=True))
    assert one.SerializeToString() == two.SerializeToString()
    assert [node.op_type for node in one.graph.node] == ["Mul", "Add"]
    assert [float(numpy_helper.to_array(array)) for array in one.graph.initializer] == [3, 2]
    onnx.checker.check_model(one)


def test_another_constant_gives_other_bytes():
    other = graph("p", "q", turned=False)
    other.graph.initializer[1].CopyFrom(numpy_helper.from_array(numpy_helper.np.float32(5), "p/three"))
    assert canonical(other).SerializeToString() != canonical(graph("p", "q", turned=False)).SerializeToString()


def test_a_branch_is_refused():
    inner = helper.make_graph([], "then", [], [])
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    sides = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("x", "y")]
    with pytest.raises(ValueError, match=r"control flow \(If\)"):
        canonical(helper.make_model(helper.make_graph([branch], "g", sides[:1], sides[1:])))
