"""Products with Jacobians, and Jacobians and Hessians themselves, of functions of Tensors.

The names, arguments and result structures are those of ``torch.autograd.functional``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..sequences import as_tuple, is_several
from ..tensor import Tensor
from . import grad
from .modes import enable_grad

Tensors = Tensor | tuple[Tensor, ...]


def _as_tuple(value: Any, what: str) -> tuple[tuple[Tensor, ...], bool]:
    items = as_tuple(value)
    for item in items:
        if not isinstance(item, Tensor):
            raise TypeError(f"{what} must be a Tensor or a tuple of Tensors. Received: {type(item).__name__}")
    return items, is_several(value)


def _fresh(inputs: Sequence[Tensor], create_graph: bool) -> tuple[Tensor, ...]:
    """The inputs as tensors that require a gradient: joined to their graph, or leaves of their own."""
    if create_graph:
        return tuple(x.view_as(x) if x.requires_grad else x.detach().requires_grad_() for x in inputs)
    return tuple(x.detach().requires_grad_() for x in inputs)


def _evaluate(
    func: Callable[..., Any], inputs: Any, create_graph: bool
) -> tuple[tuple[Tensor, ...], bool, tuple[Tensor, ...], bool]:
    given, several_inputs = _as_tuple(inputs, "inputs")
    fresh = _fresh(given, create_graph)
    outputs, several_outputs = _as_tuple(func(*fresh), "the function's outputs")
    return fresh, several_inputs, outputs, several_outputs


def _matching(v: Any, like: Sequence[Tensor], what: str) -> tuple[Tensor, ...]:
    if v is None:
        if len(like) != 1 or like[0].numel() != 1:
            raise RuntimeError(f"the vector v can only be None if {what} is a single tensor with one element")
        return (like[0].detach().ones_like(),)
    vectors, _ = _as_tuple(v, "v")
    if len(vectors) != len(like) or any(a.shape != b.shape for a, b in zip(vectors, like, strict=False)):
        raise RuntimeError(
            f"v must have the shapes of {what}: {[tuple(t.shape) for t in like]}. "
            f"Received: {[tuple(t.shape) for t in vectors]}"
        )
    return vectors


def _pack(items: Sequence[Any], several: bool) -> Any:
    return tuple(items) if several else items[0]


def _settle(items: Sequence[Tensor], create_graph: bool) -> list[Tensor]:
    return list(items) if create_graph else [item.detach() for item in items]


def _grads(
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


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and the product of a vector with its Jacobian: v^T J.

    Parameters
    ----------
    func
        Takes and returns a Tensor or a tuple of Tensors.
    inputs
        Where: a Tensor or a tuple of them.
    v
        The vector, in the outputs' shapes; may be None for a scalar output.
    create_graph
        Record the computation, so that the results can be differentiated.
    strict
        Refuse outputs that do not depend on the inputs, in place of returning zeros.

    Returns
    -------
    outputs, product
        As the function returns; in the inputs' shapes.
    """
    with enable_grad():
        fresh, several_in, outputs, several_out = _evaluate(func, inputs, create_graph)
        vectors = _matching(v, outputs, "the output")
        product = _grads(outputs, fresh, vectors, create_graph, strict)
    return _pack(_settle(outputs, create_graph), several_out), _pack(product, several_in)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and the product of its Jacobian with a vector: J v.

    The product v^T J is linear in v; differentiating it with respect to v gives J without a forward mode.
    Parameters and results are as for :func:`vjp`, but ``v`` has the inputs' shapes and the product the outputs'.
    """
    with enable_grad():
        fresh, _, outputs, several_out = _evaluate(func, inputs, create_graph)
        vectors = _matching(v, fresh, "the input")
        dummies = [out.detach().zeros_like().requires_grad_() for out in outputs]
        rows = _grads(outputs, fresh, dummies, True, strict)
        product = _grads(rows, dummies, vectors, create_graph, strict)
    return _pack(_settle(outputs, create_graph), several_out), _pack(product, several_out)


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
) -> Any:
    """The Jacobian: for each output and input, shape (*output shape, *input shape).

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for :func:`vjp`.
    vectorize
        Accepted for PyTorch's sake; rows are computed one after the other.

    Returns
    -------
    Tensor or nested tuple of Tensor
        Indexed by output, then by input, where there are several.
    """
    with enable_grad():
        fresh, several_in, outputs, several_out = _evaluate(func, inputs, create_graph)
        table: list[Any] = []
        for out in outputs:
            rows: list[list[Tensor]] = []
            for element in out.reshape(-1):
                rows.append(_grads([element], fresh, [None], create_graph, strict, retain=True))
            blocks = [
                _stack(column, out, x) for column, x in zip(_columns(rows, len(fresh)), fresh, strict=True)
            ]
            table.append(_pack(blocks, several_in))
    return _pack(table, several_out)


def _columns(rows: list[list[Tensor]], count: int) -> list[list[Tensor]]:
    return [[row[i] for row in rows] for i in range(count)]


def _stack(rows: list[Tensor], out: Tensor, x: Tensor) -> Tensor:
    from ..ops.registry import OPERATIONS

    shape = (*out.shape, *x.shape)
    return OPERATIONS["stack"](rows).reshape(shape) if rows else x.detach().new_zeros(shape)


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
) -> Any:
    """The Hessian of a function with one scalar output: for each pair of inputs, shape (*shape_i, *shape_j).

    Raises
    ------
    RuntimeError
        If the output is not a single element.
    """
    _, several = _as_tuple(inputs, "inputs")

    def gradient(*xs: Tensor) -> Any:
        output = func(*xs)
        if not isinstance(output, Tensor) or output.numel() != 1:
            raise RuntimeError("the function given to hessian should return a single element")
        tracked = tuple(x if x.requires_grad else x.requires_grad_() for x in xs)
        return tuple(_grads([output.reshape(())], tracked, [None], True, strict))

    given, _ = _as_tuple(inputs, "inputs")
    table = jacobian(gradient, given, create_graph=create_graph, strict=strict)
    return table if several else table[0][0]
