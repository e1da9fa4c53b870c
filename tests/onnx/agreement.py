"""Exporting a model and comparing what onnxruntime makes of it with what the model gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import deep_learner as dl
from deep_learner.utils._pytree import tree_leaves

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def tensors(value: Any) -> list[dl.Tensor]:
    """The tensors in nested arguments or results."""
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, dl.Tensor)]


def session(path: Path) -> InferenceSession:
    """The file, ready to run."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)  # errors, no warnings
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def assert_agrees(
    model: Callable[..., Any],
    inputs: Any,
    path: Path,
    *others: Any,
    named: Mapping[str, dl.Tensor] | None = None,
    tolerance: float = 1e-5,
    **options: Any,
) -> InferenceSession:
    """Export a model with inputs, and compare on these and on others, with the types and shapes.

    Parameters
    ----------
    model
        In evaluation mode, or a function.
    inputs
        A tuple of arguments.
    path
        Where to write.
    others
        More such tuples, perhaps of other sizes.
    named
        Arguments by name.
    tolerance
        Relative, and absolute for numbers below 1.
    options
        Of `deep_learner.onnx.export`.
    """
    import onnx

    named = dict(named or {})
    dl.onnx.export(model, (*inputs, named), path, **options)
    onnx.checker.check_model(path, full_check=True)
    ready = session(path)
    names = [one.name for one in ready.get_inputs()]
    for arguments in (inputs, *others):
        with dl.no_grad():
            wanted = tensors(model(*arguments, **named))
        feed = dict(zip(names, [one.detach().numpy() for one in tensors((arguments, named))], strict=True))
        for output, found, expected in zip(ready.get_outputs(), ready.run(None, feed), wanted, strict=True):
            values = expected.detach().numpy()
            assert (found.dtype, found.shape) == (values.dtype, values.shape), output.name
            np.testing.assert_allclose(found, values, rtol=tolerance, atol=tolerance, err_msg=output.name)
    return ready
