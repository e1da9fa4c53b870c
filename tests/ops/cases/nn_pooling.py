"""Cases of pooling: windows one by one, as their definitions say."""

from __future__ import annotations

import itertools
import math

import numpy as np

import deep_learner_layers.functions  # noqa: F401  # defines the operations
from tests.ops.case import Case, S, arr, ints


def sliding(sizes, kernel, stride, padding, dilation, counts):
    """For each window the positions of its elements, dimension by dimension, without those in the padding."""
    for window in np.ndindex(*counts):
        yield (
            window,
            [
                [p for p in range(w * s - pad, w * s - pad + k * d, d) if 0 <= p < size]
                for w, size, k, s, pad, d in zip(
                    window, sizes, kernel, stride, padding, dilation, strict=True
                )
            ],
        )


def adaptive(sizes, counts):
    for window in np.ndindex(*counts):
        yield (
            window,
            [
                range(w * size // n, math.ceil((w + 1) * size / n))
                for w, size, n in zip(window, sizes, counts, strict=True)
            ],
        )


def greatest(input, windows, counts):
    """The greatest elements and their places, planes as rows."""
    sizes = input.shape[-len(counts) :]
    planes = input.reshape(-1, *sizes)
    values, places = np.empty((len(planes), *counts)), np.empty((len(planes), *counts), np.int64)
    for plane, elements in enumerate(planes):
        for window, lists in windows(plane):
            flat = [np.ravel_multi_index(place, sizes) for place in itertools.product(*lists)]
            chosen = flat[int(np.argmax(elements.ravel()[flat]))]
            values[plane][window], places[plane][window] = elements.ravel()[chosen], chosen
    shape = (*input.shape[: -len(counts)], *counts)
    return values.reshape(shape), places.reshape(shape)


def max_pool_with_indices(input, kernel, stride, padding, dilation, counts):
    sizes = input.shape[-len(counts) :]
    return greatest(input, lambda plane: sliding(sizes, kernel, stride, padding, dilation, counts), counts)


def max_pool_backward(grad_output, input, output, *options):
    places = max_pool_with_indices(input, *options)[1]
    return put(np.zeros(input.shape), grad_output, places, len(options[-1]), add=True)


def put(planes, values, places, dimensions, add=False):
    """Planes, which have so many dimensions, with values at their places."""
    lead = planes.shape[: planes.ndim - dimensions]
    for plane in np.ndindex(*lead):
        row, pairs = planes[plane].reshape(-1), zip(places[plane].ravel(), values[plane].ravel(), strict=True)
        for position, value in pairs:
            row[position] = value + (row[position] if add else 0)
    return planes


def max_unpool(input, indices, output_size):
    planes = np.zeros((*input.shape[: -len(output_size)], *output_size))
    return put(planes, input, indices, len(output_size))


def adaptive_max_pool(input, counts):
    return greatest(input, lambda plane: adaptive(input.shape[-len(counts) :], counts), counts)


def fractional_max_pool(input, kernel, counts, samples):
    sizes = input.shape[-len(counts) :]

    def windows(plane):
        u = samples.reshape(-1, len(counts))[plane]
        starts = []
        for size, k, n, each in zip(sizes, kernel, counts, u, strict=True):
            alpha = (size - k) / (n - 1) if n > 1 else 0
            starts.append([*(int((i + each) * alpha) - int(each * alpha) for i in range(n - 1)), size - k])
        for window in np.ndindex(*counts):
            yield window, [range(starts[d][w], starts[d][w] + kernel[d]) for d, w in enumerate(window)]

    return greatest(input, windows, counts)


def averaged(input, windows, counts, divisor):
    """Sums over windows by the divisor that `divisor(window, lists)` says."""
    out = np.zeros((*input.shape[: -len(counts)], *counts))
    for window, lists in windows:
        total = input[(..., *np.ix_(*lists))].sum(axis=tuple(range(-len(counts), 0)))
        out[(..., *window)] = total / divisor(window, lists)
    return out


def avg_pool(input, kernel, stride, padding, counts, include_pad, override):
    sizes = input.shape[-len(counts) :]

    def divisor(window, lists):
        if override is not None:
            return override
        if not include_pad:
            return math.prod(map(len, lists))
        return math.prod(
            min(w * s - p + k, size + p) - (w * s - p)
            for w, size, k, s, p in zip(window, sizes, kernel, stride, padding, strict=True)
        )

    windows = sliding(sizes, kernel, stride, padding, (1,) * len(counts), counts)
    return averaged(input, windows, counts, divisor)


def avg_pool_backward(grad_output, sizes, kernel, stride, padding, counts, include_pad, override):
    """The mean's matrix, transposed."""
    basis = np.eye(math.prod(sizes)).reshape(-1, *sizes)
    matrix = avg_pool(basis, kernel, stride, padding, counts, include_pad, override).reshape(len(basis), -1)
    lead = grad_output.shape[: -len(counts)]
    return (grad_output.reshape(*lead, math.prod(counts)) @ matrix.T).reshape(*lead, *sizes)


def adaptive_avg_pool(input, counts):
    return averaged(
        input,
        adaptive(input.shape[-len(counts) :], counts),
        counts,
        lambda window, lists: math.prod(map(len, lists)),
    )


WINDOWS = [  # shape, then kernel, stride, padding, dilation, counts
    ((2, 3, 6, 7), (2, 2), (2, 2), (0, 0), (1, 1), (3, 3)),
    ((1, 2, 5, 6), (3, 2), (1, 3), (1, 0), (1, 2), (5, 2)),
    ((2, 2, 4, 4), (3, 3), (2, 2), (1, 1), (1, 1), (3, 3)),  # the last windows end outside
    ((2, 9), (3,), (2,), (0,), (1,), (4,)),
    ((1, 2, 4, 3, 5), (2, 1, 3), (2, 2, 1), (0, 0, 1), (1, 1, 1), (2, 2, 5)),
    ((0, 2, 4, 4), (2, 2), (2, 2), (0, 0), (1, 1), (2, 2)),
]
MEANS = [
    *(
        (shape, kernel, stride, padding, counts, True, None)
        for shape, kernel, stride, padding, _, counts in WINDOWS[2:]
    ),
    ((2, 2, 4, 4), (3, 3), (2, 2), (1, 1), (3, 3), False, None),
    ((1, 2, 5, 6), (3, 2), (1, 3), (1, 0), (5, 2), True, 5),
    ((1, 2, 5, 6), (5, 6), (5, 6), (0, 0), (1, 1), True, None),
    ((1, 12), (6,), (6,), (0,), (2,), False, None),
]
SIZES = [
    ((2, 2, 7, 5), (3, 2)),
    ((2, 2, 6, 4), (3, 4)),
    ((3, 5), (5,)),
    ((1, 2, 3, 4, 5), (2, 1, 3)),
    ((1, 1, 3, 4), (5, 0)),
]


def shape_of(shape, counts):
    return (*shape[: -len(counts)], *counts)


CASES = [
    *(
        Case(
            name,
            reference=reference,
            samples=[S(arr(*shape, distinct=True), *windows) for shape, *windows in WINDOWS],
        )
        for name, reference in (
            ("max_pool", lambda *args: max_pool_with_indices(*args)[0]),
            ("max_pool_with_indices", max_pool_with_indices),
        )
    ),
    Case(
        "max_pool_backward",
        reference=max_pool_backward,
        samples=[
            S(
                arr(*shape_of(shape, windows[-1])),
                np.asarray(x),
                max_pool_with_indices(x, *windows)[0],
                *windows,
            )
            for shape, *windows in WINDOWS
            for x in [np.random.default_rng(0).permutation(math.prod(shape)).reshape(shape) * 1.0]
        ],
    ),
    Case("avg_pool", reference=avg_pool, samples=[S(arr(*shape), *windows) for shape, *windows in MEANS]),
    Case(
        "avg_pool_backward",
        reference=avg_pool_backward,
        samples=[
            S(arr(*shape_of(shape, windows[3])), shape[-len(windows[3]) :], *windows)
            for shape, *windows in MEANS
        ],
    ),
    Case(
        "adaptive_avg_pool",
        reference=adaptive_avg_pool,
        samples=[S(arr(*shape), counts) for shape, counts in SIZES],
    ),
    Case(
        "adaptive_max_pool",
        reference=adaptive_max_pool,
        samples=[S(arr(*shape, distinct=True), counts) for shape, counts in SIZES],
    ),
    Case(
        "fractional_max_pool",
        reference=fractional_max_pool,
        samples=[
            S(arr(2, 2, 7, 6, distinct=True), (2, 3), (4, 2), arr(2, 2, 2, low=0.1, high=0.9)),
            S(arr(1, 2, 5, 6, 4, distinct=True), (2, 2, 1), (3, 1, 2), arr(1, 2, 3, low=0.1, high=0.9)),
        ],
    ),
    Case(
        "max_unpool",
        reference=max_unpool,
        samples=[
            S(arr(1, 2, 2, 2), np.array([[[[0, 2], [4, 9]], [[3, 1], [7, 11]]]]), (3, 4)),
            S(arr(2, 3), np.array([[0, 4, 2], [5, 1, 3]]), (6,)),
            S(arr(0, 2, 2, 2), ints(0, 2, 2, 2), (3, 4)),
        ],
    ),
]
