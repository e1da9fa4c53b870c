"""Functions that take tensors one by one, or as one sequence: `meshgrid(x, y)` and `meshgrid([x, y])`.

Operations have a fixed number of operands, one of which may be a sequence; these put the one form into the
other.
"""

from __future__ import annotations

from typing import Any, Literal

from ..tensor import Tensor
from . import broadcasting, joining


def _listed(tensors: tuple[Any, ...]) -> list[Any]:
    if len(tensors) == 1 and not isinstance(tensors[0], Tensor):
        return list(tensors[0])
    return list(tensors)


def _each(function: Any, tensors: tuple[Any, ...]) -> Any:
    if len(tensors) == 1 and isinstance(tensors[0], Tensor):
        return function(tensors[0])
    return tuple([function(tensor) for tensor in _listed(tensors)])


def atleast_1d(*tensors: Any) -> Any:
    """A 0-d tensor as (1,), others as they are; a tuple for several or a sequence."""
    return _each(broadcasting.atleast_1d, tensors)


def atleast_2d(*tensors: Any) -> Any:
    """() -> (1, 1), (n,) -> (1, n), others as they are; a tuple for several or a sequence."""
    return _each(broadcasting.atleast_2d, tensors)


def atleast_3d(*tensors: Any) -> Any:
    """() -> (1, 1, 1), (n,) -> (1, n, 1), (m, n) -> (m, n, 1), others as they are; a tuple for several."""
    return _each(broadcasting.atleast_3d, tensors)


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """Each tensor broadcast to their common shape. Raises RuntimeError if there is none."""
    made: Any = broadcasting.broadcast_tensors(_listed(tensors))
    return made


def meshgrid(*tensors: Any, indexing: Literal["ij", "xy"] = "ij") -> tuple[Tensor, ...]:
    """Coordinate grids of 0-d and 1-d tensors: sizes a, b -> two of (a, b), with "xy" of (b, a).

    Raises RuntimeError for tensors of more dimensions, for no tensor or another `indexing`.
    """
    made: Any = joining.meshgrid(_listed(tensors), indexing=indexing)
    return made


def cartesian_prod(*tensors: Any) -> Tensor:
    """All tuples of elements of 1-d tensors: sizes a, b -> (a*b, 2); one tensor as it is.

    Raises RuntimeError for tensors of another number of dimensions.
    """
    listed = _listed(tensors)
    if len(listed) == 1 and isinstance(listed[0], Tensor) and listed[0].ndim == 1:
        return listed[0]
    return joining.cartesian_prod(listed)


def block_diag(*tensors: Any) -> Tensor:
    """Matrices along the diagonal, zeros elsewhere: (a, b), (c, d) -> (a + c, b + d); vectors are rows.

    Raises RuntimeError for a tensor of more than two dimensions.
    """
    return joining.block_diag(_listed(tensors))
