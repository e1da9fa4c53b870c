"""`Constraint`, and constraints that are not known before a distribution is, or that lift another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...tensor import Tensor

__all__ = [
    "Constraint",
    "MixtureSameFamilyConstraint",
    "_Dependent",
    "_DependentProperty",
    "_IndependentConstraint",
    "all_of_rightmost",
    "is_dependent",
]

_UNKNOWN: Any = NotImplemented


class Constraint:
    """A region over which a variable is valid.

    Attributes
    ----------
    is_discrete : bool
        Whether the region is discrete.
    event_dim : int
        The number of rightmost dimensions that one variable takes up.
    """

    is_discrete: Any = False
    event_dim: Any = 0

    def check(self, value: Any) -> Tensor:
        """Whether each variable is valid: a boolean tensor of the shape less the event's dimensions."""
        raise NotImplementedError(f"{type(self).__name__} does not define check")

    def __repr__(self) -> str:
        return f"{type(self).__name__.removeprefix('_')}()"


class _Dependent(Constraint):
    """A constraint that depends on other parameters, so that it checks nothing by itself."""

    def __init__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> None:
        self._is_discrete = is_discrete
        self._event_dim = event_dim
        super().__init__()

    @property
    def is_discrete(self) -> Any:
        """Whether the region is discrete."""
        if self._is_discrete is NotImplemented:
            raise NotImplementedError("is_discrete of this dependent constraint is not known statically")
        return self._is_discrete

    @property
    def event_dim(self) -> Any:
        """The number of rightmost dimensions that one variable takes up."""
        if self._event_dim is NotImplemented:
            raise NotImplementedError("event_dim of this dependent constraint is not known statically")
        return self._event_dim

    def __call__(self, *, is_discrete: Any = NotImplemented, event_dim: Any = NotImplemented) -> _Dependent:
        return _Dependent(
            is_discrete=self._is_discrete if is_discrete is NotImplemented else is_discrete,
            event_dim=self._event_dim if event_dim is NotImplemented else event_dim,
        )

    def check(self, value: Any) -> Tensor:
        """Refuse: there is nothing to compare with."""
        raise ValueError("a dependent constraint cannot check values")


def is_dependent(constraint: object) -> bool:
    """Whether a constraint is a dependent one, which checks nothing by itself."""
    return isinstance(constraint, _Dependent)


class _DependentProperty(property, _Dependent):
    """A property that gives a constraint on an instance, and is a dependent constraint on the class."""

    def __init__(
        self,
        fget: Callable[[Any], Any] | None = None,
        *,
        is_discrete: Any = _UNKNOWN,
        event_dim: Any = _UNKNOWN,
    ) -> None:
        super().__init__(fget)
        self._is_discrete = is_discrete
        self._event_dim = event_dim

    def __call__(self, fget: Callable[[Any], Any]) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Decorate a method, with what is known statically."""
        return _DependentProperty(fget, is_discrete=self._is_discrete, event_dim=self._event_dim)


class _Lifted(Constraint):
    """A constraint made of another one."""

    def __init__(self, base_constraint: Constraint) -> None:
        assert isinstance(base_constraint, Constraint), (
            f"base_constraint must be a Constraint. Received: {type(base_constraint).__name__}"
        )
        self.base_constraint = base_constraint
        super().__init__()

    @property
    def is_discrete(self) -> Any:
        """Whether the region is discrete."""
        return self.base_constraint.is_discrete

    @property
    def event_dim(self) -> Any:
        """The number of rightmost dimensions that one variable takes up."""
        return self.base_constraint.event_dim

    def __repr__(self) -> str:
        return f"{type(self).__name__.removeprefix('_')}({self.base_constraint!r})"


def all_of_rightmost(valid: Tensor, kept: int) -> Tensor:
    """Whether all are valid along the dimensions beyond the first `kept`."""
    return valid.reshape((*valid.shape[:kept], -1)).all(-1)


class _IndependentConstraint(_Lifted):
    """A constraint whose rightmost batch dimensions belong to one variable, valid where all of it is."""

    def __init__(self, base_constraint: Constraint, reinterpreted_batch_ndims: int) -> None:
        assert reinterpreted_batch_ndims >= 0, (
            f"reinterpreted_batch_ndims must be >= 0. Received: {reinterpreted_batch_ndims}"
        )
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        super().__init__(base_constraint)

    @property
    def event_dim(self) -> Any:
        """The number of rightmost dimensions that one variable takes up."""
        return self.base_constraint.event_dim + self.reinterpreted_batch_ndims

    def check(self, value: Any) -> Tensor:
        """Whether each variable is valid."""
        valid = self.base_constraint.check(value)
        if valid.ndim < self.reinterpreted_batch_ndims:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        return all_of_rightmost(valid, valid.ndim - self.reinterpreted_batch_ndims)

    def __repr__(self) -> str:
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class MixtureSameFamilyConstraint(_Lifted):
    """The support of a mixture: that of all its components, whose dimension precedes the event's."""

    def check(self, value: Any) -> Tensor:
        """Whether each variable is valid for all components."""
        if value.ndim < self.event_dim:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        valid = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        return all_of_rightmost(valid, value.ndim - self.event_dim)
