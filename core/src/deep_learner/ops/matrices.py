"""What factorisations ask of the matrices they are given."""

from __future__ import annotations

from ..dtypes import from_native
from ..typing import Array
from ._arrays import is_inexact


def require_matrices(array: Array, argument: str = "A") -> None:
    """Refuse what is no batch of floating-point or complex matrices.

    Raises
    ------
    RuntimeError
        If there are fewer than two dimensions.
    NotImplementedError
        If the dtype is none of float32, float64, complex64 and complex128; it is a RuntimeError, too.
    """
    if array.ndim < 2:
        raise RuntimeError(
            f"The input tensor {argument} must have at least 2 dimensions, but its shape is {list(array.shape)}"
        )
    dtype = from_native(array.dtype)
    if not is_inexact(array):
        raise NotImplementedError(
            f"Expected {argument} to be a floating point or complex tensor. Got {dtype.name}; "
            f"convert it first, as in {argument}.float()"
        )
    if dtype.itemsize < 4:
        raise NotImplementedError(
            f"not implemented for {dtype.name}, whose precision is too low; "
            f"convert it first, as in {argument}.float()"
        )


def require_square(array: Array, argument: str = "A") -> None:
    """Refuse what is no batch of square floating-point or complex matrices.

    Raises
    ------
    RuntimeError
        As `require_matrices`, and if the matrices are not square.
    """
    require_matrices(array, argument)
    rows, columns = array.shape[-2:]
    if rows != columns:
        raise RuntimeError(
            f"{argument} must be batches of square matrices, but they are {rows} by {columns} matrices"
        )


def require_same_dtype(first: tuple[str, Array], second: tuple[str, Array]) -> None:
    """Refuse two named arrays of different dtypes.

    Raises
    ------
    RuntimeError
        If the dtypes differ.
    """
    kinds = [from_native(array.dtype).name for _, array in (first, second)]
    if kinds[0] != kinds[1]:
        raise RuntimeError(
            f"Expected {first[0]} and {second[0]} to have the same dtype, but found {first[0]} of type "
            f"{kinds[0]} and {second[0]} of type {kinds[1]} instead"
        )
