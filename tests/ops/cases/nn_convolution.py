"""Cases of convolutions and of the patches under a window, against sums that are written out."""

from __future__ import annotations

import itertools

import numpy as np

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr


def windows(size, kernel, stride, padding, dilation, counts=None):
    """Every place of every window that lies inside: the window, the element of it, and the place."""
    if counts is None:
        counts = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(size, kernel, stride, padding, dilation, strict=True)
        ]
    for window in np.ndindex(*counts):
        for element in np.ndindex(*kernel):
            place = tuple(
                w * s + e * d - p
                for w, s, e, d, p in zip(window, stride, element, dilation, padding, strict=True)
            )
            if all(0 <= at < n for at, n in zip(place, size, strict=True)):
                yield window, element, place


def convolution(
    input, weight, bias, stride, padding, dilation, transposed=False, output_padding=(0, 0, 0), groups=1
):
    size, kernel = input.shape[2:], weight.shape[2:]
    settings = list(zip(size, kernel, stride, padding, dilation, output_padding, strict=False))
    if transposed:
        out_size = [(n - 1) * s - 2 * p + d * (k - 1) + e + 1 for n, k, s, p, d, e in settings]
        channels = weight.shape[1] * groups
    else:
        out_size = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d, _ in settings]
        channels = weight.shape[0]
    out = np.zeros((input.shape[0], channels, *out_size), dtype=input.dtype)
    for group in range(groups):
        x, y, w = (
            np.split(whole, groups, axis=axis)[group] for whole, axis in ((input, 1), (out, 1), (weight, 0))
        )
        if transposed:
            for window, element, place in windows(out_size, kernel, stride, padding, dilation, size):
                y[(..., *place)] += np.einsum("nc,co->no", x[(..., *window)], w[(..., *element)])
        else:
            for window, element, place in windows(size, kernel, stride, padding, dilation):
                y[(..., *window)] += np.einsum("nc,oc->no", x[(..., *place)], w[(..., *element)])
    return out if bias is None else out + bias.reshape(1, -1, *([1] * len(size)))


def weight_gradient(input, grad_output, kernel_size, stride, padding, dilation, groups):
    channels = input.shape[1] // groups
    out = np.zeros((grad_output.shape[1], channels, *kernel_size), dtype=input.dtype)
    for group in range(groups):
        x, g = (np.split(whole, groups, axis=1)[group] for whole in (input, grad_output))
        w = np.split(out, groups)[group]
        counts = grad_output.shape[2:]
        for window, element, place in windows(
            input.shape[2:], kernel_size, stride, padding, dilation, counts
        ):
            w[(..., *element)] += np.einsum("nc,no->oc", x[(..., *place)], g[(..., *window)])
    return out


def im2col(input, kernel_size, dilation, padding, stride, counts=None):
    if counts is None:
        counts = convolution(
            np.zeros((1, 1, *input.shape[2:])),
            np.zeros((1, 1, *kernel_size)),
            None,
            stride,
            padding,
            dilation,
        ).shape[2:]
    out = np.zeros((*input.shape[:2], *kernel_size, *counts), dtype=input.dtype)
    for window, element, place in windows(input.shape[2:], kernel_size, stride, padding, dilation, counts):
        out[(slice(None), slice(None), *element, *window)] = input[(..., *place)]
    return out.reshape(input.shape[0], input.shape[1] * int(np.prod(kernel_size)), int(np.prod(counts)))


def col2im(input, output_size, kernel_size, dilation, padding, stride, counts=None):
    """By the definition of an adjoint: the columns of each unit image, times the given ones."""
    channels = input.shape[1] // int(np.prod(kernel_size))
    out = np.zeros((input.shape[0], channels, *output_size), dtype=input.dtype)
    for place in itertools.product(range(channels), *map(range, output_size)):
        unit = np.zeros((1, channels, *output_size), dtype=input.dtype)
        unit[(0, *place)] = 1
        seen = im2col(unit, kernel_size, dilation, padding, stride, counts)
        out[(slice(None), *place)] = np.sum(input * seen, axis=(1, 2))
    return out


