"""A finished graph in ONNX's own form."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import numpy as np
import onnx
from onnx import helper

from deep_learner_onnx.emission import onnx_type
from deep_learner_onnx.inputs import Axes, Inputs
from deep_learner_onnx.model import Model
from deep_learner_onnx.sizes import Atom, is_dynamic, text_of

__all__ = ["IR_VERSIONS", "proto_of", "tensor_of"]

_VERSION = version("deep-learner-onnx")

# The oldest format that knows the operators of an opset, so that older runtimes read it.
IR_VERSIONS = {18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11}
SMALL = 1024  # bytes of a constant that stands between the nodes, not among the model's own


def proto_of(
    model: Model, inputs: Inputs, labels: Axes, name: str, constants: Mapping[str, Any]
) -> onnx.ModelProto:
    """The model as a message.

    Parameters
    ----------
    model, inputs
        What was traced.
    labels
        What dynamic axes of the outputs shall be called.
    name
        Of the graph.
    constants
        The tensors of the large constants and the model's own: messages by name.
    """
    nodes = [
        helper.make_node("Constant", [], [one], name=f"{one}/Constant", value=tensor_of(one, array))
        for one, array in model.constants.items()
        if one not in constants
    ]
    nodes += [
        helper.make_node(node.operator, node.inputs, node.outputs, name=_node_name(node), **node.attributes)
        for node in model.nodes
    ]
    graph = helper.make_graph(
        nodes, name, _input_values(inputs), _output_values(model, inputs, labels), list(constants.values())
    )
    proto = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", model.opset)],
        producer_name="deep-learner",
        producer_version=_VERSION,
    )
    proto.ir_version = IR_VERSIONS[model.opset]
    return proto


def tensor_of(name: str, array: Any) -> onnx.TensorProto:
    """A tensor with its values, in the byte order of the format."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    return helper.make_tensor(name, onnx_type(array.dtype), array.shape, little.tobytes(), raw=True)


def _node_name(node: Any) -> str:
    return (
        f"{node.layer.replace('.', '/')}/{node.operator}:{node.outputs[0]}"
        if node.layer
        else (f"{node.operator}:{node.outputs[0]}")
    )


def _input_values(inputs: Inputs) -> list[Any]:
    values: list[Any] = []
    for name, example in zip(inputs.names, inputs.examples, strict=True):
        shape: list[Any] = [int(size) for size in example.shape]
        for axis, label in inputs.axes.get(name, {}).items():
            shape[axis] = label
        values.append(helper.make_tensor_value_info(name, onnx_type(example.dtype.name), shape))
    return values


def _output_values(model: Model, inputs: Inputs, labels: Axes) -> list[Any]:
    names: dict[Atom, str] = {
        ("axis", name, axis): label for name, axes in inputs.axes.items() for axis, label in axes.items()
    }
    values: list[Any] = []
    for name, array in model.outputs.items():
        shape = [
            _dimension(size, labels.get(name, {}).get(axis), names) for axis, size in enumerate(array.shape)
        ]
        values.append(helper.make_tensor_value_info(name, onnx_type(array.dtype), shape))
    return values


def _dimension(size: int, label: str | None, names: dict[Atom, str]) -> int | str:
    if not is_dynamic(size):
        return int(size)
    return label or text_of(size, names)
