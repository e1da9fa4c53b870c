"""The greatest elements of windows that begin at random: `fractional_max_pool2d`, `fractional_max_pool3d`."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor, op, rand
from deep_learner.typing import Array, Namespace, Shape

from ._dimensions import by_dimensions
from ._greatest import greatest, sent_back
from ._windows import Sizes, check_planes, spread

__all__ = [
    "fractional_max_pool2d", "fractional_max_pool2d_with_indices", "fractional_max_pool3d",
    "fractional_max_pool3d_with_indices",
]  # fmt: skip


@op(autocast={"cpu": "float32"})
def fractional_max_pool(
    xp: Namespace, input: Array, kernel_size: Shape, output_size: Shape, random_samples: Array
) -> tuple[Array, Array]:
    """The greatest elements of windows at random distances: (N, C, *sizes) -> (N, C, *output_size), and their places.

    With alpha = (size - kernel) / (count - 1), window i begins at floor((i + u) alpha) - floor(u alpha), the last one
    at the end; `random_samples` (N, C, ndim) has a u in [0, 1) for each plane and dimension.
    """
    ndim = len(output_size)
    windows = []
    for dim, (size, kernel, count) in enumerate(
        zip(input.shape[-ndim:], kernel_size, output_size, strict=True)
    ):
        start = _starts(xp, random_samples[..., dim], size, kernel, count)
        shape = (*input.shape[:-ndim], *[count if each == dim else 1 for each in range(ndim)])
        windows.append([xp.reshape(start, shape) + k for k in range(kernel)])
    return greatest(xp, input, windows)


def _starts(xp: Namespace, sample: Array, size: int, kernel: int, count: int) -> Array:
    """Where the windows of a dimension begin: (N, C) -> (N, C, count)."""
    place = xp.arange(count, dtype=sample.dtype, device=sample.device)
    sample = xp.expand_dims(sample, axis=-1)
    alpha = xp.full((), (size - kernel) / max(count - 1, 1), dtype=sample.dtype, device=sample.device)
    start = xp.astype((place + sample) * alpha, xp.int64) - xp.astype(sample * alpha, xp.int64)
    return xp.where(place == count - 1, xp.full_like(start, size - kernel), start)


@fractional_max_pool.vjp("input")
def _(xp: Namespace, g: tuple[Array, Array], out1: Array, input_shape: Shape, output_size: Shape) -> Array:
    return sent_back(xp, g[0], out1, input_shape[len(input_shape) - len(output_size) :])


def greatest_at_random_with_indices(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """`fractional_max_pool`ndim`d` and the places of the elements in the flat plane, int64."""
    name = f"fractional_max_pool{ndim}d"
    if output_size is None:
        if output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output_size or an output_ratio")
        ratios = tuple(output_ratio) if isinstance(output_ratio, Sequence) else (output_ratio,) * ndim
        if len(ratios) != ndim:
            raise ValueError(f"{name}(): output_ratio must be one number or {ndim}. Received: {output_ratio}")
        output_size = [int(size * ratio) for size, ratio in zip(input.shape[-ndim:], ratios, strict=True)]
    counts, kernels = (
        spread(name, "output_size", output_size, ndim), spread(name, "kernel_size", kernel_size, ndim),
    )  # fmt: skip
    check_planes(name, input, ndim, input.ndim - 1)
    if not input.is_floating_point():
        raise NotImplementedError(
            f'"{name}" not implemented for {input.dtype}; cast the input with .to(dtype)'
        )
    if min(counts) < 1 or min(kernels) < 1:
        raise RuntimeError(
            f"{name}(): kernel_size {kernels} and output_size {counts} must be greater than zero"
        )
    for size, kernel, count in zip(input.shape[-ndim:], kernels, counts, strict=True):
        if count + kernel - 1 > size - (ndim - 2):  # in three dimensions PyTorch wants one element more
            raise RuntimeError(
                f"{name}(): {count} windows of {kernel} are too many or too large for a dimension of size {size}: "
                f"output_size + kernel_size may be {size + 1 - (ndim - 2)} at most"
            )
    planes = input if input.ndim == ndim + 2 else input.unsqueeze(0)
    if _random_samples is None:
        _random_samples = rand(planes.shape[0], planes.shape[1], ndim, dtype=input.dtype, device=input.device)
    _check_samples(name, _random_samples, planes, ndim)
    _random_samples = _random_samples[: planes.shape[0]]
    if ndim == 2:
        _random_samples = _random_samples.flip(-1)  # PyTorch's first sample is for the width
    values, places = fractional_max_pool(planes, kernels, counts, _random_samples)
    return (values, places) if planes is input else (values.squeeze(0), places.squeeze(0))


def _check_samples(name: str, samples: Tensor, planes: Tensor, ndim: int) -> None:
    if samples.dtype is not planes.dtype:
        raise RuntimeError(
            f"{name}(): expected _random_samples of {planes.dtype}, but they have {samples.dtype}"
        )
    fits = (
        samples.ndim == 3
        and samples.shape[1:] == (planes.shape[1], ndim)
        and samples.shape[0] >= planes.shape[0]
    )
    if not fits:
        raise RuntimeError(
            f"{name}(): expected _random_samples of shape {[*planes.shape[:2], ndim]}, but got {list(samples.shape)}"
        )


def greatest_at_random(
    ndim: int,
    input: Tensor,
    kernel_size: Sizes,
    output_size: Sizes | None = None,
    output_ratio: float | Sequence[float] | None = None,
    return_indices: bool = False,
    _random_samples: Tensor | None = None,
) -> Tensor | tuple[Tensor, Tensor]:
    """The greatest elements of windows over the last `ndim` dimensions that begin at random distances.

    Parameters
    ----------
    input
        (N, C, *sizes) or (C, *sizes), floating.
    kernel_size
        How many elements a window has in each dimension: one number for all, or one for each.
    output_size
        How many windows there are in each dimension.
    output_ratio
        In its place: their number over the input's size.
    return_indices
        Whether to return the places of the elements, too.
    _random_samples
        (N, C, `ndim`), numbers from 0 up to 1 that the windows follow from, in place of drawn ones.

    Returns
    -------
    Tensor or tuple of Tensor
        (N, C, *output_size), with `return_indices` also the places in the flat plane, int64. After ``manual_seed`` the
        windows are those of PyTorch.

    Raises
    ------
    ValueError
        If neither a size nor a ratio is given.
    RuntimeError
        If sizes do not fit together.

    References
    ----------
    Graham, "Fractional max-pooling" (2014), https://arxiv.org/abs/1412.6071.
    """
    found = greatest_at_random_with_indices(
        ndim, input, kernel_size, output_size, output_ratio, True, _random_samples
    )
    return found if return_indices else found[0]


fractional_max_pool2d, fractional_max_pool3d = by_dimensions(
    "fractional_max_pool{}d", greatest_at_random, 2, 3
)
fractional_max_pool2d_with_indices, fractional_max_pool3d_with_indices = by_dimensions(
    "fractional_max_pool{}d_with_indices", greatest_at_random_with_indices, 2, 3
)
