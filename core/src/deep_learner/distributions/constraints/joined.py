"""Constraints of tensors whose slices have constraints of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...functions import concat, stack
from ...tensor import Tensor
from .base import Constraint

__all__ = ["_Cat", "_Stack"]


class _Joined(Constraint):
    def __init__(self, cseq: Sequence[Constraint], dim: int = 0) -> None:
        assert all(isinstance(c, Constraint) for c in cseq), "cseq must consist of constraints"
        self.cseq = list(cseq)
        self.dim = dim
        super().__init__()

    @property
    def is_discrete(self) -> Any:
        """Whether one of the regions is discrete."""
        return any(c.is_discrete for c in self.cseq)

    @property
    def event_dim(self) -> Any:
        """The largest number of dimensions that one variable takes up."""
        return max(c.event_dim for c in self.cseq)

    def _require_dim(self, value: Any) -> None:
        assert -value.ndim <= self.dim < value.ndim, (
            f"the value has no dimension {self.dim}. Received: {value.ndim} dimensions"
        )


class _Cat(_Joined):
    """Constraints of parts that lie one after another along a dimension."""

    def __init__(
        self, cseq: Sequence[Constraint], dim: int = 0, lengths: Sequence[int] | None = None
    ) -> None:
        super().__init__(cseq, dim)
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        assert len(self.lengths) == len(self.cseq), (
            f"lengths and cseq must be as many. Received: {len(self.lengths)} and {len(self.cseq)}"
        )

    def check(self, value: Any) -> Tensor:
        """Whether each part satisfies its own constraint."""
        self._require_dim(value)
        parts = value.split(self.lengths, self.dim)
        return concat([c.check(part) for c, part in zip(self.cseq, parts, strict=True)], self.dim)


class _Stack(_Joined):
    """Constraints of slices along a dimension."""

    @property
    def event_dim(self) -> Any:
        """The largest number of dimensions that one variable takes up, with the stacked one where it is inside."""
        inner = super().event_dim
        return inner + (self.dim + inner < 0)

    def check(self, value: Any) -> Tensor:
        """Whether each slice satisfies its own constraint."""
        self._require_dim(value)
        slices = value.unbind(self.dim)
        return stack([c.check(part) for c, part in zip(self.cseq, slices, strict=False)], self.dim)
