"""``torch.onnx``: PyTorch's way to call :func:`deep_learner.onnx.export`."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from ..onnx import export as export_model

__all__ = ["export", "is_in_onnx_export"]

# What PyTorch's other ways to trace take, and what it leaves out of the file.
_REFUSED = {
    "dynamic_shapes": "dynamic_axes says the same", "custom_translation_table": "operations need no table",
    "custom_opsets": "a graph is made of ONNX's own operators",
}  # fmt: skip


def export(
    model: Callable[..., Any],
    args: Any = (),
    f: str | os.PathLike[str] | None = None,
    *,
    kwargs: dict[str, Any] | None = None,
    verbose: bool | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    opset_version: int | None = None,
    dynamo: bool = True,
    external_data: bool | None = None,
    dynamic_axes: Mapping[str, Mapping[int, str] | Sequence[int]] | None = None,
    export_params: bool = True,
    training: Any = None,
    **options: Any,
) -> None:
    """Write a model as an ONNX file.

    Parameters
    ----------
    model, args, f
        As of :func:`deep_learner.onnx.export`: `args` is what the model is called with, a tuple or a tensor.
    kwargs
        Named arguments.
    input_names, output_names, opset_version, external_data, dynamic_axes
        As there.
    verbose, dynamo, optimize, do_constant_folding, verify, report and the like
        Accepted: they choose between PyTorch's ways to trace. Constants are always folded.
    training, export_params
        Models are exported in evaluation mode, with their parameters; other wishes are warned about.

    Raises
    ------
    TypeError
        Without a file `f`, or with something that has no meaning here.
    """
    for name, instead in _REFUSED.items():
        if options.get(name):
            raise TypeError(f"torch.onnx.export: {name} is not supported; {instead}")
    if f is None:
        raise TypeError("torch.onnx.export: f is needed, the path of the file; there is no ONNXProgram")
    if not export_params or getattr(training, "value", training):
        warnings.warn(
            "torch.onnx.export: a model is exported in evaluation mode and with its parameters", stacklevel=2
        )
    given = cast("tuple[Any, ...]", args) if isinstance(args, tuple) else (args,)
    export_model(
        model, (*given, kwargs) if kwargs else given, f, dynamic_axes=dynamic_axes, input_names=input_names,
        output_names=output_names, opset=opset_version, external_data=external_data,
    )  # fmt: skip


def is_in_onnx_export() -> bool:
    """False: what a model does for an export is what it does otherwise."""
    return False
