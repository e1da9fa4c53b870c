"""The bytes of a tensor's memory as elements of another dtype: ``Tensor.view(dtype)``."""

from __future__ import annotations

from typing import Any

from ..dtypes import as_dtype
from ..namespaces.raw import NAMESPACES
from ..typing import Array, DTypeLike, Namespace
from ._placement import native_dtype
from .kernel_only import needs_kernel
from .operation import op


@op(differentiable=False)
def bitcast(xp: Namespace, input: Array, dtype: DTypeLike) -> Array:
    """The same memory, its bytes read as elements of `dtype`; nothing is differentiated.

    Shapes: (*, n) -> (*, n a / b) for elements of a bytes read as such of b bytes; any shape where a = b. Raises
    RuntimeError where the last dimension does not divide, is not there, or does not lie together in memory.
    """
    return needs_kernel(xp, "bitcast")


def bitcast_dtype(array: Array, dtype: DTypeLike) -> Any:
    """The library's dtype that a kernel is to view an array as; the array has strides in bytes.

    Raises
    ------
    RuntimeError
        Where the last dimension does not divide, is not there, or does not lie together in memory.
    """
    old, new = as_dtype(array.dtype), as_dtype(dtype)
    if old.itemsize != new.itemsize:
        pair = f"to view {old.name} as {new.name} (different element sizes)"
        if not array.ndim:
            raise RuntimeError(f"self.dim() cannot be 0 {pair}")
        length = array.shape[-1]
        if array.strides[-1] != old.itemsize and length != 1 and 0 not in array.shape:
            raise RuntimeError(f"self.stride(-1) must be 1 {pair}: write x.contiguous()")
        if length * old.itemsize % new.itemsize:
            times = new.itemsize // old.itemsize
            raise RuntimeError(f"self.size(-1) must be divisible by {times} {pair}. Received: {length}")
    return native_dtype(NAMESPACES[type(array)].backend, new)
