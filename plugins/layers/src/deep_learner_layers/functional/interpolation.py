"""Resizing by interpolation: `interpolate`, and `upsample` as it was called before."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from deep_learner import Tensor, op
from deep_learner.dtypes import as_dtype
from deep_learner.typing import Array, Namespace, Shape

from ._filters import cubic, fixed_point, linear, nearest, smooth
from ._precision import widened
from ._resampling import resample as resample  # for xp.resample
from ._windows import Taps
from .adaptive_pooling import mean_to_size

__all__ = ["interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

# How many dimensions of sizes each mode takes.
MODES = {
    "nearest": (1, 2, 3), "nearest-exact": (1, 2, 3), "area": (1, 2, 3), "linear": (1,), "bilinear": (2,),
    "bicubic": (2,), "lanczos": (2,), "trilinear": (3,),
}  # fmt: skip
SMOOTH_MODES = ("bilinear", "bicubic", "lanczos")
CORNERED = ("linear", "bilinear", "bicubic", "trilinear", "lanczos")


@op
def interpolate_to(
    xp: Namespace, input: Array, output_size: Shape, factors: Sequence[float | None], mode: str, align_corners: bool,
    antialias: bool,
) -> Array:  # fmt: skip
    """Resize the last dimensions: (*, *sizes) -> (*, *output_size); see :func:`interpolate`.

    `factors` are the scale factors that positions follow from, None where they follow from the sizes.
    """
    name = as_dtype(input.dtype).name
    double = name in ("float64", "uint8")
    sizes = input.shape[input.ndim - len(output_size) :]

    def table(size: int, count: int, factor: float | None) -> Taps:
        # As in PyTorch, these take no notice of a factor that changes nothing, or that only doubles the size.
        if count == size and (antialias or "linear" in mode):
            factor = None
        if count in (size, 2 * size) and mode == "nearest" and len(sizes) == 2:
            factor = None
        if mode in ("nearest", "nearest-exact"):
            return nearest(size, count, factor, mode == "nearest-exact", double, image=len(sizes) == 2)
        if antialias:
            return smooth(mode, size, count, align_corners, factor, double)
        return (cubic if mode == "bicubic" else linear)(size, count, align_corners, factor, double)

    tables = tuple(map(table, sizes, output_size, factors))
    if mode in ("nearest", "nearest-exact"):
        return xp.resample(input, tables)
    if name == "uint8":
        return _resized_bytes(xp, input, tables)
    return xp.astype(xp.resample(widened(xp, input), tables), input.dtype, copy=False)


def _resized_bytes(xp: Namespace, input: Array, tables: Sequence[Taps]) -> Array:
    """Numbers from 0 to 255 resized in whole numbers, rounded after each dimension: as PyTorch resizes images."""
    for dim in reversed(range(len(tables))):
        if len(tables[dim].counts) == input.shape[dim - len(tables)]:
            continue
        table, bits = fixed_point(tables[dim])
        values = xp.moveaxis(xp.astype(input, xp.int32), dim - len(tables), -1)
        total = xp.resample(values, (table,)) + 2**bits // 2
        input = xp.astype(xp.clip(total // 2**bits, 0, 255), xp.uint8)
        input = xp.moveaxis(input, -1, dim - len(tables))
    return input


def interpolate(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """Resize the dimensions behind samples and channels.

    Parameters
    ----------
    input
        (N, C, *sizes) with one to three sizes; floating, or uint8 for the nearest elements and for images, of which
        bilinear, bicubic and Lanczos interpolation are computed in whole numbers and rounded.
    size
        The sizes to reach: one for all dimensions, or one for each.
    scale_factor
        In its place: by what sizes are multiplied (and rounded down).
    mode
        ``"nearest"`` (the element below), ``"nearest-exact"`` (the nearest one), ``"linear"``, ``"bilinear"`` or
        ``"trilinear"`` for one, two or three dimensions, ``"bicubic"`` and ``"lanczos"`` for two, ``"area"`` (means).
    align_corners
        Whether the first and last elements lie at the same places before and after, rather than their outer edges.
    recompute_scale_factor
        Whether positions follow from the sizes even if a scale factor is given.
    antialias
        Whether bilinear and bicubic kernels are widened where the image shrinks; ``"lanczos"`` needs it.

    Returns
    -------
    Tensor
        (N, C, *size).

    Raises
    ------
    ValueError
        If options contradict each other, or do not fit the number of dimensions.
    NotImplementedError
        If the mode does not take that many dimensions.
    RuntimeError
        If a size is not positive.
    """
    _check_options(input, mode, align_corners, antialias)
    ndim = input.ndim - 2
    factors: list[float | None] = [None] * ndim
    if (size is None) == (scale_factor is None):
        raise ValueError(
            "either size or scale_factor should be defined" if size is None
            else "only one of size or scale_factor should be defined"
        )  # fmt: skip
    if scale_factor is None:
        if recompute_scale_factor:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        sizes = _one_each("size", size, ndim)
    else:
        given = _one_each("scale_factor", scale_factor, ndim)
        sizes = [_scaled(old, factor) for old, factor in zip(input.shape[2:], given, strict=True)]
        if not (recompute_scale_factor or mode == "area"):
            factors = [float(factor) for factor in given]
    if ndim not in MODES.get(mode, ()):
        raise NotImplementedError(
            f"interpolate() takes 3D, 4D and 5D input; mode {mode!r} "
            + (f"takes {' or '.join(f'{n + 2}D' for n in MODES[mode])}" if mode in MODES else "is not known")
            + f". Received: input of shape {list(input.shape)}"
        )
    if mode == "area":
        return mean_to_size(ndim, input, sizes)
    if min(sizes) < 1 or 0 in input.shape[1:]:
        raise RuntimeError(
            f"interpolate(): input and output sizes should be greater than 0, but got {list(input.shape)} and {sizes}"
        )
    whole = as_dtype(input.dtype).name == "uint8" and (mode.startswith("nearest") or mode in SMOOTH_MODES)
    if not (input.is_floating_point() or whole):
        raise NotImplementedError(
            f"interpolate() with mode {mode!r} is not implemented for {input.dtype}; cast the input with .to(dtype)"
        )
    return interpolate_to(input, tuple(sizes), tuple(factors), mode, bool(align_corners), antialias)


def _scaled(size: int, factor: float) -> int:
    """A size times a factor, rounded down; a whole factor keeps a symbolic size one."""
    return size * int(factor) if float(factor).is_integer() else int(size * factor)


def _check_options(input: Tensor, mode: str, align_corners: bool | None, antialias: bool) -> None:
    if align_corners is not None and mode not in CORNERED:
        raise ValueError(
            f"align_corners option can only be set with the modes {', '.join(CORNERED)}. Received: {mode!r}"
        )
    if mode == "lanczos" and (align_corners or not antialias):
        raise ValueError("lanczos mode requires antialias=True and does not support align_corners=True")
    if antialias and not (mode in SMOOTH_MODES and input.ndim == 4):
        raise ValueError(
            f"Anti-alias option is restricted to {', '.join(SMOOTH_MODES)} modes and requires a 4-D tensor as input. "
            f"Received: {mode!r}, shape {list(input.shape)}"
        )


def _one_each(name: str, value: float | Sequence[float] | None, ndim: int) -> list[int]:
    numbers = list(value) if isinstance(value, Sequence) else [value] * ndim
    if len(numbers) != ndim:
        raise ValueError(
            f"interpolate(): {name} must be one number, or {ndim} for an input of {ndim + 2} dimensions (N, C, *). "
            f"Received: {value}"
        )
    return numbers  # type: ignore[return-value]


def upsample(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """The old name of :func:`interpolate`."""
    _warn("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
) -> Tensor:
    """The old name of :func:`interpolate` in the mode ``"nearest"``."""
    _warn("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(
    input: Tensor,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
) -> Tensor:
    """The old name of :func:`interpolate` in the mode ``"bilinear"`` with aligned corners."""
    _warn("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


def _warn(name: str) -> None:
    warnings.warn(
        f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.", stacklevel=3
    )
