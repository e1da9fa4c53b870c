"""Whole Jacobians and Hessians: products with all unit vectors at once, by ``vmap``."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from ..namespaces.raw import namespace_of
from ..tensor import Tensor, wrap
from .derivatives import Argnums, Linearized, chosen_places
from .levels import base_backend
from .tracing import Trace
from .vectorizing import vmap

__all__ = ["hessian", "jacfwd", "jacrev"]


def unit_vectors(like: Tensor) -> Tensor:
    """All unit vectors of a tensor's shape: (n, *) for n elements."""
    array = like._array
    backend = base_backend(like)
    while hasattr(array, "value"):
        array = array.value._array
    count = math.prod(like.shape)
    device = backend.native_device(backend.device_of(array))
    return wrap(namespace_of(backend).eye(count, dtype=array.dtype, device=device)).reshape(
        (count, *like.shape)
    )


def jacrev(
    func: Callable[..., Any],
    argnums: Argnums = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:
    """The Jacobian of a function, row by row: cheaper than :func:`jacfwd` where there are fewer outputs than inputs.

    Parameters
    ----------
    func
        Takes and returns trees of tensors; with ``has_aux`` a pair, of which the first part is differentiated.
    argnums
        The positional argument to differentiate for, or several.
    has_aux
        Whether ``func`` returns a pair.
    chunk_size
        How many rows to compute at a time; all, unless given.

    Returns
    -------
    callable
        Takes what ``func`` does. Returns a tree like the output, which holds at each leaf a tree like the argument (a
        tuple of them where ``argnums`` is one), of tensors of shape (*output's, *input's); with ``has_aux`` a pair of
        that and the second part.

    Raises
    ------
    RuntimeError
        If ``func`` returns no tensors, or an argument does not exist.
    ValueError
        If ``chunk_size`` is not positive.
    """
    _check_chunk(chunk_size, "jacrev")

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        trace = Trace(func, args, kwargs, chosen_places(argnums, len(args)), has_aux, "jacrev")
        table: list[Any] = []
        for place, output in enumerate(trace.outputs):

            def row(vector: Tensor, place: int = place) -> list[Tensor]:
                return trace.pull([vector if at == place else None for at in range(len(trace.outputs))])

            blocks = vmap(row, chunk_size=chunk_size)(unit_vectors(output))
            shaped = [
                block.reshape((*output.shape, *x.shape))
                for block, x in zip(blocks, trace.inputs, strict=True)
            ]
            trees = trace.arguments_of(shaped)
            table.append(tuple(trees) if isinstance(argnums, tuple) else trees[0])
        found = trace.result.unflatten(table)
        return (found, trace.shown(trace.aux)) if has_aux else found

    return jacobian


def jacfwd(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False, *, chunk_size: int | None = None,
    randomness: str = "error",
) -> Callable[..., Any]:  # fmt: skip
    """The Jacobian of a function, column by column.

    Parameters and results are those of :func:`jacrev`; ``randomness`` is that of :func:`vmap`. ``func`` runs once.
    """
    _check_chunk(chunk_size, "jacfwd")

    @functools.wraps(func)
    def jacobian(*args: Any, **kwargs: Any) -> Any:
        called = functools.partial(func, **kwargs) if kwargs else func
        near = Linearized(called, args, chosen_places(argnums, len(args)), has_aux, "jacfwd")
        trace = near.trace
        columns: list[list[Tensor]] = []  # for each input the blocks of all outputs
        for place, x in enumerate(trace.inputs):

            def column(vector: Tensor, place: int = place) -> list[Tensor]:
                return near.push([vector if at == place else None for at in range(len(trace.inputs))])

            blocks = vmap(column, out_dims=-1, randomness=randomness, chunk_size=chunk_size)(unit_vectors(x))
            columns.append(
                [
                    block.reshape((*out.shape, *x.shape))
                    for block, out in zip(blocks, trace.outputs, strict=True)
                ]
            )
        table: list[Any] = []
        for place in range(len(trace.outputs)):
            trees = trace.arguments_of([column[place] for column in columns])
            table.append(tuple(trees) if isinstance(argnums, tuple) else trees[0])
        found = trace.result.unflatten(table)
        return (found, trace.shown(trace.aux)) if has_aux else found

    return jacobian


def hessian(func: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The second derivatives of a function: the Jacobian of its Jacobian.

    Parameters
    ----------
    func
        Takes and returns trees of tensors.
    argnums
        The positional argument to differentiate for, or several.

    Returns
    -------
    callable
        Takes what ``func`` does. Returns a tree like the output, of trees like the argument, of such trees again, of
        tensors of shape (*output's, *input's, *input's).
    """
    return jacrev(jacrev(func, argnums), argnums)


def _check_chunk(chunk_size: int | None, who: str) -> None:
    if chunk_size is not None and chunk_size < 1:
        raise ValueError(f"{who}: `chunk_size` should be greater than 0. Received: {chunk_size}")
