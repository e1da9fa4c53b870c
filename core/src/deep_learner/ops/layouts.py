"""New tensors whose elements lie in memory in another order than the dimensions, as far as the backend has orders."""

from __future__ import annotations

from collections.abc import Sequence

from ..tensor import Tensor
from ..typing import DeviceLike, DTypeLike
from .dims import inverse_permutation
from .filling import empty, shape_of
from .shape import permute_dims
from .tensor_options import tensor_options
from .windows import as_strided


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """How many elements apart neighbours along each dimension lie, where the last one runs fastest."""
    steps = [1]
    for size in shape[:0:-1]:
        steps.append(steps[-1] * max(size, 1))
    return tuple(reversed(steps))[-len(shape) :] if shape else ()


@tensor_options
def empty_permuted(
    size: Sequence[int],
    physical_layout: Sequence[int],
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of any values whose memory runs through the dimensions in a given order.

    Parameters
    ----------
    size : sequence of int
        The shape.
    physical_layout : sequence of int
        All dimensions, the one with the widest steps in memory first.
    dtype, device, requires_grad
        As in `empty`.

    Raises
    ------
    RuntimeError
        If `physical_layout` does not name each dimension once, counted from the front.
    """
    shape = shape_of((size,))
    if len(physical_layout) != len(shape):
        raise RuntimeError(
            "Number of dimensions in size does not match the length of the physical_layout; i.e. len(size) = "
            f"{len(shape)} is not equal to len(physical_layout) = {len(physical_layout)}"
        )
    order = tuple(physical_layout)
    if any(not 0 <= dim < len(shape) for dim in order):
        raise RuntimeError(
            f"Dimension out of range (expected to be between 0 and {len(shape) - 1}, but got physical_layout={order}); "
            "dimensions are counted from the front"
        )
    if len(set(order)) != len(order):
        raise RuntimeError(f"Duplicate dim not allowed. Received: physical_layout={order}")
    made = empty([shape[dim] for dim in order], dtype=dtype, device=device)
    return permute_dims(made, inverse_permutation(order)).detach().requires_grad_(requires_grad)


@tensor_options
def empty_strided(
    size: Sequence[int],
    stride: Sequence[int],
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of any values whose neighbours along each dimension lie `stride` elements apart.

    Parameters
    ----------
    size : sequence of int
        The shape.
    stride : sequence of int
        One step for each dimension, not negative.
    dtype, device, requires_grad
        As in `empty`.

    Raises
    ------
    RuntimeError
        If there are not as many strides as sizes, or one is negative.
    """
    shape = shape_of((size,))
    if len(stride) != len(shape):
        raise RuntimeError(
            f"dimensionality of sizes ({len(shape)}) must match dimensionality of strides ({len(stride)})"
        )
    reach = sum((length - 1) * step for length, step in zip(shape, stride, strict=True))
    memory = empty(0 if 0 in shape else max(reach, 0) + 1, dtype=dtype, device=device)
    return as_strided(memory, shape, tuple(stride)).detach().requires_grad_(requires_grad)
