"""Dimension numbers as PyTorch takes them."""

from __future__ import annotations


def wrap_dim(dim: int, ndim: int) -> int:
    """`dim` from 0 up; a 0-d array takes 0 and -1. Raises IndexError if there is no such dimension."""
    bound = max(ndim, 1)
    if -bound <= dim < bound:
        return dim % bound
    raise IndexError(
        f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})"
    )
