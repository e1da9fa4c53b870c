"""Keeping dtypes of 16 bits that array libraries leave: bfloat16, and complex32 of two halves.

NumPy knows them through ml_dtypes only, whose promotion takes ``x * 0.5`` to float32 and ``where(c, x, 0.5)`` to
float64, and so does CuPy's. PyTorch keeps the dtype. So what an operation, or its rule, makes of bfloat16 is brought
back, unless it was asked for a dtype. With complex32 no library computes: operations do so in complex64.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..dtypes import DType, as_dtype, bfloat16, complex32, complex64, complex128, float16, float32, float64

if TYPE_CHECKING:
    from collections.abc import Set

    from ..typing import Namespace

_NARROW = {
    bfloat16: {float32: bfloat16, float64: bfloat16},
    complex32: {complex64: complex32, complex128: complex32, float32: float16, float64: float16},
}


class _IsShort(dict[Any, bool]):
    """Whether a dtype of one library is one of those, found once for each."""

    def __missing__(self, dtype: Any) -> bool:
        self[dtype] = found = as_dtype(dtype) in _NARROW
        return found


# By the arrays' type, as dtypes of several libraries do not compare.
IS_SHORT: defaultdict[type, _IsShort] = defaultdict(_IsShort)


def short_dtype(dtypes: Set[DType]) -> DType | None:
    """bfloat16 or complex32, if that is the common dtype of what is not of integers among some; else None."""
    found = {dtype for dtype in dtypes if dtype.is_floating_point or dtype.is_complex}
    if complex32 in found:
        return complex32 if found <= {complex32, float16} else None
    return bfloat16 if found == {bfloat16} else None


def brought_back(xp: Namespace, made: Any, short: DType = bfloat16) -> Any:
    """Wider arrays (or Tensors) that were made of a short dtype, alone or in a tuple, in that; others as they are."""
    if isinstance(made, tuple):
        items = [brought_back(xp, item, short) for item in made]  # pyright: ignore[reportUnknownVariableType]
        make: Any = getattr(type(made), "_make", tuple)  # pyright: ignore[reportUnknownArgumentType]
        return make(items)
    target = _NARROW[short].get(as_dtype(made.dtype))
    if target is None:
        return made
    # The standard, and so Tensors' namespace, lacks them.
    return xp.astype(made, getattr(xp, target.name, target))
