"""Pooling to a given size: as many windows as asked for cover the input evenly.

Window i of n over `size` elements has those from floor(i size / n) up to ceil((i + 1) size / n).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

from ._dimensions import by_dimensions
from ._greatest import greatest, sent_back
from ._precision import widened
from ._windows import Taps, adaptive, along, check_planes, volume
from .average_pooling import avg_pool as avg_pool  # for xp.avg_pool and xp.resample
from .max_pooling import max_pool

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
    "adaptive_max_pool1d", "adaptive_max_pool1d_with_indices", "adaptive_max_pool2d",
    "adaptive_max_pool2d_with_indices", "adaptive_max_pool3d", "adaptive_max_pool3d_with_indices",
]  # fmt: skip

OutputSize = int | Sequence[int | None] | None


def _tables(input: Array, output_size: Shape) -> tuple[Taps, ...]:
    return tuple(map(adaptive, input.shape[input.ndim - len(output_size) :], output_size))


def equal_windows(sizes: Shape, output_size: Shape) -> Shape | None:
    """The sizes of the windows, if they are all the same and lie side by side."""
    if 0 in output_size or any(size % count for size, count in zip(sizes, output_size, strict=True)):
        return None
    return tuple([size // count for size, count in zip(sizes, output_size, strict=True)])


@op
def adaptive_avg_pool(xp: Namespace, input: Array, output_size: Shape) -> Array:
    """The means of windows that cover the last dimensions evenly: (*, *sizes) -> (*, *output_size)."""
    sizes = input.shape[input.ndim - len(output_size) :]
    kernels = equal_windows(sizes, output_size)
    if kernels:
        return xp.avg_pool(input, kernels, kernels, (0,) * len(sizes), output_size, True, None)
    tables = _tables(input, output_size)
    total = xp.resample(widened(xp, input), tables)
    for dim, table in enumerate(tables):
        counts = xp.asarray(table.counts, dtype=total.dtype, device=total.device)
        total = total / xp.reshape(counts, along(len(table.counts), dim, len(tables)))
    return xp.astype(total, input.dtype, copy=False)


@op
def adaptive_max_pool(xp: Namespace, input: Array, output_size: Shape) -> tuple[Array, Array]:
    """The greatest elements of windows that cover the last dimensions evenly, and their places in the flat planes."""
    return greatest(xp, input, [table.indices(xp, input) for table in _tables(input, output_size)])


@adaptive_max_pool.vjp("input")
def _(xp: Namespace, g: tuple[Array, Array], out1: Array, input_shape: Shape, output_size: Shape) -> Array:
    return sent_back(xp, g[0], out1, input_shape[len(input_shape) - len(output_size) :])


def _checked(name: str, ndim: int, input: Tensor, output_size: OutputSize, filled: int) -> Shape:
    """The output's size in each dimension; None stands for the input's.

    Raises
    ------
    RuntimeError
        If the sizes do not fit the number of dimensions, or are negative.
    ValueError
        If there are as many of them as the input has dimensions.
    """
    given = tuple(output_size) if isinstance(output_size, Sequence) else (output_size,) * ndim
    if isinstance(output_size, Sequence) and ndim > 1 and len(given) >= input.ndim:
        raise ValueError(
            f"{name}(): output_size {given} must have fewer entries than the input has dimensions ({input.ndim})"
        )
    if len(given) != ndim:
        raise RuntimeError(
            f"{name}(): output_size must be {ndim} numbers, one for each dimension. Received: {given}"
        )
    check_planes(name, input, ndim, filled)
    if not input.is_floating_point():
        raise NotImplementedError(
            f'"{name}" not implemented for {input.dtype}; cast the input with .to(dtype)'
        )
    sizes = [
        size if wanted is None else wanted for size, wanted in zip(input.shape[-ndim:], given, strict=True)
    ]
    if min(sizes) < 0:
        raise RuntimeError(
            f"{name}(): elements of output_size must be greater than or equal to 0. Received: {given}"
        )
    return tuple(sizes)


def mean_to_size(ndim: int, input: Tensor, output_size: OutputSize) -> Tensor:
    """Average the last `ndim` dimensions to a given size, over windows that cover the input evenly.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), floating.
    output_size
        One number for all dimensions, or one for each; None keeps the input's.

    Returns
    -------
    Tensor
        (N, C, *output_size).

    Raises
    ------
    RuntimeError
        If sizes and dimensions do not fit together.
    """
    counts = _checked(f"adaptive_avg_pool{ndim}d", ndim, input, output_size, ndim)
    return adaptive_avg_pool(volume(input) if ndim == 3 else input, counts)


def greatest_to_size_with_indices(
    ndim: int, input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> tuple[Tensor, Tensor]:
    """`adaptive_max_pool`ndim`d` and the places of the elements in the flat plane, int64."""
    counts = _checked(f"adaptive_max_pool{ndim}d", ndim, input, output_size, input.ndim - 1)
    found: Any = adaptive_max_pool(input, counts)
    return found


def greatest_to_size(
    ndim: int, input: Tensor, output_size: OutputSize, return_indices: bool = False
) -> Tensor | tuple[Tensor, Tensor]:
    """Reduce the last `ndim` dimensions to a given size: the greatest elements of windows that cover the input evenly.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), floating.
    output_size
        One number for all dimensions, or one for each; None keeps the input's.
    return_indices
        Whether to return the places of the elements, too.

    Returns
    -------
    Tensor or tuple of Tensor
        (N, C, *output_size), with `return_indices` also the places in the flat plane, int64.

    Raises
    ------
    RuntimeError
        If sizes and dimensions do not fit together.
    """
    counts = _checked(f"adaptive_max_pool{ndim}d", ndim, input, output_size, input.ndim - 1)
    input = volume(input) if ndim == 3 else input
    kernels = equal_windows(tuple(input.shape[-ndim:]), counts)
    if kernels and not return_indices:
        return max_pool(input, kernels, kernels, (0,) * ndim, (1,) * ndim, counts)
    found = adaptive_max_pool(input, counts)
    return found if return_indices else found[0]


adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d = by_dimensions(
    "adaptive_avg_pool{}d", mean_to_size, 1, 2, 3
)
adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d = by_dimensions(
    "adaptive_max_pool{}d", greatest_to_size, 1, 2, 3
)
adaptive_max_pool1d_with_indices, adaptive_max_pool2d_with_indices, adaptive_max_pool3d_with_indices = (
    by_dimensions("adaptive_max_pool{}d_with_indices", greatest_to_size_with_indices, 1, 2, 3)
)
