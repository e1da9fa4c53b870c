"""`x[index]`, and `x` with `x[index] = value`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...tensor import Tensor
from ...typing import Scalar
from .. import autocasting
from ..creation import tensor_beside
from ..filling import zeros_like
from .advanced import advanced_index, advanced_put
from .parse import parse
from .slices import Key, set_slice, slice_index


def getitem(input: Tensor, index: Any) -> Tensor:
    """`input[index]`: a view for integers, slices, None and Ellipsis.

    Parameters
    ----------
    input
        (*), any dtype.
    index
        As in PyTorch. Integers and slices come first and drop or cut their dimensions; then integer tensors
        and masks are broadcast together; their dimensions stand where the first of theirs was if theirs are
        neighbours, else in front. Unlike NumPy, PyTorch counts an integer as a slice, not as such a tensor.

    Raises
    ------
    IndexError
        For a position out of bounds, too many indices, a mask of the wrong shape, or what is no index.
    ValueError
        For a slice with a negative or zero step.

    A copy where tensors, lists or booleans take part.
    """
    key, positions, dims = parse(input, index)
    if not positions:
        return slice_index(input, key)
    cut = input if is_whole(key) else slice_index(input, key)
    return advanced_index(cut, _looked_at(cut, positions, dims), dims)


def setitem(input: Tensor, index: Any, value: Tensor | Scalar) -> Tensor:
    """A copy of `input` with `value` at `index` (see `getitem`); it broadcasts and is converted to its dtype.

    Raises as `getitem`, and RuntimeError if the value does not fit.
    """
    key, positions, dims = parse(input, index)
    if not isinstance(value, Tensor):
        value = tensor_beside(value, input, input.dtype)
    elif value.dtype is not input.dtype:
        value = value.to(input.dtype)
    if not positions:
        return set_slice(input, key, value)
    cut = input if is_whole(key) else slice_index(input, key)
    put = advanced_put(cut, _looked_at(cut, positions, dims), value, dims)
    return put if cut is input else set_slice(input, key, put)


def _looked_at(input: Tensor, positions: list[Tensor], dims: tuple[int, ...]) -> list[Tensor]:
    """The positions; zeros where PyTorch looks at none of them, as another dimension leaves no elements."""
    shape = input.shape
    if 0 in shape and all(shape[dim] for dim in dims):
        return [zeros_like(position) for position in positions]
    return positions


def is_whole(key: Key) -> bool:
    """Whether a basic key changes nothing."""
    return all(part is Ellipsis or part == slice(None) for part in key)


def index_put(
    input: Tensor, indices: Sequence[Tensor | None], values: Tensor, accumulate: bool = False
) -> Tensor:
    """A copy of `input` with `values` written, or added, at integer tensors or masks, one for each dimension.

    None stands for a whole dimension. Of repeated positions the last one stays, or with `accumulate` all add
    up. Raises IndexError as `getitem`, RuntimeError if the values do not fit or have another dtype.
    """
    _, positions, dims = parse(input, tuple([slice(None) if index is None else index for index in indices]))
    if (
        values.dtype is not input.dtype and not autocasting.switch.on
    ):  # else advanced_put brings them together
        raise RuntimeError(
            f"index_put requires one dtype, but input has {input.dtype}, values {values.dtype}"
        )
    return advanced_put(input, positions, values, dims, accumulate=accumulate)
