"""Inverses of square matrices.

https://pytorch.org/docs/stable/generated/torch.linalg.inv.html
"""

from __future__ import annotations

from typing import Any

from ...tensor import Tensor
from ...typing import Array, Namespace
from ..factorisation.failures import require_success
from ..matrices import require_square
from ..operation import op
from ..out import with_out
from .fitting import no_inverse, refuse_singular
from .results import InvEx


@op(autocast={"cpu": "float32"})
def linalg_inv(xp: Namespace, A: Array) -> Array:
    """The inverses of square matrices: (*, n, n) -> (*, n, n). float32, float64 or complex.

    For A^-1 B `linalg.solve` is faster and more exact. Raises LinAlgError, which says which matrix, if one is
    singular; RuntimeError for other shapes and dtypes.
    """
    require_square(A)
    try:
        return xp.linalg.inv(A)
    except ValueError:  # the array libraries' LinAlgError
        refuse_singular(xp, A, no_inverse)
        raise


@linalg_inv.vjp("A")
def _(xp: Namespace, g: Array, out: Array) -> Array:
    return _gradient(g, out)


def _gradient(g: Array, inverse: Array) -> Array:
    """-A^-H g A^-H. Giles, An extended collection of matrix derivative results, section 2.2.3."""
    return -(inverse.mT @ (g @ inverse.mT))


@op(autocast={"cpu": "float32"})
def linalg_inv_ex(xp: Namespace, A: Array) -> InvEx:
    """`linalg_inv` that does not fail: beside the inverse, which singular matrices fill with infinities and NaN, an
    int32 (*) that is 0, or the place, counted from 1, of the first pivot that is zero.
    """
    require_square(A)
    LU, pivots, info = xp.linalg_lu_factor_ex(A)
    identity = xp.eye(A.shape[-1], dtype=A.dtype, device=A.device)
    return InvEx(xp.linalg_lu_solve(LU, pivots, identity), info)


@linalg_inv_ex.vjp("A")
def _(xp: Namespace, g: Any, out: Any) -> Array:
    return _gradient(g[0], out[0])


@with_out
def inv_ex(A: Tensor, *, check_errors: bool = False) -> InvEx:
    """`linalg_inv_ex`, which raises a LinAlgError after all with `check_errors`."""
    result: Any = linalg_inv_ex(A)
    if check_errors:
        require_success(result.info, no_inverse, "linalg.inv_ex")
    return result
