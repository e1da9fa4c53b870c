"""Saying which matrix of a batch could not be factorised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import LinAlgError


def require_success(
    info: Any, reason: Callable[[int], str], name: str = "", error: type[Exception] = LinAlgError
) -> None:
    """Raise if a factorisation reports a failure.

    Parameters
    ----------
    info
        Integers (*): 0 for each matrix that was factorised. A Tensor, or another array with `reshape` and `tolist`.
    reason
        What to say of a matrix with another number.
    name
        The function, as users know it; nothing where whoever calls says it.
    error
        What to raise.

    Raises
    ------
    LinAlgError
        Or `error`, about the first matrix that failed.
    """
    prefix = f"{name}: " if name else ""
    while hasattr(getattr(info, "_array", None), "value"):  # within vmap: those of all members
        info = info._array.value
    for place, code in enumerate(info.reshape(-1).tolist()):
        if code:
            element = f"(Batch element {place}): " if info.ndim else ""
            raise error(f"{prefix}{element}{reason(code)}")


def not_positive_definite(order: int) -> str:
    """What a Cholesky factorisation that stopped at a leading minor says."""
    return (
        "The factorization could not be completed because the input is not positive-definite "
        f"(the leading minor of order {order} is not positive-definite)."
    )


def zero_pivot(place: int) -> str:
    """What an LU factorisation with a zero on U's diagonal says."""
    return (
        f"U[{place},{place}] is zero and using it on lu_solve would result in a division by zero. "
        "If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or "
        "linalg.lu_factor_ex(A, pivot)"
    )


def zero_block(place: int) -> str:
    """What an LDL factorisation with a zero in D says."""
    return (
        f"D[{place},{place}] is zero and using it on ldl_solve would result in a division by zero. "
        "If you still want to perform the factorization, consider calling linalg.ldl_factor_ex(A)"
    )
