"""The named tuples that solvers return, as PyTorch names their fields."""

from __future__ import annotations

from typing import NamedTuple

from ...printing.results import result_of
from ...typing import Array


class SolveEx(NamedTuple):
    """A solution, and for each matrix 0 or the place of the first pivot that is zero."""

    result: Array
    info: Array


class InvEx(NamedTuple):
    """An inverse, and for each matrix 0 or the place of the first pivot that is zero."""

    inverse: Array
    info: Array


class TriangularSolve(NamedTuple):
    """A solution, and a copy of the triangular matrix."""

    solution: Array
    cloned_coefficient: Array


class SlogDet(NamedTuple):
    """A determinant's sign, or its phase, and the logarithm of its magnitude."""

    sign: Array
    logabsdet: Array


@result_of("linalg_lstsq")
class LeastSquares(NamedTuple):
    """A least-squares solution, what it leaves of B, and what became known of A on the way."""

    solution: Array
    residuals: Array
    rank: Array
    singular_values: Array


class Fit(NamedTuple):
    """A least-squares solution, the sums of squares that are left, and the ranks."""

    solution: Array
    residuals: Array
    rank: Array
