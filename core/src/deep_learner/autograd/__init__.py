"""Differentiation: the graph, backward passes, and what is built on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..tensor import Tensor
from .anomaly import detect_anomaly, is_anomaly_enabled, set_detect_anomaly
from .engine import root_gradient, run, run_general
from .function import Function, once_differentiable
from .modes import (
    enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad, set_grad_enabled,
)  # fmt: skip

if TYPE_CHECKING:
    from . import functional
    from .checkpointing import checkpoint
    from .functional import hessian, jacobian, jvp, vjp
    from .gradient_check import gradcheck, gradgradcheck
    from .graph import Node
    from .variable import Variable

__all__ = [
    "Function", "Variable", "backward", "checkpoint", "detect_anomaly", "enable_grad", "functional", "grad",
    "gradcheck", "gradgradcheck", "hessian", "inference_mode", "is_anomaly_enabled", "is_grad_enabled",
    "is_inference_mode_enabled", "jacobian", "jvp", "no_grad", "once_differentiable", "set_detect_anomaly",
    "set_grad_enabled", "vjp",
]  # fmt: skip


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensor | Sequence[Tensor] | None = None,
    *,
    implicit: bool | None = None,
) -> None:
    """Add the gradients of ``tensors`` to the ``grad`` of the leaves they were made from.

    Parameters
    ----------
    tensors
        Where to start.
    grad_tensors
        The gradients to start from; None stands for ones.
    retain_graph
        Keep what is needed for another pass; by default as ``create_graph``.
    create_graph
        Record the pass itself.
    inputs
        Gather gradients only in these.
    implicit
        Whether ones may stand in for the gradient of a tensor that is no scalar; None: unless PyTorch's word holds.

    Raises
    ------
    RuntimeError
        If a tensor requires no gradient, a gradient does not fit, the graph has been freed, or something it needs
        was overwritten in place.
    """
    roots = _roots(tensors, grad_tensors, create_graph, implicit)
    retain = create_graph if retain_graph is None else retain_graph
    if not roots:
        return
    if not create_graph and inputs is None:
        run(roots, retain)
        return
    chosen = None if inputs is None else [_input_node(tensor) for tensor in _listed(inputs)]
    if chosen is not None and not chosen:
        raise RuntimeError("inputs must not be empty")
    run_general(roots, retain, create_graph, chosen, accumulate_inputs=True)


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
    *,
    implicit: bool | None = None,
) -> tuple[Tensor | None, ...]:
    """The gradients of ``outputs`` with respect to ``inputs``; no ``grad`` attribute is touched.

    Parameters
    ----------
    outputs, grad_outputs
        Where to start, and with which gradients (None: ones).
    inputs
        Tensors that the outputs were made from.
    retain_graph, create_graph
        As in :func:`backward`.
    allow_unused
        Return None for an input that the outputs do not depend on, in place of an error.
    materialize_grads
        Return zeros for such an input.
    is_grads_batched
        Start from each row of ``grad_outputs``, all at once; gradients have a first dimension, too.

    Returns
    -------
    tuple of Tensor
        One for each input, of its shape.

    Raises
    ------
    RuntimeError
        As :func:`backward`, or if an input is unused and that is not allowed.
    """
    targets = _listed(inputs)
    roots = [] if is_grads_batched else _roots(outputs, grad_outputs, create_graph, implicit)
    retain = create_graph if retain_graph is None else retain_graph
    nodes = [_input_node(tensor) for tensor in targets]
    made: Sequence[Any]
    if is_grads_batched:
        from ..func.rows import gradients_of_rows

        rows = [] if grad_outputs is None else _listed(grad_outputs)
        made = gradients_of_rows(_listed(outputs), targets, rows, retain, create_graph)
    else:
        found = run_general(roots, retain, create_graph, nodes)
        made = [found.get(node) for node in nodes]
    results: list[Tensor | None] = []
    for i, (tensor, gradient) in enumerate(zip(targets, made, strict=True)):
        if gradient is None and materialize_grads:
            from .leaves import zero_gradient

            gradient = zero_gradient(tensor)
        if gradient is None and not allow_unused:
            raise RuntimeError(
                f"input {i} (shape {tuple(tensor.shape)}) appears to not have been used in the graph; "
                "set allow_unused=True if that is intended"
            )
        results.append(_result(gradient, tensor))
    return tuple(results)


def _result(gradient: Any, tensor: Tensor) -> Tensor | None:
    from ..namespaces.raw import NAMESPACES
    from ..tensor import wrap
    from .record import as_array

    if gradient is None or isinstance(gradient, Tensor):
        return gradient
    array = as_array(gradient, NAMESPACES[type(gradient)].backend.array_types[0])
    return wrap(array)


def _listed(tensors: Any) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _input_node(tensor: Tensor) -> Node:
    if tensor._node is None:
        raise RuntimeError(
            "one of the differentiated tensors does not require grad; call requires_grad_() first"
        )
    return tensor._node


def _roots(tensors: Any, gradients: Any, create_graph: bool, implicit: bool | None) -> list[tuple[Node, Any]]:
    """Pairs of node and starting gradient, raw or (under ``create_graph``) as a Tensor."""
    outputs = _listed(tensors)
    given = (
        [gradients] * len(outputs) if gradients is None or isinstance(gradients, Tensor) else list(gradients)
    )
    if len(given) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(given)} gradients; there must be as many")
    roots: list[tuple[Node, Any]] = []
    for tensor, gradient in zip(outputs, given, strict=True):
        if tensor._node is None:
            raise RuntimeError(
                "element 0 of tensors does not require grad and does not have a grad_fn: nothing that made this "
                f"tensor (shape {tuple(tensor.shape)}, dtype {tensor.dtype.name}) was recorded. Create a leaf with "
                "requires_grad=True, and compute outside no_grad()"
            )
        start = root_gradient(tensor, gradient, implicit)
        roots.append((tensor._node, start if create_graph else start._array))
    return roots


def __getattr__(name: str) -> Any:
    """The parts that not every program needs, imported when first used."""
    import importlib

    homes = {
        "vjp": "functional", "jvp": "functional", "jacobian": "functional", "hessian": "functional",
        "Variable": "variable", "checkpoint": "checkpointing", "gradcheck": "gradient_check",
        "gradgradcheck": "gradient_check",
    }  # fmt: skip
    if name in ("functional", "profiler"):
        return importlib.import_module(f".{name}", __name__)
    home = homes.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{home}", __name__), name)