def plain(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """With numbers for all dimensions, unbatched inputs, and paddings by name."""
    dims = weight.ndim - 2
    steps, spread = [stride] * dims, [dilation] * dims
    x = input if input.ndim == dims + 2 else input[None]
    if padding == "same":
        totals = [dilation * (k - 1) for k in weight.shape[2:]]
        x = np.pad(x, [(0, 0), (0, 0), *((total // 2, total - total // 2) for total in totals)])
        padding = 0
    around = [0 if padding == "valid" else padding] * dims
    out = convolution(x, weight, bias, steps, around, spread, groups=groups)
    return out if input.ndim == dims + 2 else out[0]


def enlarging(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    dims = weight.ndim - 2
    x = input if input.ndim == dims + 2 else input[None]
    settings = ([value] * dims for value in (stride, padding, dilation))
    out = convolution(x, weight, bias, *settings, True, [output_padding] * dims, groups)
    return out if input.ndim == dims + 2 else out[0]


def conv_tbc(input, weight, bias, pad=0):
    moved = convolution(input.transpose(1, 2, 0), weight.transpose(2, 1, 0), bias, [1], [pad], [1])
    return moved.transpose(2, 0, 1)


ONE, NONE = (1, 1), (0, 0)
CASES = [
    Case(
        "convolution",
        reference=convolution,
        samples=[
            S(arr(2, 3, 5, 4), arr(2, 3, 3, 2), arr(2), ONE, NONE, ONE, False, NONE, 1),
            S(arr(2, 4, 5, 4), arr(6, 2, 2, 2), None, (2, 1), (1, 2), (2, 1), False, NONE, 2),
            S(arr(1, 3, 4, 5), arr(6, 1, 2, 3), arr(6), (1, 2), (0, 1), ONE, False, NONE, 3),
            S(arr(2, 3, 4, 4), arr(2, 3, 1, 1), arr(2), ONE, NONE, ONE, False, NONE, 1),
            S(arr(0, 2, 4, 4), arr(3, 2, 2, 2), arr(3), ONE, NONE, ONE, False, NONE, 1),
            S(arr(2, 3, 3, 2), arr(3, 2, 2, 3), arr(2), (2, 1), (0, 1), (1, 2), True, (1, 0), 1),
            S(arr(1, 4, 3, 2), arr(4, 1, 2, 2), arr(2), (2, 2), (1, 0), ONE, True, NONE, 2),
            S(arr(1, 2, 3), arr(2, 2, 2), None, (1,), (0,), (2,), True, (1,), 1),
            S(arr(2, 9, 3, 2), arr(9, 8, 2, 1), None, (2, 1), (1, 0), ONE, True, (1, 0), 1),
            S(arr(2, 8, 4, 3), arr(3, 8, 2, 2), arr(3), (2, 1), (1, 0), (1, 2), False, NONE, 1),
            S(
                arr(1, 2, 3, 2, 4),
                arr(2, 2, 2, 1, 2),
                arr(2),
                (1,) * 3,
                (1, 0, 1),
                (1,) * 3,
                False,
                (0,) * 3,
                1,
            ),
            S(
                arr(2, 2, 4, dtype="complex128"),
                arr(3, 2, 3, dtype="complex128"),
                None,
                (2,),
                (1,),
                (1,),
                False,
                (0,),
                1,
            ),
        ],
    ),
    Case(
        "convolution_backward_weight",
        reference=weight_gradient,
        samples=[
            S(arr(2, 3, 5, 4), arr(2, 2, 3, 3), (3, 2), ONE, NONE, ONE, 1),
            S(arr(2, 4, 5, 4), arr(2, 6, 2, 7), (3, 2), (2, 1), (0, 2), ONE, 2),
            S(arr(2, 3, 4, 3), arr(2, 6, 3, 2), (2, 2), ONE, NONE, ONE, 3),
            S(arr(2, 3, 4), arr(2, 2, 4), (1,), (1,), (0,), (1,), 1),
            S(arr(1, 2, 6), arr(1, 2, 3), (2,), (1,), (0,), (2,), 1),
            S(arr(2, 8, 3, 3), arr(2, 3, 2, 3), (2, 3), ONE, (0, 1), ONE, 1),
            S(arr(0, 2, 4), arr(0, 3, 3), (2,), (1,), (0,), (1,), 1),
        ],
    ),
    Case(
        "im2col",
        reference=im2col,
        samples=[
            S(arr(2, 3, 4, 5), (2, 3), ONE, NONE, ONE),
            S(arr(1, 2, 5, 4), (2, 2), (2, 1), (1, 2), (2, 3)),
            S(arr(2, 2, 5), (2,), (1,), (0,), (1,), (3,)),
            S(arr(0, 1, 3, 3), (2, 2), ONE, NONE, ONE),
        ],
    ),
    Case(
        "col2im",
        reference=col2im,
        samples=[
            S(arr(2, 12, 6), (3, 4), (2, 2), ONE, NONE, ONE),
            S(arr(1, 4, 4), (4, 3), (2, 2), (2, 1), (1, 2), (2, 3)),
            S(arr(2, 4, 3), (5,), (2,), (1,), (0,), (1,), (3,)),
        ],
    ),
    Case(
        "conv1d",
        reference=plain,
        samples=[
            S(arr(2, 4, 5), arr(2, 2, 2), arr(2), 2, 1, 1, 2),
            S(arr(4, 5), arr(2, 4, 2), None, padding="same"),
        ],
    ),
    Case(
        "conv2d",
        reference=plain,
        samples=[
            S(arr(1, 2, 4, 4), arr(2, 2, 2, 3), arr(2), padding="same", dilation=2),
            S(arr(2, 5, 4), arr(2, 2, 2, 3), arr(2), padding="valid", stride=2),
        ],
    ),
    Case(
        "conv3d", reference=plain, samples=[S(arr(1, 2, 3, 2, 3), arr(1, 2, 2, 2, 2), None, padding="same")]
    ),
    Case(
        "conv_transpose1d",
        reference=enlarging,
        samples=[S(arr(1, 2, 3), arr(2, 1, 3), arr(2), stride=2, padding=1, output_padding=1, groups=2)],
    ),
    Case(
        "conv_transpose2d",
        reference=enlarging,
        samples=[S(arr(2, 2, 3), arr(2, 1, 2, 2), arr(1), dilation=2, output_padding=1)],
    ),
    Case(
        "conv_transpose3d",
        reference=enlarging,
        samples=[S(arr(1, 1, 2, 2, 2), arr(1, 2, 2, 1, 2), None, stride=2)],
    ),
    Case(
        "conv_tbc",
        reference=conv_tbc,
        samples=[S(arr(4, 2, 3), arr(2, 3, 2), arr(2), 1), S(arr(3, 1, 1), arr(3, 1, 2), arr(2))],
    ),
]
