"""Whole Jacobians and Hessians."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...ops.registry import OPERATIONS
from ...tensor import Tensor
from ..modes import enable_grad
from ._evaluation import as_tensors, evaluate, gradients, pack

STRATEGIES = ("reverse-mode", "forward-mode")


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    """The Jacobian: for each output and input, shape (*output shape, *input shape).

    Parameters
    ----------
    func, inputs, create_graph, strict
        As for :func:`vjp`.
    vectorize
        Compute all rows at once, by ``vmap``.
    strategy
        ``"reverse-mode"``: row by row; ``"forward-mode"``: column by column, with ``vectorize`` alone.

    Returns
    -------
    Tensor or nested tuple of Tensor
        Indexed by output, then by input, where there are several.

    Raises
    ------
    NotImplementedError
        For ``"forward-mode"`` without ``vectorize``.
    RuntimeError
        If ``strict`` and ``vectorize`` are set, or an output depends on no input and ``strict`` is.
    """
    _check(strategy, strict, vectorize, "jacobian")
    with enable_grad():
        fresh, several_in, outputs, several_out = evaluate(func, inputs, create_graph)
        if strategy == "forward-mode":
            table = _by_columns(outputs, fresh, create_graph)
        else:
            rows = _rows_at_once if vectorize else _rows_in_turn
            table = [rows(out, fresh, create_graph, strict) for out in outputs]
    return pack([pack(blocks, several_in) for blocks in table], several_out)


def _check(strategy: str, strict: bool, vectorize: bool, who: str) -> None:
    assert strategy in STRATEGIES, f"Expected strategy to be one of {STRATEGIES}. Received: {strategy!r}"
    if strategy == "forward-mode" and not vectorize:
        raise NotImplementedError(f"{who}: forward-mode is only implemented for `vectorize=True`")
    if strict and vectorize:
        raise RuntimeError(
            f"torch.autograd.functional.{who}: `strict=True` and `vectorize=True` are not supported together. Please "
            "either set one to False"
        )


def _rows_in_turn(out: Tensor, fresh: Sequence[Tensor], create_graph: bool, strict: bool) -> list[Tensor]:
    rows = [
        gradients([element], fresh, [None], create_graph, strict, retain=True) for element in out.reshape(-1)
    ]
    columns = [[row[i] for row in rows] for i in range(len(fresh))]
    return [_stacked(column, out, x) for column, x in zip(columns, fresh, strict=True)]


def _stacked(rows: list[Tensor], out: Tensor, x: Tensor) -> Tensor:
    shape = (*out.shape, *x.shape)
    return OPERATIONS["stack"](rows).reshape(shape) if rows else x.detach().new_zeros(shape)


def _rows_at_once(out: Tensor, fresh: Sequence[Tensor], create_graph: bool, strict: bool) -> list[Tensor]:
    from ...func.jacobians import unit_vectors
    from ...func.tracing import pulled
    from ...func.vectorizing import vmap

    def row(vector: Tensor) -> list[Tensor]:
        return pulled([out], fresh, [vector], create_graph)

    blocks = vmap(row)(unit_vectors(out))
    return [block.reshape((*out.shape, *x.shape)) for block, x in zip(blocks, fresh, strict=True)]


def _by_columns(outputs: Sequence[Tensor], fresh: Sequence[Tensor], create_graph: bool) -> list[list[Tensor]]:
    """For each output the blocks of all inputs; see :class:`deep_learner.func.derivatives.Linearized`."""
    from ...func.jacobians import unit_vectors
    from ...func.tracing import pulled
    from ...func.vectorizing import vmap

    dummies = [out.detach().zeros_like().requires_grad_() for out in outputs]
    rows = pulled(outputs, fresh, dummies, True)
    columns: list[list[Tensor]] = []
    for row, x in zip(rows, fresh, strict=True):

        def column(vector: Tensor, row: Tensor = row) -> list[Tensor]:
            return pulled([row], dummies, [vector], create_graph)

        blocks = vmap(column, out_dims=-1)(unit_vectors(x))
        columns.append(
            [block.reshape((*out.shape, *x.shape)) for block, out in zip(blocks, outputs, strict=True)]
        )
    return [[column[i] for column in columns] for i in range(len(outputs))]


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    """The Hessian of a function with one scalar output: for each pair of inputs, shape (*shape_i, *shape_j).

    Parameters
    ----------
    func, inputs, create_graph, strict, vectorize
        As for :func:`jacobian`.
    outer_jacobian_strategy
        Its ``strategy``, for the Jacobian of the gradient.

    Raises
    ------
    RuntimeError
        If the output is not a single element; or as :func:`jacobian`.
    """
    given, several = as_tensors(inputs, "inputs")

    def gradient(*xs: Tensor) -> Any:
        output = func(*xs)
        if not isinstance(output, Tensor) or output.numel() != 1:
            raise RuntimeError("the function given to hessian should return a single element")
        tracked = tuple(x if x.requires_grad else x.requires_grad_() for x in xs)
        return tuple(gradients([output.reshape(())], tracked, [None], True, strict))

    table = jacobian(
        gradient, given, create_graph=create_graph, strict=strict, vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )  # fmt: skip
    return table if several else table[0][0]
