"""Linear and bilinear maps."""

from __future__ import annotations

import math

from deep_learner import op
from deep_learner.typing import Array, Namespace, Shape

__all__ = ["bilinear", "linear"]


@op(refuses="bool", autocast="lower")
def linear(xp: Namespace, input: Array, weight: Array, bias: Array | None = None) -> Array:
    """The linear map ``input @ weight.T + bias``.

    Parameters
    ----------
    input
        (*, in_features).
    weight
        (out_features, in_features), or (in_features,) for a single output without a dimension of its own.
    bias
        (out_features,).

    Returns
    -------
    Tensor
        (*, out_features).

    Raises
    ------
    RuntimeError
        If the dtypes differ or the numbers of features do not match.

    Notes
    -----
    The gradient of `weight` is one matrix product over all leading dimensions taken together, that of `bias`
    a product with ones, which is faster than a sum over the rows.
    """
    if input.dtype != weight.dtype or (bias is not None and bias.dtype != weight.dtype):
        raise RuntimeError("input, weight and bias must have the same dtype; cast with .to(dtype)")
    if input.ndim == 0 or weight.ndim == 0 or input.shape[-1] != weight.shape[-1]:
        raise RuntimeError(
            f"cannot multiply input of shape {tuple(input.shape)} by weight of shape "
            f"{tuple(weight.shape)}: the last dimension of input must have weight's number of input features"
        )
    out = xp.matmul(input, weight.T if weight.ndim == 2 else weight)
    return out if bias is None else out + bias


def _rows(xp: Namespace, x: Array) -> Array:
    """All leading dimensions of `x` taken together."""
    return x if x.ndim == 2 else xp.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))


@linear.vjp("input")
def _(xp: Namespace, g: Array, weight: Array, input_shape: Shape) -> Array:
    if weight.ndim == 1:
        return xp.expand_dims(g, axis=-1) * weight
    if g.ndim == 2:
        return xp.matmul(g, weight)
    return xp.reshape(xp.matmul(_rows(xp, g), weight), input_shape)


@linear.vjp("weight")
def _(xp: Namespace, g: Array, input: Array, weight_shape: Shape) -> Array:
    rows = _rows(xp, input)
    if len(weight_shape) == 1:
        return xp.matmul(xp.reshape(g, (-1,)), rows)
    return xp.matmul(_rows(xp, g).T, rows)  # no view of it: the leaf keeps this very array


@linear.vjp("bias")
def _(xp: Namespace, g: Array, bias_shape: Shape) -> Array:
    if g.ndim < 2 or bias_shape != g.shape[-1:]:
        return g
    rows = _rows(xp, g)
    return xp.matmul(xp.ones((rows.shape[0],), dtype=g.dtype, device=g.device), rows)


@op(refuses="bool", autocast={"accelerator": "promote"})
def bilinear(xp: Namespace, input1: Array, input2: Array, weight: Array, bias: Array | None = None) -> Array:
    """The bilinear map ``y_o = sum_ij input1_i weight_oij input2_j + bias_o``.

    Parameters
    ----------
    input1, input2
        (*, in1_features) and (*, in2_features).
    weight
        (out_features, in1_features, in2_features).
    bias
        (out_features,).

    Returns
    -------
    Tensor
        (*, out_features).

    Raises
    ------
    RuntimeError
        If the numbers of features do not match, or the leading dimensions differ.
    """
    features = (input1.shape[-1], input2.shape[-1])
    if features != tuple(weight.shape[1:]) or input1.shape[:-1] != input2.shape[:-1]:
        raise RuntimeError(
            "bilinear() expects (*, in1), (*, in2) and a weight (out, in1, in2) with one and the same *"
        )
    if bias is not None and bias.shape != weight.shape[:1]:
        raise RuntimeError(
            f"bilinear(): bias has shape {list(bias.shape)}, the weight's outputs {list(weight.shape[:1])}"
        )
    halfway = xp.tensordot(input1, weight, axes=((input1.ndim - 1,), (1,)))  # (*, out, in2)
    out = xp.squeeze(xp.matmul(halfway, xp.expand_dims(input2, axis=-1)), axis=-1)
    return out if bias is None else out + bias
