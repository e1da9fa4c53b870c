"""The named tuples that operations of two outputs return, as PyTorch names their fields."""

from __future__ import annotations

from typing import NamedTuple

from ..printing.results import result_of
from ..typing import Array


class ValuesIndices(NamedTuple):
    """Chosen elements and where along the dimension they stood."""

    values: Array
    indices: Array


class MinMax(NamedTuple):
    """The least and the greatest element."""

    min: Array
    max: Array


class MantissaExponent(NamedTuple):
    """Numbers taken apart: a number is its mantissa times two to its exponent."""

    mantissa: Array
    exponent: Array


@result_of("histogram")
class Histogram(NamedTuple):
    """How often values lie in each bin, and the bins' edges."""

    hist: Array
    bin_edges: Array


@result_of("histogramdd")
class HistogramOfPoints(NamedTuple):
    """How often points lie in each bin, and the bins' edges in each dimension."""

    hist: Array
    bin_edges: tuple[Array, ...]
