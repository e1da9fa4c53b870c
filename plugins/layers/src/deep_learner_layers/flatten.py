"""`Flatten` and `Unflatten`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from deep_learner import Tensor
from deep_learner.nn import Module

__all__ = ["Flatten", "Unflatten"]


class Flatten(Module):
    """Makes one dimension of several.

    Parameters
    ----------
    start_dim, end_dim
        The first and the last of them.

    Notes
    -----
    Shape: (*, S_start, ..., S_end, *) -> (*, S_start ⋯ S_end, *).
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Flatten `input`."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Makes several dimensions of one.

    Parameters
    ----------
    dim
        The dimension to take apart.
    unflattened_size
        The sizes to make of it, one of which may be -1.

    Raises
    ------
    TypeError
        If `unflattened_size` is not a sequence of integers.

    Notes
    -----
    Shape: (*, S_dim, *) -> (*, U1, ..., Un, *), where S_dim = U1 ⋯ Un.

    Differs from PyTorch in that dimensions have no names.
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        sizes: Any = unflattened_size
        if not isinstance(sizes, tuple | list) or not all(
            isinstance(size, int) for size in cast("list[Any]", sizes)
        ):
            raise TypeError(f"unflattened_size must be tuple of ints, but found {sizes!r}")
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        """Unflatten `input`."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
