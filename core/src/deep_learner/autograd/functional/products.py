"""Products of vectors with Jacobians and Hessians."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..modes import enable_grad
from ._evaluation import evaluate, gradients, matching, pack, settle


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
        fresh, several_in, outputs, several_out = evaluate(func, inputs, create_graph)
        vectors = matching(v, outputs, "the output")
        product = gradients(outputs, fresh, vectors, create_graph, strict)
    return pack(settle(outputs, create_graph), several_out), pack(product, several_in)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The function's value, and the product of its Jacobian with a vector: J v.

    The product v^T J is linear in v; differentiating it with respect to v gives J without a forward mode.
    Parameters and results are as for :func:`vjp`, but ``v`` has the inputs' shapes and the product the outputs'.
    """
    with enable_grad():
        fresh, _, outputs, several_out = evaluate(func, inputs, create_graph)
        vectors = matching(v, fresh, "the input")
        dummies = [out.detach().zeros_like().requires_grad_() for out in outputs]
        rows = gradients(outputs, fresh, dummies, True, strict)
        product = gradients(rows, dummies, vectors, create_graph, strict)
    return pack(settle(outputs, create_graph), several_out), pack(product, several_out)


def _slope(func: Callable[..., Any], inputs: Any, create_graph: bool, strict: bool) -> Any:
    """Fresh inputs, the scalar output there and its gradient, recorded."""
    fresh, several, outputs, several_out = evaluate(func, inputs, create_graph)
    if several_out or outputs[0].numel() != 1:
        raise RuntimeError("the function given to a product with the Hessian should return a single element")
    slope = gradients([outputs[0].reshape(())], fresh, [None], True, strict)
    return fresh, several, outputs[0], slope


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """The value of a function with one scalar output, and the product of a vector with its Hessian: v^T H.

    Parameters
    ----------
    func
        Takes a Tensor or several, and returns one of a single element.
    inputs
        Where: a Tensor or a tuple of them.
    v
        The vector, in the inputs' shapes; may be None for a single input of one element.
    create_graph, strict
        As for :func:`vjp`.

    Returns
    -------
    output, product
        As the function returns; in the inputs' shapes.

    Raises
    ------
    RuntimeError
        If the output is not a single element, or ``v`` does not have the inputs' shapes.
    """
    with enable_grad():
        fresh, several, output, slope = _slope(func, inputs, create_graph, strict)
        vectors = matching(v, fresh, "the input")
        product = gradients(slope, fresh, vectors, create_graph, strict)
    return settle([output], create_graph)[0], pack(product, several)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    """As :func:`vhp`, but the product of the Hessian with a vector: H v.

    The two are equal where second derivatives are continuous, and :func:`vhp` is cheaper.
    """
    with enable_grad():
        fresh, several, output, slope = _slope(func, inputs, create_graph, strict)
        vectors = matching(v, fresh, "the input")
        dummies = [x.detach().zeros_like().requires_grad_() for x in fresh]
        rows = gradients(slope, fresh, dummies, True, strict)
        product = gradients(rows, dummies, vectors, create_graph, strict)
    return settle([output], create_graph)[0], pack(product, several)
