"""Import every topic, so that all operations are registered."""

# pyright: reportUnusedImport=false

from __future__ import annotations

from . import (  # noqa: F401
    activation, arithmetic, broadcasting, casting, comparison, complex, complex_parts, creation, cumulative, diagonal,
    distance, division, einsum, exponential, extrema, filling, fourier, gamma, joining, linalg, logical, norm,
    order_statistics, padding, power, products, ranges, rectifier, reduction, repeating, rounding, searching,
    selection, shape, softmax, sorting, special, splitting, trigonometric, uniqueness, variadic, variance,
    view_scatter,
)  # fmt: skip
from . import (  # noqa: F401
    bessel, bitcast, counting, divisors, entropy, exponents, incomplete_gamma, normal_distribution,
    orthogonal_polynomials, overwriting, places, renormalizing, windows,
)  # fmt: skip
from . import matrix_function, vandermonde  # noqa: F401
from .factorisation import cholesky, eigen, householder, ldl, lu, lu_solving, qr, svd  # noqa: F401
from .indexing import advanced, getitem, masked, positions, rows, scatter, select, slices  # noqa: F401
from .solving import (  # noqa: F401
    condition, determinant, equations, inverse, least_squares, pseudo_inverse, tensors, triangular,
)  # fmt: skip
