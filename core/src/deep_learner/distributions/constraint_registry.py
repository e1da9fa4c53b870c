"""`biject_to` and `transform_to`: transforms from unconstrained numbers to those that satisfy a constraint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from . import constraints, transforms
from .constraints import Constraint
from .transforms import Transform
from .utils import is_number

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """Factories of transforms, by the type of constraint. Calling it with a constraint gives its transform."""

    def __init__(self) -> None:
        self._registry: dict[type, Callable[[Any], Transform]] = {}
        super().__init__()

    def register(self, constraint: Any, factory: Callable[[Any], Transform] | None = None) -> Any:
        """Register a factory, or decorate one.

        Parameters
        ----------
        constraint : Constraint, or a subclass
        factory : callable, optional
            Takes a constraint and returns a transform.

        Raises
        ------
        TypeError
            If `constraint` is neither.
        """
        if factory is None:
            return partial(self.register, constraint)
        kind: Any = type(constraint) if isinstance(constraint, Constraint) else constraint
        if not (isinstance(kind, type) and issubclass(kind, Constraint)):
            raise TypeError(f"register takes a Constraint, or a subclass. Received: {constraint!r}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint: Constraint) -> Transform:
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to = ConstraintRegistry()
transform_to = ConstraintRegistry()


def _always(transform: Any) -> Callable[[Any], Transform]:
    """A factory of what depends on no bound."""
    return lambda constraint: transform()


def _above(constraint: Any) -> Transform:
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(constraint.lower_bound, 1)]
    )


def _below(constraint: Any) -> Transform:
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(constraint.upper_bound, -1)]
    )


def _between(constraint: Any) -> Transform:
    low, high = constraint.lower_bound, constraint.upper_bound
    to_unit = transforms.SigmoidTransform()
    if is_number(low) and is_number(high) and (low, high) == (0, 1):
        return to_unit
    return transforms.ComposeTransform([to_unit, transforms.AffineTransform(low, high - low)])


def _for_both(registry: ConstraintRegistry) -> None:
    """Register what is bijective, and what consists of other constraints."""

    def lifted(constraint: Any) -> Transform:
        base = registry(constraint.base_constraint)
        return transforms.IndependentTransform(base, constraint.reinterpreted_batch_ndims)

    def joined(constraint: Any) -> Transform:
        parts = [registry(c) for c in constraint.cseq]
        return transforms.CatTransform(parts, constraint.dim, constraint.lengths)

    def stacked(constraint: Any) -> Transform:
        return transforms.StackTransform([registry(c) for c in constraint.cseq], constraint.dim)

    # Constraints that share a class, such as `positive` and `greater_than`, are told apart by their bounds alone.
    for kind, factory in (
        (constraints.real, _always(lambda: transforms.identity_transform)),
        (constraints.independent, lifted), (constraints.greater_than, _above),
        (constraints.greater_than_eq, _above), (constraints.less_than, _below), (constraints.interval, _between),
        (constraints.half_open_interval, _between), (constraints.cat, joined), (constraints.stack, stacked),
        (constraints.corr_cholesky, _always(transforms.CorrCholeskyTransform)),
    ):  # fmt: skip
        registry.register(kind, factory)


_for_both(biject_to)
_for_both(transform_to)
biject_to.register(constraints.simplex, _always(transforms.StickBreakingTransform))
transform_to.register(constraints.simplex, _always(transforms.SoftmaxTransform))
transform_to.register(constraints.lower_cholesky, _always(transforms.LowerCholeskyTransform))
for _kind in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(_kind, _always(transforms.PositiveDefiniteTransform))
