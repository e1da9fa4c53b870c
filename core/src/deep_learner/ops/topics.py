"""Import every topic, so that all operations are registered."""

# pyright: reportUnusedImport=false

from __future__ import annotations

from . import (  # noqa: F401
    activation, arithmetic, broadcasting, casting, comparison, complex, creation, cumulative, diagonal,
    distance, division, einsum, exponential, extrema, filling, gamma, joining, linalg, logical, norm,
    order_statistics, padding, power, products, ranges, rectifier, reduction, repeating, rounding, searching,
    selection, shape, softmax, sorting, special, splitting, trigonometric, uniqueness, variadic, variance,
    view_scatter,
)  # fmt: skip
from .indexing import advanced, getitem, masked, positions, rows, scatter, select, slices  # noqa: F401
