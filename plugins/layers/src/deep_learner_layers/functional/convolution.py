"""Convolution in any dimensions, and its transpose.

Two operations are enough for derivatives of every order: the convolution is linear in its input, with the transposed
convolution as adjoint, and linear in its weight, with :func:`convolution_backward_weight`.
"""

from __future__ import annotations

import math

from deep_learner import op
from deep_learner.typing import Array, Namespace, Shape

from .patches import window_counts

__all__ = ["convolution_backward_weight", "convolved"]


@op(name="convolution", autocast="lower")
def convolved(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    output_padding: Shape,
    groups: int,
) -> Array:
    """Convolution or its transpose, of arguments that fit together; see `conv2d` and `conv_transpose2d`.

    Parameters
    ----------
    input
        (N, C, *size).
    weight
        (O, C / groups, *kernel), or (C, O / groups, *kernel) if `transposed`.
    bias
        (O,).
    stride, padding, dilation, output_padding
        One number for each dimension of `size`; `output_padding` only counts if `transposed`.
    transposed
        Whether to compute the adjoint of a convolution, which enlarges.
    groups
        How many parts the channels fall into; each is convolved by itself.

    Returns
    -------
    Tensor
        (N, O, *output size).
    """
    batch, kernel, dims = input.shape[0], weight.shape[2:], weight.ndim - 2
    by_group = xp.reshape(weight, _grouped(weight.shape, groups))
    if transposed:
        size = transposed_size(input.shape[2:], kernel, stride, padding, dilation, output_padding)
        channels = weight.shape[1] * groups
        columns = xp.matmul(xp.matrix_transpose(by_group), xp.reshape(input, _split(input.shape, groups)))
        columns = xp.reshape(columns, (batch, channels * math.prod(kernel), math.prod(input.shape[2:])))
        out = xp.col2im(columns, size, kernel, dilation, padding, stride, input.shape[2:])
    else:
        counts = window_counts(input.shape[2:], kernel, dilation, padding, stride)
        columns = xp.im2col(input, kernel, dilation, padding, stride)
        out = xp.matmul(by_group, xp.reshape(columns, _split(columns.shape, groups)))
        out = xp.reshape(out, (batch, weight.shape[0], *counts))
    return out if bias is None else out + xp.reshape(bias, (bias.shape[0], *((1,) * dims)))


def _grouped(shape: Shape, groups: int) -> Shape:
    """The shape of a weight as one matrix for each group."""
    return groups, shape[0] // groups, math.prod(shape[1:])


def _split(shape: Shape, groups: int) -> Shape:
    """The shape of (N, channels, *size) as one matrix for each sample and group."""
    return shape[0], groups, shape[1] // groups, math.prod(shape[2:])


def transposed_size(
    size: Shape, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape, output_padding: Shape
) -> Shape:
    """What a transposed convolution gives: (n - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1."""
    return tuple(
        [
            (n - 1) * s - 2 * p + d * (k - 1) + extra + 1
            for n, k, s, p, d, extra in zip(
                size, kernel, stride, padding, dilation, output_padding, strict=True
            )
        ]
    )


@convolved.vjp("input")
def _(
    xp: Namespace,
    g: Array,
    input_shape: Shape,
    weight: Array,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    groups: int,
) -> Array:
    return _other_way(xp, g, weight, stride, padding, dilation, not transposed, input_shape[2:], groups)


def _other_way(
    xp: Namespace,
    g: Array,
    weight: Array,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    size: Shape,
    groups: int,
) -> Array:
    """The convolution of `g`, transposed or not, whose result has the sizes `size`."""
    kernel, none = weight.shape[2:], (0,) * len(size)
    if transposed:
        least = transposed_size(g.shape[2:], kernel, stride, padding, dilation, none)
        extra = tuple([n - m for n, m in zip(size, least, strict=True)])
        return xp.convolution(g, weight, None, stride, padding, dilation, True, extra, groups)
    out = xp.convolution(g, weight, None, stride, padding, dilation, False, none, groups)
    # Where the output padding of the transposed convolution reaches further than a stride, there is more.
    return out if out.shape[2:] == size else out[(Ellipsis, *[slice(0, n) for n in size])]


@convolved.vjp("weight")
def _(
    xp: Namespace,
    g: Array,
    input: Array,
    weight_shape: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    groups: int,
) -> Array:
    large, small = (g, input) if transposed else (input, g)
    return xp.convolution_backward_weight(large, small, weight_shape[2:], stride, padding, dilation, groups)


@convolved.vjp("bias")
def _(xp: Namespace, g: Array) -> Array:
    return xp.sum(g, axis=(0, *range(2, g.ndim)))


@op
def convolution_backward_weight(
    xp: Namespace,
    input: Array,
    grad_output: Array,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    """The gradient of a convolution's weight.

    Parameters
    ----------
    input
        (N, C, *size).
    grad_output
        (N, O, *output size).
    kernel_size, stride, padding, dilation, groups
        The convolution's.

    Returns
    -------
    Tensor
        (O, C / groups, *kernel_size).
    """
    columns = xp.im2col(input, kernel_size, dilation, padding, stride, grad_output.shape[2:])
    columns = xp.reshape(columns, _split(columns.shape, groups))
    grads = xp.reshape(grad_output, _split(grad_output.shape, groups))
    products = xp.sum(xp.matmul(grads, xp.matrix_transpose(columns)), axis=0, dtype=grads.dtype)
    return xp.reshape(products, (grad_output.shape[1], input.shape[1] // groups, *kernel_size))


@convolution_backward_weight.vjp("input")
def _(
    xp: Namespace,
    g: Array,
    grad_output: Array,
    input_shape: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    return _other_way(xp, grad_output, g, stride, padding, dilation, True, input_shape[2:], groups)


@convolution_backward_weight.vjp("grad_output")
def _(
    xp: Namespace,
    g: Array,
    input: Array,
    grad_output_shape: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    return _other_way(xp, input, g, stride, padding, dilation, False, grad_output_shape[2:], groups)
