"""Replacing the region of a tensor that a view shows: how an in-place write to a view looks from its base."""

from __future__ import annotations

import functools
from typing import Any

from ..typing import Array, Namespace
from .operation import op


@op
def view_scatter(xp: Namespace, input: Array, value: Array, view: tuple[Any, Any]) -> Array:
    """``input`` with the region that ``view`` shows replaced by ``value``.

    Parameters
    ----------
    input
        The base, shape (*).
    value
        What the view shows now; the view's shape, the base's dtype.
    view
        The view's operation, and the values of its parameters after ``input``.
    """
    shown = _adjoint(xp, view, value, input.shape)
    return xp.where(_region(xp, view, input), shown, input)


@view_scatter.vjp("input")
def _(xp: Namespace, g: Array, view: tuple[Any, Any]) -> Array:
    return xp.where(_region(xp, view, g), xp.zeros_like(g), g)


@view_scatter.vjp("value")
def _(xp: Namespace, g: Array, view: tuple[Any, Any]) -> Array:
    return _apply(xp, view, g)


def _apply(xp: Namespace, view: tuple[Any, Any], base: Array) -> Array:
    operation, options = view
    return operation.call(functools.partial(operation.forward, xp), [base, *options])


def _adjoint(xp: Namespace, view: tuple[Any, Any], value: Array, shape: tuple[int, ...]) -> Array:
    """``value`` laid into zeros of ``shape``: the view's own rule."""
    operation, options = view
    rule = operation.rules[0]
    saved = [shape if pick.kind == "shape" else options[pick.position - 1] for pick in operation.saves]
    return rule.function(xp, value, *[saved[i] for i in rule.arguments])


def _region(xp: Namespace, view: tuple[Any, Any], base: Array) -> Array:
    """Where the view lies in its base."""
    return _adjoint(xp, view, xp.ones_like(_apply(xp, view, base)), base.shape) != 0
