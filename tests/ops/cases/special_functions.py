"""Cases of special functions: the normal distribution's, terms of entropies, Bessel's and the incomplete gamma."""

from __future__ import annotations

import scipy.special

from tests.ops.case import Case, S, arr, ints
from tests.ops.samples import binary, unary

LINE = [*unary(away=(0.0,)), S(arr(5, low=-12, high=12, away=(0.0,)))]
RIGHT = [*unary(low=0.3, high=3), S(arr(5, low=3, high=30))]
PARAMETERS = [
    S(ints(2, 3, low=1, high=5), arr(2, 3, low=0.3, high=6)),
    S(ints(3, low=1, high=5), arr(4, 1, low=0.3, high=6)),
    S(ints(low=1, high=5), arr(low=0.3, high=6)),
    S(ints(0, 3), arr(3)),
]


def kernel_only(name: str, reference: object, samples: list[S]) -> Case:
    """A case of an operation that a backend's kernel alone computes."""
    return Case(name, reference=reference, samples=samples, kernel_only=True)  # type: ignore[arg-type]


CASES = [
    Case("special_erfcx", reference=scipy.special.erfcx, samples=[*unary(), S(arr(5, low=-5, high=30))]),
    Case("special_ndtr", reference=scipy.special.ndtr, samples=[*unary(), S(arr(5, low=-6, high=6))]),
    Case(
        "special_log_ndtr", reference=scipy.special.log_ndtr, samples=[*unary(), S(arr(5, low=-30, high=6))]
    ),
    Case(
        "special_ndtri",
        reference=scipy.special.ndtri,
        samples=[*unary(low=0.1, high=0.9), S(arr(3, low=0.02, high=0.05))],
    ),
    Case("special_entr", reference=scipy.special.entr, samples=unary(low=0.2, high=3)),
    Case("special_xlog1py", reference=scipy.special.xlog1py, samples=binary(low=0.2, high=3)),
    Case("i0", reference=scipy.special.i0, samples=LINE),
    Case("special_i0e", reference=scipy.special.i0e, samples=LINE),
    Case("special_i1", reference=scipy.special.i1, samples=LINE),
    Case("special_i1e", reference=scipy.special.i1e, samples=LINE),
    Case(
        "special_spherical_bessel_j0",
        reference=lambda x: scipy.special.spherical_jn(0, x),
        samples=[*unary(), S(arr(5, low=-12, high=12))],
    ),
    kernel_only("special_bessel_j0", scipy.special.j0, LINE),
    kernel_only("special_bessel_j1", scipy.special.j1, LINE),
    kernel_only("special_bessel_y0", scipy.special.y0, RIGHT),
    kernel_only("special_bessel_y1", scipy.special.y1, RIGHT),
    kernel_only("special_modified_bessel_k0", scipy.special.k0, RIGHT),
    kernel_only("special_modified_bessel_k1", scipy.special.k1, RIGHT),
    kernel_only("special_scaled_modified_bessel_k0", scipy.special.k0e, RIGHT),
    kernel_only("special_scaled_modified_bessel_k1", scipy.special.k1e, RIGHT),
    kernel_only("special_airy_ai", lambda x: scipy.special.airy(x)[0], LINE),
    kernel_only("airy_ai_slope", lambda x: scipy.special.airy(x)[1], LINE),
    Case(
        "mvlgamma",
        reference=scipy.special.multigammaln,
        samples=[S(arr(2, 3, low=2.2, high=6), p) for p in (1, 2, 5)]
        + [S(arr(low=1, high=2), 2), S(arr(0, 3), 2)],
    ),
    # The parameter is of integers, as no gradient of it is known.
    kernel_only("igamma", scipy.special.gammainc, PARAMETERS),
    kernel_only("igammac", scipy.special.gammaincc, PARAMETERS),
    kernel_only(
        "special_zeta",
        scipy.special.zeta,
        [
            S(2.5, arr(2, 3, low=0.3, high=6)),
            S(ints(3, low=2, high=5), arr(2, 3, low=0.3, high=2)),
            S(3, arr(0, 3)),
        ],
    ),
]
