"""Orthogonal polynomials by their recurrences in the degree, for one degree or one for each element.

Source: DLMF 18.9.1, https://dlmf.nist.gov/18.9
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..tensor import Tensor
from ..typing import Array, Namespace, Scalar
from .operation import op
from .out import with_out

Step = Callable[[int, Array, Array, Array], Array]


def _family(name: str, title: str, start: Callable[[Array], Array], step: Step) -> Callable[..., Tensor]:
    """The public function of a family of polynomials ``p_0 = 1``, ``p_1``, ..., and its operation.

    Parameters
    ----------
    name
        PyTorch's.
    title
        What the family is called, with its recurrence.
    start
        ``start(x)`` is p_1.
    step
        ``step(k, x, p_k, p_{k-1})`` is p_{k+1}.
    """

    @op(name=f"special_{name}", promote="float", refuses="complex")
    def operation(xp: Namespace, x: Array | Scalar, n: Array | Scalar, degree: int) -> Array:
        """The polynomial of degree ``n`` at ``x``, where no degree is above ``degree``."""
        if isinstance(x, Scalar):
            x = xp.full_like(n, x)
        current = xp.ones_like(x)
        previous = current
        several = not isinstance(n, Scalar)
        whole = xp.trunc(n) if several else n
        out = xp.where(whole == 0, current, 0.0) if several else current
        for k in range(degree):
            previous, current = current, step(k, x, current, previous) if k else start(x)
            out = xp.where(whole == k + 1, current, out) if several else current
        return out if several or degree >= 0 else xp.zeros_like(x)

    @with_out
    def polynomial(x: Tensor | Scalar, n: Tensor | Scalar) -> Tensor:
        return operation(x, n, _largest(n))

    polynomial.__name__ = polynomial.__qualname__ = name
    polynomial.__doc__ = f"""{title}

    Parameters
    ----------
    x : Tensor or float
        Any shape; integers give the default float dtype.
    n : Tensor or float
        The degree, cut to an integer; broadcasts with `x`. A negative one gives 0.

    Returns
    -------
    Tensor
        Of the common shape and floating-point dtype.
    """
    return polynomial


def _largest(n: Tensor | Scalar) -> int:
    if not isinstance(n, Tensor):
        return int(n.real)
    values: Any = n.detach()
    return -1 if not values.numel() else int(values.nan_to_num(nan=-1.0).max())


chebyshev_polynomial_t = _family(
    "chebyshev_polynomial_t",
    "Chebyshev polynomial of the first kind: ``T_1 = x``, ``T_{k+1} = 2 x T_k - T_{k-1}``.",
    lambda x: x,
    lambda k, x, p, q: 2.0 * x * p - q,
)
chebyshev_polynomial_u = _family(
    "chebyshev_polynomial_u",
    "Chebyshev polynomial of the second kind: ``U_1 = 2 x``, ``U_{k+1} = 2 x U_k - U_{k-1}``.",
    lambda x: 2.0 * x,
    lambda k, x, p, q: 2.0 * x * p - q,
)
chebyshev_polynomial_v = _family(
    "chebyshev_polynomial_v",
    "Chebyshev polynomial of the third kind: ``V_1 = 2 x - 1``, ``V_{k+1} = 2 x V_k - V_{k-1}``.",
    lambda x: 2.0 * x - 1.0,
    lambda k, x, p, q: 2.0 * x * p - q,
)
chebyshev_polynomial_w = _family(
    "chebyshev_polynomial_w",
    "Chebyshev polynomial of the fourth kind: ``W_1 = 2 x + 1``, ``W_{k+1} = 2 x W_k - W_{k-1}``.",
    lambda x: 2.0 * x + 1.0,
    lambda k, x, p, q: 2.0 * x * p - q,
)
shifted_chebyshev_polynomial_t = _family(
    "shifted_chebyshev_polynomial_t",
    "Chebyshev polynomial of the first kind at ``2 x - 1``.",
    lambda x: 2.0 * x - 1.0,
    lambda k, x, p, q: (4.0 * x - 2.0) * p - q,
)
shifted_chebyshev_polynomial_u = _family(
    "shifted_chebyshev_polynomial_u",
    "Chebyshev polynomial of the second kind at ``2 x - 1``.",
    lambda x: 4.0 * x - 2.0,
    lambda k, x, p, q: (4.0 * x - 2.0) * p - q,
)
shifted_chebyshev_polynomial_v = _family(
    "shifted_chebyshev_polynomial_v",
    "Chebyshev polynomial of the third kind at ``2 x - 1``.",
    lambda x: 4.0 * x - 3.0,
    lambda k, x, p, q: (4.0 * x - 2.0) * p - q,
)
shifted_chebyshev_polynomial_w = _family(
    "shifted_chebyshev_polynomial_w",
    "Chebyshev polynomial of the fourth kind at ``2 x - 1``.",
    lambda x: 4.0 * x - 1.0,
    lambda k, x, p, q: (4.0 * x - 2.0) * p - q,
)
hermite_polynomial_h = _family(
    "hermite_polynomial_h",
    "Hermite polynomial of the physicists: ``H_1 = 2 x``, ``H_{k+1} = 2 x H_k - 2 k H_{k-1}``.",
    lambda x: 2.0 * x,
    lambda k, x, p, q: 2.0 * x * p - 2.0 * k * q,
)
hermite_polynomial_he = _family(
    "hermite_polynomial_he",
    "Hermite polynomial of the probabilists: ``He_1 = x``, ``He_{k+1} = x He_k - k He_{k-1}``.",
    lambda x: x,
    lambda k, x, p, q: x * p - float(k) * q,
)
laguerre_polynomial_l = _family(
    "laguerre_polynomial_l",
    "Laguerre polynomial: ``L_1 = 1 - x``, ``(k + 1) L_{k+1} = (2 k + 1 - x) L_k - k L_{k-1}``.",
    lambda x: 1.0 - x,
    lambda k, x, p, q: ((2.0 * k + 1.0 - x) * p - float(k) * q) / (k + 1.0),
)
legendre_polynomial_p = _family(
    "legendre_polynomial_p",
    "Legendre polynomial: ``P_1 = x``, ``(k + 1) P_{k+1} = (2 k + 1) x P_k - k P_{k-1}``.",
    lambda x: x,
    lambda k, x, p, q: ((2.0 * k + 1.0) * x * p - float(k) * q) / (k + 1.0),
)
