"""Keeping bfloat16: arrays of some libraries leave it for float32 where they meet a Python number.

NumPy knows bfloat16 through ml_dtypes only, whose promotion takes ``x * 0.5`` to float32 and ``where(c, x, 0.5)`` to
float64, and so does CuPy's. PyTorch keeps the dtype. So what an operation, or its rule, makes of
bfloat16 is brought back, unless it was asked for a dtype.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ..dtypes import as_dtype, bfloat16, float32, float64

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..tensor import Tensor
    from ..typing import Namespace


class _IsBfloat(dict[Any, bool]):
    """Whether a dtype of one library is bfloat16, found once for each."""

    def __missing__(self, dtype: Any) -> bool:
        self[dtype] = found = as_dtype(dtype) is bfloat16
        return found


# By the arrays' type, as dtypes of several libraries do not compare.
IS_BFLOAT: defaultdict[type, _IsBfloat] = defaultdict(_IsBfloat)


def is_bfloat(tensors: Sequence[Tensor]) -> bool:
    """Whether all that is floating-point among some Tensors is bfloat16."""
    found = False
    for tensor in tensors:
        dtype = tensor.dtype
        if dtype is bfloat16:
            found = True
        elif dtype.is_floating_point or dtype.is_complex:
            return False
    return found


def brought_back(xp: Namespace, made: Any) -> Any:
    """Wider arrays (or Tensors) that were made of bfloat16, alone or in a tuple, in bfloat16; others as they are."""
    if isinstance(made, tuple):
        items = [brought_back(xp, item) for item in made]  # pyright: ignore[reportUnknownVariableType]
        make: Any = getattr(type(made), "_make", tuple)  # pyright: ignore[reportUnknownArgumentType]
        return make(items)
    if as_dtype(made.dtype) not in (float32, float64):
        return made
    return xp.astype(
        made, getattr(xp, "bfloat16", bfloat16)
    )  # which the standard, and so Tensors' namespace, lacks
