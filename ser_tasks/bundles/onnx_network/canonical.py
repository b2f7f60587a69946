"""An ONNX graph in one order and with names of its own: the same network gives the same bytes.

tf2onnx numbers its names on through a process, and Keras its layers: both depend on what else was made before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def canonical(model: Any) -> Any:
    """The same graph, in place: nodes in the order in which the output needs them, arrays in that of their first use.

    Args:
        model: an onnx.ModelProto without control flow

    Returns:
        the model

    Raises:
        ValueError: a loop or a branch
    """
    graph = model.graph
    flow = sorted({node.op_type for node in graph.node for value in node.attribute if value.HasField("g")})
    if flow:
        raise ValueError(f"its graph has control flow ({', '.join(flow)}), expected a plain graph")
    nodes = list(_in_order(graph))
    arrays = {array.name: array for array in graph.initializer}
    used = dict.fromkeys(name for node in nodes for name in node.input if name in arrays)
    names = _names(graph, nodes, used)
    for node in nodes:
        _rename(node, names)
    kept = [arrays[name] for name in used]
    for array in kept:
        array.name = names[array.name]
    for field, content in ((graph.node, nodes), (graph.initializer, kept), (graph.value_info, [])):
        copies = [type(one).FromString(one.SerializeToString()) for one in content]
        del field[:]
        field.extend(copies)
    graph.name, graph.doc_string = "network", ""
    return model


def _in_order(graph: Any) -> Iterator[Any]:
    """Nodes that the outputs need, each behind those that it needs."""
    makers = {name: node for node in graph.node for name in node.output}
    done: set[str] = set()
    waiting = [(makers[value.name], False) for value in reversed(graph.output)]
    while waiting:
        node, ready = waiting.pop()
        if node.output[0] in done:
            continue
        if ready:
            done.add(node.output[0])
            yield node
            continue
        waiting.append((node, True))
        waiting.extend((makers[name], False) for name in reversed(node.input) if name in makers)


def _names(graph: Any, nodes: list[Any], arrays: dict[str, None]) -> dict[str, str]:
    """New names by old ones; inputs, outputs and what is left out ("") keep theirs."""
    kept = {value.name: value.name for value in (*graph.input, *graph.output)} | {"": ""}
    made = (name for node in nodes for name in node.output)
    new = {name: f"array_{place}" for place, name in enumerate(arrays)}
    return new | {name: f"value_{place}" for place, name in enumerate(made)} | kept


def _rename(node: Any, names: dict[str, str]) -> None:
    for field in (node.input, node.output):
        field[:] = [names[name] for name in field]
    node.name = node.doc_string = ""
