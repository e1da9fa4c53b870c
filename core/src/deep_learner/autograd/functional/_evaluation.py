"""What the products and the matrices share: inputs as leaves, outputs as tuples, gradients of outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...sequences import as_tuple, is_several
from ...tensor import Tensor
from .. import grad


def as_tensors(value: Any, what: str) -> tuple[tuple[Tensor, ...], bool]:
    items = as_tuple(value)
    for item in items:
        if not isinstance(item, Tensor):
            raise TypeError(f"{what} must be a Tensor or a tuple of Tensors. Received: {type(item).__name__}")
    return items, is_several(value)


def fresh_leaves(inputs: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """The inputs as tensors that require a gradient: joined to their graph, or leaves of their own."""
    if create_graph:
        return tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in inputs)
    return tuple(x.detach().requires_grad_() for x in inputs)


def evaluate(
    func: Callable[..., Any], inputs: Any, create_graph: bool
) -> tuple[tuple[Tensor, ...], bool, tuple[Tensor, ...], bool]:
    given, several_inputs = as_tensors(inputs, "inputs")
    fresh = fresh_leaves(given, create_graph)
    outputs, several_outputs = as_tensors(func(*fresh), "the function's outputs")
    return fresh, several_inputs, outputs, several_outputs


def matching(v: Any, like: Sequence[Tensor], what: str) -> tuple[Tensor, ...]:
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(f"the vector v can only be None if {what} is a single tensor with one element")
        return (like[0].detach().ones_like(),)
    vectors, _ = as_tensors(v, "v")
    if len(vectors) != len(like) or any(a.shape != b.shape for a, b in zip(vectors, like, strict=False)):
        raise RuntimeError(
            f"v must have the shapes of {what}: {[tuple(t.shape) for t in like]}. "
            f"Received: {[tuple(t.shape) for t in vectors]}"
        )
    return vectors


def pack(items: Sequence[Any], several: bool) -> Any:
    return tuple(items) if several else items[0]


def settle(items: Sequence[Tensor], create_graph: bool) -> list[Tensor]:
    return list(items) if create_graph else [item.detach() for item in items]


def gradients(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], vectors: Sequence[Tensor | None], create_graph: bool,
    strict: bool, retain: bool = False,
) -> list[Tensor]:  # fmt: skip
    """Gradients of those outputs that depend on anything; zeros for inputs that they do not depend on."""
    pairs = [(out, v) for out, v in zip(outputs, vectors, strict=True) if out.requires_grad]
    if not pairs:
        if strict:
            raise RuntimeError("no output of the function depends on its inputs (strict=True)")
        return [x.detach().zeros_like() for x in inputs]
    return list(
        grad(
            [out for out, _ in pairs], inputs, [v for _, v in pairs], create_graph=create_graph,
            retain_graph=retain or create_graph, allow_unused=not strict, materialize_grads=not strict,
        )
    )  # fmt: skip  # pyright: ignore[reportReturnType]
