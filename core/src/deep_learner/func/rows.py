"""Gradients for many starting gradients at once: ``autograd.grad(..., is_grads_batched=True)``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..autograd.engine import run_general
from ..autograd.leaves import zero_gradient
from ..tensor import Tensor
from .tracing import as_tensor
from .vectorizing import vmap


def gradients_of_rows(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], rows: Sequence[Tensor | None], retain_graph: bool,
    create_graph: bool,
) -> list[Tensor | None]:  # fmt: skip
    """The gradients of outputs for inputs, starting from each row of some tensors.

    Parameters
    ----------
    outputs, inputs
        Tensors that require gradients.
    rows
        For each output (n, *) with its shape last, or None for one to leave out.
    retain_graph, create_graph
        As in :func:`deep_learner.autograd.grad`.

    Returns
    -------
    list of Tensor
        For each input (n, *) with its shape last; None where no output depends on it.

    Raises
    ------
    RuntimeError
        If no rows are given, they do not have the shapes of the outputs, or those require no gradients.
    """
    if len(rows) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(rows)} gradients; there must be as many")
    pairs = [(output, row) for output, row in zip(outputs, rows, strict=True) if row is not None]
    if not pairs:
        raise RuntimeError(
            "is_grads_batched=True needs grad_outputs: there is a gradient for each of their rows"
        )
    for output, row in pairs:
        if not output.requires_grad:
            raise RuntimeError("an output does not require grad and does not have a grad_fn")
        if row.shape[1:] != output.shape:
            raise RuntimeError(
                f"with is_grads_batched=True, grad_outputs have the outputs' shapes after a first dimension. Received: "
                f"{tuple(row.shape)} for an output of shape {tuple(output.shape)}"
            )
    nodes: list[Any] = [tensor._node for tensor in inputs]
    reached: set[int] = set()

    def gradients(*vectors: Tensor) -> list[Tensor]:
        roots: list[Any] = [
            (output._node, vector if create_graph else vector._array)
            for (output, _), vector in zip(pairs, vectors, strict=True)
        ]
        found = run_general(roots, retain_graph, create_graph, nodes)
        reached.update(i for i, node in enumerate(nodes) if node in found)
        return [
            as_tensor(found[node]) if node in found else zero_gradient(tensor)
            for tensor, node in zip(inputs, nodes, strict=True)
        ]

    made = vmap(gradients)(*[row for _, row in pairs])
    return [gradient if i in reached else None for i, gradient in enumerate(made)]
