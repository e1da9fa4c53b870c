"""Gradients, and products with Jacobians: ``grad``, ``grad_and_value``, ``vjp``, ``jvp``, ``linearize``."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..autograd.modes import enable_grad
from ..sequences import as_tuple
from ..tensor import Tensor
from ..utils._pytree import TreeSpec, tree_flatten
from .tracing import Trace, pulled

__all__ = ["grad", "grad_and_value", "jvp", "linearize", "vjp"]

Argnums = int | tuple[int, ...]


def grad(func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of a function with a scalar result.

    Parameters
    ----------
    func
        Takes trees (tuples, lists, dictionaries) of tensors, and returns a 0-d tensor; with ``has_aux`` a pair of one
        and anything else.
    argnums
        The positional argument to differentiate for, or several.
    has_aux
        Whether ``func`` returns a pair.

    Returns
    -------
    callable
        Takes what ``func`` does. Returns a tree like the argument, a tuple of them where ``argnums`` is one; with
        ``has_aux`` a pair of that and the second part of what ``func`` returned.

    Raises
    ------
    RuntimeError
        If ``func`` returns no 0-d tensor, or an argument does not exist.

    Examples
    --------
    >>> grad(sin)(tensor(0.0))
    Tensor(1.0)
    """

    @functools.wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, rest = grad_and_value(func, argnums, has_aux)(*args, **kwargs)
        return (found, rest[1]) if has_aux else found

    return gradient


