"""Transforms of tensors whose slices have transforms of their own."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

from ...functions import concat, stack
from ...tensor import Tensor
from .. import constraints
from ..utils import lazy_property, sum_rightmost
from .base import Transform

__all__ = ["CatTransform", "StackTransform"]


class _Joined(Transform):
    transforms: list[Transform]

    def __init__(self, tseq: Sequence[Transform], dim: int, cache_size: int) -> None:
        assert all(isinstance(t, Transform) for t in tseq), "tseq must consist of transforms"
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) for t in tseq] if cache_size else list(tseq)
        self.dim = dim

    @property
    def bijective(self) -> Any:
        """Whether all are one to one."""
        return all(t.bijective for t in self.transforms)

    def _parts(self, value: Any) -> Sequence[Any]:
        """The slices, one for each transform."""
        raise NotImplementedError(f"{type(self).__name__} does not define _parts")

    def _joined(self, parts: list[Any]) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not define _joined")

    def _require(self, value: Any, size: int) -> None:
        assert -value.ndim <= self.dim < value.ndim and value.shape[self.dim] == size, (
            f"dimension {self.dim} must have size {size}. Received: {tuple(value.shape)}"
        )

    def _call(self, x: Any) -> Any:
        return self._joined([t(part) for t, part in zip(self.transforms, self._parts(x), strict=True)])

    def _inverse(self, y: Any) -> Any:
        return self._joined([t.inv(part) for t, part in zip(self.transforms, self._parts(y), strict=True)])

    def _jacobians(self, x: Any, y: Any) -> list[Tensor]:
        parts = zip(self.transforms, self._parts(x), self._parts(y), strict=True)
        return [t.log_abs_det_jacobian(before, after) for t, before, after in parts]


class CatTransform(_Joined):
    """Transforms of parts that lie one after another along a dimension.

    Parameters
    ----------
    tseq : sequence of Transform
    dim : int
        The dimension.
    lengths : sequence of int, optional
        The parts' sizes; 1 unless given.
    cache_size : {0, 1}
    """

    _arguments = ("transforms", "dim", "lengths")

    def __init__(
        self,
        tseq: Sequence[Transform],
        dim: int = 0,
        lengths: Sequence[int] | None = None,
        cache_size: int = 0,
    ) -> None:
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        assert len(self.lengths) == len(self.transforms), (
            f"lengths and tseq must be as many. Received: {len(self.lengths)} and {len(self.transforms)}"
        )

    @property
    def event_dim(self) -> Any:
        """The largest number of dimensions that one variable takes up."""
        return max(t.event_dim for t in self.transforms)

    @lazy_property
    def length(self) -> int:
        """The size of the dimension."""
        return sum(self.lengths)

    def _parts(self, value: Any) -> Sequence[Any]:
        self._require(value, self.length)
        return value.split(self.lengths, self.dim)

    def _joined(self, parts: list[Any]) -> Any:
        return concat(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Tensor:
        """Those of the parts, side by side, or added up where the dimension belongs to one variable."""
        terms = [
            sum_rightmost(term, self.event_dim - t.event_dim)
            for t, term in zip(self.transforms, self._jacobians(x, y), strict=True)
        ]
        dim = (self.dim - x.ndim if self.dim >= 0 else self.dim) + self.event_dim
        return concat(terms, dim) if dim < 0 else functools.reduce(operator.add, terms)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Where it is defined."""
        return constraints.cat([t.domain for t in self.transforms], self.dim, self.lengths)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Where its values lie."""
        return constraints.cat([t.codomain for t in self.transforms], self.dim, self.lengths)


class StackTransform(_Joined):
    """Transforms of slices along a dimension.

    Parameters
    ----------
    tseq : sequence of Transform
    dim : int
        The dimension.
    cache_size : {0, 1}
    """

    _arguments = ("transforms", "dim")

    def __init__(self, tseq: Sequence[Transform], dim: int = 0, cache_size: int = 0) -> None:
        super().__init__(tseq, dim, cache_size)

    def _parts(self, value: Any) -> Sequence[Any]:
        self._require(value, len(self.transforms))
        return value.unbind(self.dim)

    def _joined(self, parts: list[Any]) -> Any:
        return stack(parts, self.dim)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Tensor:
        """Those of the slices, stacked."""
        return stack(self._jacobians(x, y), self.dim)

    @constraints.dependent_property
    def domain(self) -> Any:
        """Where it is defined."""
        return constraints.stack([t.domain for t in self.transforms], self.dim)

    @constraints.dependent_property
    def codomain(self) -> Any:
        """Where its values lie."""
        return constraints.stack([t.codomain for t in self.transforms], self.dim)
