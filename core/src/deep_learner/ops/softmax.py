"""Softmax, its logarithm, and the logarithm of a sum of exponentials, all without overflow.

The largest element is subtracted first, which changes nothing but the range. A slice that is -inf throughout
has no softmax (NaN, as in PyTorch).
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import dtypes
from ..typing import Array, DTypeLike, Namespace
from .dims import wrap_dim, wrap_dims
from .operation import op


def _prepared(xp: Namespace, input: Array, dim: int, dtype: DTypeLike) -> tuple[Array, int]:
    """``input`` in the dtype asked for, with at least one dimension, and ``dim`` counted from the front."""
    axis = wrap_dim(dim, input.ndim)
    if dtype is not None:
        input = xp.astype(input, getattr(xp, dtypes.as_dtype(dtype).name))
    return (input if input.ndim else xp.reshape(input, (1,))), axis


def _shifted(xp: Namespace, input: Array, axis: int) -> Array:
    """``input`` minus its largest element along ``axis``."""
    return input - xp.max(input, axis=axis, keepdims=True) if input.shape[axis] else input


@op(promote="float", refuses="bool integer complex", autocast={"accelerator": "float32"})
def softmax(xp: Namespace, input: Array, dim: int, dtype: DTypeLike | None = None) -> Array:
    """``exp(input)`` divided by its sum along ``dim``: positive numbers that sum to 1.

    Parameters
    ----------
    input
        Any shape, floating.
    dim
        The dimension whose slices sum to 1.
    dtype
        The dtype to compute in and return; that of ``input`` by default.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    shape = input.shape
    input, axis = _prepared(xp, input, dim, dtype)
    weights = xp.exp(_shifted(xp, input, axis))
    out = weights / xp.sum(weights, axis=axis, keepdims=True)
    return out if shape else xp.reshape(out, ())


@softmax.vjp("input")
def _(xp: Namespace, g: Array, out: Array, dim: int) -> Array:
    return xp.softmax_backward(g, out, dim)


@op
def softmax_backward(xp: Namespace, grad_output: Array, output: Array, dim: int) -> Array:
    """The gradient of :func:`softmax` from its output: ``output * (g - sum(output * g))`` along ``dim``."""
    weighted = grad_output * output
    if not output.ndim:
        return weighted - output * weighted
    return weighted - output * xp.sum(weighted, axis=dim, keepdims=True)


@op(promote="float", refuses="bool integer complex", autocast={"accelerator": "float32"})
def log_softmax(xp: Namespace, input: Array, dim: int, dtype: DTypeLike | None = None) -> Array:
    """``log(softmax(input))`` along ``dim``, with all digits where the softmax underflows.

    Parameters and errors are those of :func:`softmax`.
    """
    shape = input.shape
    input, axis = _prepared(xp, input, dim, dtype)
    shifted = _shifted(xp, input, axis)
    out = shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))
    return out if shape else xp.reshape(out, ())


@log_softmax.vjp("input")
def _(xp: Namespace, g: Array, out: Array, dim: int) -> Array:
    return xp.log_softmax_backward(g, out, dim)


@op
def log_softmax_backward(xp: Namespace, grad_output: Array, output: Array, dim: int) -> Array:
    """The gradient of :func:`log_softmax` from its output: ``g - exp(output) * sum(g)`` along ``dim``."""
    total = xp.sum(grad_output, axis=dim, keepdims=True) if output.ndim else grad_output
    return grad_output - xp.exp(output) * total


@op(promote="float", refuses="bool integer complex", autocast={"accelerator": "float32"})
def softmin(xp: Namespace, input: Array, dim: int, dtype: DTypeLike | None = None) -> Array:
    """The :func:`softmax` of ``-input``. Shapes, dtypes and errors as there."""
    return xp.softmax(-input, dim, dtype)


@op(promote="float", autocast={"accelerator": "float32"})
def logsumexp(xp: Namespace, input: Array, dim: int | Sequence[int], keepdim: bool = False) -> Array:
    """``log(sum(exp(input)))`` along ``dim``.

    Parameters
    ----------
    input
        Any shape.
    dim
        One dimension or several; none at all, ``()``, means all.
    keepdim
        Whether these dimensions stay, with size 1.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    wrap_dims(dim, input.ndim)
    if not input.ndim and not xp.isdtype(input.dtype, "complex floating"):
        return xp.positive(input)
    axes = () if not input.ndim else wrap_dims(dim, input.ndim) or tuple(range(input.ndim))
    if 0 in input.shape:
        return xp.log(xp.sum(xp.exp(input), axis=axes, keepdims=keepdim))
    size = xp.real(input) if xp.isdtype(input.dtype, "complex floating") else input
    largest = xp.max(size, axis=axes, keepdims=True)
    largest = xp.where(xp.isfinite(largest), largest, 0.0)
    out = xp.log(xp.sum(xp.exp(input - largest), axis=axes, keepdims=True)) + largest
    return out if keepdim or not axes else xp.squeeze(out, axis=axes)


@logsumexp.vjp("input")
def _(xp: Namespace, g: Array, input: Array, out: Array, dim: int | Sequence[int], keepdim: bool) -> Array:
    if not keepdim and input.ndim:
        axes = wrap_dims(dim, input.ndim) or tuple(range(input.ndim))
        kept = tuple([1 if axis in axes else size for axis, size in enumerate(input.shape)])
        g, out = xp.reshape(g, kept), xp.reshape(out, kept)
    return g * xp.exp(input - out)
