"""Cases of ops/orthogonal_polynomials.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

from tests.ops.case import Case, S, arr, ints

SAMPLES = [
    *[S(arr(2, 3, low=-0.95, high=0.95), n, int(n)) for n in (-1, 0, 1, 2, 7, 3.5)],
    S(arr(2, 3, low=-0.95, high=0.95), ints(2, 3, low=0, high=6), 5),
    S(arr(4, 1, low=0.05, high=0.95), ints(3, low=-2, high=6), 6),
    S(0.3, arr(5, low=0, high=4.9), 4),
    S(arr(low=0.05, high=0.95), ints(), 4),
    S(arr(0, 3), ints(3), 4),
]


def third_kind(n: Any, x: Any) -> Any:
    """cos((n + 1/2) t) / cos(t / 2) for x = cos(t)."""
    angle = np.arccos(x)
    return np.cos((n + 0.5) * angle) / np.cos(0.5 * angle)


def fourth_kind(n: Any, x: Any) -> Any:
    """sin((n + 1/2) t) / sin(t / 2) for x = cos(t)."""
    angle = np.arccos(x)
    return np.sin((n + 0.5) * angle) / np.sin(0.5 * angle)


def shifted(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The polynomial at 2 x - 1."""
    return lambda n, x: function(n, 2.0 * np.asarray(x) - 1.0)


def polynomial(name: str, function: Callable[[Any, Any], Any]) -> Case:
    """A family's case, from a reference that takes whole degrees of at least 0."""

    def reference(x: Any, n: Any, degree: int) -> Any:
        whole = np.trunc(n)
        return np.where(whole < 0, 0.0, function(np.maximum(whole, 0.0), x))

    samples = (
        SAMPLES if not name.startswith("shifted") else [S(arr(2, 3, low=0.05, high=0.95), 3, 3), *SAMPLES[7:]]
    )
    return Case(f"special_{name}", reference=reference, samples=samples)


CASES = [
    polynomial("chebyshev_polynomial_t", scipy.special.eval_chebyt),
    polynomial("chebyshev_polynomial_u", scipy.special.eval_chebyu),
    polynomial("chebyshev_polynomial_v", third_kind),
    polynomial("chebyshev_polynomial_w", fourth_kind),
    polynomial("shifted_chebyshev_polynomial_t", shifted(scipy.special.eval_chebyt)),
    polynomial("shifted_chebyshev_polynomial_u", shifted(scipy.special.eval_chebyu)),
    polynomial("shifted_chebyshev_polynomial_v", shifted(third_kind)),
    polynomial("shifted_chebyshev_polynomial_w", shifted(fourth_kind)),
    polynomial("hermite_polynomial_h", lambda n, x: scipy.special.eval_hermite(n.astype(int), x)),
    polynomial("hermite_polynomial_he", lambda n, x: scipy.special.eval_hermitenorm(n.astype(int), x)),
    polynomial("laguerre_polynomial_l", scipy.special.eval_laguerre),
    polynomial("legendre_polynomial_p", scipy.special.eval_legendre),
]
