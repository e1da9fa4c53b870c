"""Names for the types that signatures speak of.

Core knows no array library, so an array is whatever a backend's namespace returns and a namespace is
whatever follows the Python Array API standard: both are `Any` to a type checker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias, get_args

from .device import Device

if TYPE_CHECKING:
    from .dtypes import DType

__all__ = ["SCALARS", "Array", "DTypeLike", "DeviceLike", "Namespace", "Scalar", "Shape"]

Array: TypeAlias = Any
"""An array of some backend, or a Tensor where the Tensor namespace runs."""

Namespace: TypeAlias = Any
"""A namespace with the functions of the Python Array API standard."""

Scalar: TypeAlias = bool | int | float | complex
"""A Python number: it never widens the dtype of the tensor it meets. `isinstance` takes it, too."""

SCALARS: Final[tuple[Any, ...]] = get_args(Scalar)
"""The types of Python numbers, each before those that it is an instance of."""

DTypeLike: TypeAlias = "DType | str | type | None"
"""What a `dtype=` argument takes: `deep_learner.float32`, `"float32"`, `float`, or None for the default."""

DeviceLike: TypeAlias = Device | str | int | None
"""What a `device=` argument takes: a `Device`, `"cuda:1"`, or None for the default."""

Shape: TypeAlias = tuple[int, ...]
"""The sizes of an array's axes."""
