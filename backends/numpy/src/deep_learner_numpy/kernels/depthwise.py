"""Convolutions in which every channel is by itself: sums of products over windows, without a copy of them.

The weight is (C m, 1, *kernel), with m outputs for each of C channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.windows import Window, laid, windows

if TYPE_CHECKING:
    from deep_learner.typing import Array, Shape


def gather(x: Array, weight: Array, window: Window, counts: Shape) -> Array:
    """The convolution: (N, *size, C) -> (N, *counts, C m)."""
    sizes = zip(x.shape[1:-1], window.padding, strict=True)
    room = tuple([n + 2 * p for n, p in sizes])
    held = laid(x, room, window.padding, (1,) * len(room))
    return _sums(windows(held, window, counts), weight)


def spread(x: Array, weight: Array, window: Window, size: Shape, channels: int) -> Array:
    """The transposed convolution: (N, *counts, C m) -> (N, *size, C).

    It is the convolution with the window turned around, of the array with gaps as wide as the strides.
    """
    reach = [d * (k - 1) for d, k in zip(window.dilation, window.kernel, strict=True)]
    room = tuple([n + more for n, more in zip(size, reach, strict=True)])
    start = tuple([more - p for more, p in zip(reach, window.padding, strict=True)])
    ones = (1,) * len(size)
    turned = np.flip(weight, axis=tuple(range(2, weight.ndim)))
    multiples = weight.shape[0] // channels
    total: Any = 0
    for multiple in range(multiples):
        held = laid(x[..., multiple::multiples], room, start, window.stride)
        total = total + _sums(windows(held, window._replace(stride=ones), size), turned[multiple::multiples])
    return total


def weight_gradient(x: Array, grad: Array, window: Window) -> Array:
    """The weight's gradient, of (N, *size, C) and (N, *counts, C m)."""
    channels, counts = x.shape[-1], grad.shape[1:-1]
    room = tuple([n + 2 * p for n, p in zip(x.shape[1:-1], window.padding, strict=True)])
    seen = windows(laid(x, room, window.padding, (1,) * len(room)), window, counts)
    places, elements = _letters(len(counts))
    form = f"n{places}{elements}c,n{places}c->c{elements}"
    multiples = grad.shape[-1] // channels
    out: Any = np.empty((channels, multiples, *window.kernel), x.dtype)
    for multiple in range(multiples):
        out[:, multiple] = np.einsum(form, seen, np.ascontiguousarray(grad[..., multiple::multiples]))
    return out.reshape(-1, 1, *window.kernel)


def _letters(dims: int) -> tuple[str, str]:
    return "xyz"[:dims], "ijk"[:dims]


def _sums(seen: Array, weight: Array) -> Array:
    """The sums over all windows (N, *counts, *kernel, C) of their products with the weight: (N, *counts, C m)."""
    channels, dims = seen.shape[-1], weight.ndim - 2
    places, elements = _letters(dims)
    multiples = weight.shape[0] // channels
    factors = weight.reshape(channels, multiples, *weight.shape[2:])
    out: Any = np.empty((*seen.shape[: dims + 1], channels, multiples), seen.dtype)
    for multiple in range(multiples):
        own = np.ascontiguousarray(np.moveaxis(factors[:, multiple], 0, -1))
        np.einsum(f"n{places}{elements}c,{elements}c->n{places}c", seen, own, out=out[..., multiple])
    return out.reshape(*out.shape[:-2], weight.shape[0])
