"""Exporting a model to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from deep_learner_onnx.checking import require_same, sizes_to_trace
from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.files import constants_of, write_proto
from deep_learner_onnx.inputs import DynamicAxes, Inputs, labels_of
from deep_learner_onnx.model import Model, finished
from deep_learner_onnx.proto import IR_VERSIONS, proto_of
from deep_learner_onnx.trace import traced

__all__ = ["DEFAULT_OPSET", "export", "exported"]

DEFAULT_OPSET = 20  # of 2023: GELU and sampling from grids in any dimensions have operators


def export(
    model: Callable[..., Any],
    example_inputs: Any,
    path: str | os.PathLike[str],
    *,
    dynamic_axes: DynamicAxes | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset: int = DEFAULT_OPSET,
    external_data: bool | None = None,
) -> None:
    """Write a model as an ONNX file; see :func:`deep_learner.onnx.export`."""
    traced_model, inputs, outputs = exported(
        model, example_inputs, dynamic_axes, input_names, output_names, opset
    )
    name = type(model).__name__ if hasattr(model, "forward") else getattr(model, "__name__", "model")
    labels = labels_of(_of_outputs(dynamic_axes, outputs), outputs)
    constants, write_data = constants_of(traced_model, path, external_data)
    proto = proto_of(traced_model, inputs, labels, name, constants)
    write_proto(proto, path, write_data)


def exported(
    model: Callable[..., Any],
    example_inputs: Any,
    dynamic_axes: DynamicAxes | None,
    input_names: Sequence[str] | None,
    output_names: Sequence[str] | None,
    opset: int,
) -> tuple[Model, Inputs, dict[str, int]]:
    """The graph of a model, its inputs, and the ranks of its outputs by name.

    Raises
    ------
    ValueError
        If the opset is not supported, or names or axes do not fit the inputs.
    ExportError
        If the model does what a graph cannot say, or its graph depends on the sizes of dynamic axes.
    """
    if opset not in IR_VERSIONS:
        raise ValueError(f"opset must be one of {', '.join(map(str, IR_VERSIONS))}. Received: {opset}")
    given = None if output_names is None else list(output_names)
    inputs = Inputs.of(model, example_inputs, input_names)
    inputs.make_dynamic(dynamic_axes)
    first, *others = sizes_to_trace(inputs.sizes())
    found = _finished(model, inputs, first, given, opset)
    outputs = {name: array.ndim for name, array in found.outputs.items()}
    for name in dynamic_axes or {}:
        if name not in inputs.names and name not in outputs:
            known = ", ".join(map(repr, (*inputs.names, *outputs)))
            raise ValueError(f"dynamic_axes names {name!r}, but the inputs and outputs are {known}")
    if first:
        _check(model, inputs, found, first, others, given, opset)
    return found, inputs, outputs


def _finished(
    model: Callable[..., Any], inputs: Inputs, sizes: dict[str, int], names: list[str] | None, opset: int
) -> Model:
    trace = traced(model, inputs, sizes, opset)
    outputs = trace.outputs
    if names is not None:
        if len(names) != len(outputs) or len({*names}) < len(names):
            raise ValueError(f"output_names must name {len(outputs)} tensors. Received: {names}")
        if {*names} & {*inputs.names}:
            raise ValueError(f"inputs and outputs have the same names: {inputs.names} and {names}")
        outputs = dict(zip(names, outputs.values(), strict=True))
    return finished(trace.graph, outputs, inputs.names)


def _check(
    model: Callable[..., Any],
    inputs: Inputs,
    found: Model,
    sizes: dict[str, int],
    others: list[dict[str, int]],
    names: list[str] | None,
    opset: int,
) -> None:
    """Run the model with other sizes, the first with which it runs at all, and compare."""
    failure: ExportError | None = None
    for other in others:
        try:
            second = _finished(model, inputs, other, names, opset)
        except ExportError as error:
            failure = failure or error
            continue
        return require_same(found, second, sizes, other)
    raise ExportError(
        f"{failure}\n  That is with the sizes {others[0]}; with {sizes} the model runs. An axis that has one size only "
        "is to be left out of dynamic_axes"
    ) from failure


def _of_outputs(dynamic_axes: DynamicAxes | None, outputs: dict[str, int]) -> dict[str, Any]:
    return {name: axes for name, axes in (dynamic_axes or {}).items() if name in outputs}