def grad_and_value(
    func: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As :func:`grad`, but returns a pair of the gradient and what ``func`` returned."""

    @functools.wraps(func)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        places = chosen_places(argnums, len(args))
        trace = Trace(func, args, kwargs, places, has_aux, "grad")
        if not trace.result.is_leaf():
            raise RuntimeError(
                f"grad: expected f(*args) to return a tensor, but it returned a {trace.result.type}"
            )
        output = trace.outputs[0]
        if output.ndim:
            raise RuntimeError(
                "grad: expected f(*args) to return a scalar tensor, got a tensor with "
                f"{output.ndim} dims. Did you forget to call .sum()?"
            )
        trees = trace.arguments_of(trace.pull([output.detach().ones_like()]))
        value = (trace.value, trace.shown(trace.aux)) if has_aux else trace.value
        return (tuple(trees) if isinstance(argnums, tuple) else trees[0]), value

    return gradient


def chosen_places(argnums: Argnums, count: int) -> list[int]:
    """The positions of the arguments that ``argnums`` names among so many.

    Raises
    ------
    RuntimeError
        If one does not exist, is named twice, or none is named.
    """
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    if not numbers or not all(isinstance(number, int) for number in numbers):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise RuntimeError(f"argnum must be an int or a tuple of at least one int. Received: {argnums!r}")
    for number in numbers:
        if not -count <= number < count:
            raise RuntimeError(f"Got argnum={number}, but only {count} positional inputs")
    places = [number % count for number in numbers]
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique. Received: {argnums!r}")
    return places


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """A function's value, and the function that multiplies vectors with its Jacobian: v^T J.

    Parameters
    ----------
    func
        Takes and returns trees of tensors; with ``has_aux`` a pair, of which the first part is differentiated.
    *primals
        Where.

    Returns
    -------
    output, vjp_fn[, aux]
        ``vjp_fn(v)`` takes a tree like ``output`` and returns a tuple of trees like ``primals``; it may be called
        again, and with ``vmap``.

    Raises
    ------
    RuntimeError
        If ``func`` returns no tensors; by ``vjp_fn``, if ``v`` does not have the structure and shapes of the output.
    """
    trace = Trace(func, primals, {}, range(len(primals)), has_aux, "vjp")
    if not trace.outputs:
        raise RuntimeError("vjp(f, *primals): Expected f to be a function that has non-empty output")

    def vjp_fn(cotangents: Any) -> Any:
        vectors = matching(cotangents, trace.result, trace.outputs, "vjp_fn", "the outputs")
        return tuple(trace.arguments_of(trace.pull(vectors)))

    return (trace.value, vjp_fn, trace.shown(trace.aux)) if has_aux else (trace.value, vjp_fn)


def matching(tree: Any, structure: TreeSpec, like: Sequence[Tensor], who: str, what: str) -> list[Tensor]:
    """The leaves of a tree that must have a structure, and the shapes of certain tensors.

    Raises
    ------
    RuntimeError
        If it does not.
    """
    leaves, found = tree_flatten(tree)
    if found != structure:
        raise RuntimeError(f"{who}: expected a tree with the structure of {what}. Received: {type(tree)}")
    for leaf, one in zip(leaves, like, strict=True):
        if not isinstance(leaf, Tensor) or leaf.shape != one.shape:
            given: Any = tuple(leaf.shape) if isinstance(leaf, Tensor) else leaf.__class__
            raise RuntimeError(
                f"{who}: expected tensors with the shapes of {what}, {tuple(one.shape)}. Received: {given}"
            )
    return leaves


class Linearized:
    """A function near a point, from which products of its Jacobian with vectors are made: J v.

    v^T J is linear in v; its derivative for v, times a vector, is J times that, so there is no forward mode.
    """

    def __init__(
        self, func: Callable[..., Any], primals: Sequence[Any], places: Sequence[int], has_aux: bool, who: str
    ):
        self.trace = trace = Trace(func, primals, {}, places, has_aux, who)
        self.dummies = [output.detach().zeros_like().requires_grad_() for output in trace.outputs]
        with enable_grad():
            self.rows = pulled(trace.outputs, trace.inputs, self.dummies, True)

    def push(self, tangents: Sequence[Tensor | None]) -> list[Tensor]:
        """J v for one vector for each input: a tensor for each output."""
        made = pulled(self.rows, self.dummies, tangents, self.trace.recorded)
        return [self.trace._kept(one) for one in made]


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """A function's value, and the product of its Jacobian with a vector: J v.

    Parameters
    ----------
    func
        Takes and returns trees of tensors.
    primals, tangents
        Where, and the vector: tuples of trees, one for each argument.
    strict
        Refuse outputs that do not depend on the inputs, in place of returning zeros.
    has_aux
        Whether ``func`` returns a pair, of which the first part is differentiated.

    Returns
    -------
    output, product[, aux]
        Trees of the same structure; and the second part.

    Raises
    ------
    RuntimeError
        If the tangents do not have the structure and shapes of the primals, or those are no tuples.
    """
    if type(primals) is not tuple:
        raise RuntimeError(
            "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be valid to call f(*primals). "
            f"Received: {type(primals)}"
        )
    points = as_tuple(primals)
    near = Linearized(func, points, range(len(points)), has_aux, "jvp")
    trace = near.trace
    if strict and any(output._node is None for output in trace.outputs):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): an output of f does not depend on the inputs"
        )
    vectors = matching(tangents, tree_flatten(primals)[1], trace.inputs, "jvp", "primals")
    product = trace.result.unflatten(near.push(vectors))
    return (trace.value, product, trace.shown(trace.aux)) if has_aux else (trace.value, product)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """A function's value, and the function that multiplies its Jacobian there with vectors: J v.

    Parameters
    ----------
    func
        Takes and returns trees of tensors.
    *primals
        Where.

    Returns
    -------
    output, jvp_fn
        ``jvp_fn(*tangents)`` takes trees like ``primals`` and returns one like ``output``; it does not call
        ``func`` again.
    """
    near = Linearized(func, primals, range(len(primals)), False, "linearize")
    structure = tree_flatten(tuple(primals))[1]

    def jvp_fn(*tangents: Any) -> Any:
        vectors = matching(tangents, structure, near.trace.inputs, "jvp_fn", "primals")
        return near.trace.result.unflatten(near.push(vectors))

    return near.trace.value, jvp_fn
