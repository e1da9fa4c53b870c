"""Exporting models to ONNX, by the distribution ``deep-learner-onnx`` (``pip install 'deep-learner[onnx]'``)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .plugins import registry

__all__ = ["export"]


def export(
    model: Callable[..., Any],
    example_inputs: Any,
    path: str | os.PathLike[str],
    *,
    dynamic_axes: Mapping[str, Mapping[int, str] | Sequence[int]] | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset: int | None = None,
    external_data: bool | None = None,
) -> None:
    """Write what a model computes as an ONNX file, which is replaced in one step.

    The model is run once, in evaluation mode, on symbolic tensors; then it is as it was. Parameters and buffers become
    initializers with the names of its ``state_dict``.

    Parameters
    ----------
    model
        A module, or a function of tensors.
    example_inputs
        What it is called with: a tensor, a tuple of arguments, of which the last may be a dictionary of named ones, or
        such a dictionary. Shapes and dtypes count, the values do not.
    path
        Where the file is to stand.
    dynamic_axes
        For each input the axes whose size may change: ``{"input": {0: "batch"}}``, or ``{"input": [0]}``. Axes of one
        name always have one size. Names of outputs may be given to call their axes.
    input_names, output_names
        Of the tensors, in order; by default those of the parameters of ``forward``, and ``"output"``.
    opset
        The version of ONNX's operators, from 18 on; 20 by default.
    external_data
        Whether the values of the parameters go to a file beside the model's. By default they do where they take more
        than 2 GiB, which a single file cannot hold.

    Raises
    ------
    deep_learner_onnx.errors.ExportError
        If the model does something that a graph cannot say, such as branching on a tensor's values, drawing random
        numbers, or computing with a dynamic size as with a constant; the message names the layer. A RuntimeError.
    ValueError
        If names or axes do not fit the inputs and outputs, or the opset is not supported.
    UnknownNameError
        If ``deep-learner-onnx`` is not installed.

    Examples
    --------
    >>> dl.onnx.export(nn.Linear(3, 2), dl.ones(1, 3), "linear.onnx")  # doctest: +SKIP
    """
    options: dict[str, Any] = {"opset": opset} if opset is not None else {}
    serializer = registry.get("serializers", "onnx")()
    serializer.save_path(
        model, path, example_inputs=example_inputs, dynamic_axes=dynamic_axes, input_names=input_names,
        output_names=output_names, external_data=external_data, **options,
    )  # fmt: skip
