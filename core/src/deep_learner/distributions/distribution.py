"""`Distribution`: what all probability distributions have in common."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..autograd.modes import no_grad
from ..ops.values import has_values
from ..size import Size
from ..tensor import Tensor
from .constraints import Constraint, is_dependent
from .utils import broadcast_all, lazy_property

__all__ = ["Distribution"]


def checked(method: Callable[[Any, Tensor], Tensor]) -> Any:
    """A method of a value that is looked at first, where arguments are validated."""

    @functools.wraps(method)
    def checking(self: Distribution, value: Tensor) -> Tensor:
        if self._validate_args:
            self._validate_sample(value)
        return method(self, value)

    return checking


class Distribution:
    """A probability distribution, or a batch of them.

    Parameters
    ----------
    batch_shape : sequence of int
        The shape of the batch: distributions that differ in their parameters.
    event_shape : sequence of int
        The shape of one outcome.
    validate_args : bool, optional
        Whether parameters and values are compared with `arg_constraints` and `support`; the class's default unless
        given.

    Raises
    ------
    ValueError
        If a parameter violates its constraint.
    """

    has_rsample: Any = False
    has_enumerate_support: Any = False
    _validate_args: bool = __debug__
    # Attributes that `expand` leaves as they are: tensors whose shape does not begin with the batch shape.
    _kept: ClassVar[frozenset[str]] = frozenset()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Set whether distributions validate where their `validate_args` is not given."""
        if value not in (True, False):
            raise ValueError(f"set_default_validate_args takes True or False. Received: {value!r}")
        Distribution._validate_args = value

    def __init__(
        self,
        batch_shape: Sequence[int] = (),
        event_shape: Sequence[int] = (),
        validate_args: bool | None = None,
    ) -> None:
        self._batch_shape = Size(batch_shape)
        self._event_shape = Size(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()

    def _start(self, validate_args: bool | None, **parameters: Any) -> None:
        """Set parameters, broadcast, as attributes; their shape is the batch's."""
        for name, value in zip(parameters, broadcast_all(*parameters.values()), strict=True):
            setattr(self, name, value)
        Distribution.__init__(self, getattr(self, next(iter(parameters))).shape, validate_args=validate_args)

    def _validate_parameters(self) -> None:
        try:
            found: dict[str, Constraint] = self.arg_constraints
        except NotImplementedError:
            found = {}
            warnings.warn(
                f"{type(self)} has no `arg_constraints`: set them to {{}}, or pass validate_args=False",
                stacklevel=4,
            )
        for name, constraint in found.items():
            if is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(getattr(type(self), name), lazy_property):
                continue
            value = getattr(self, name)
            if _is_false(constraint.check(value).all()):
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution "
                    f"{self!r} to satisfy the constraint {constraint!r}. Received:\n{value}"
                )

    def expand(self, batch_shape: Sequence[int], _instance: Any = None) -> Any:
        """The same distribution with the batch expanded to a shape; its parameters are views.

        Parameters
        ----------
        batch_shape : sequence of int
        _instance : Distribution, optional
            What a subclass with a constructor of its own has made and begun to fill.

        Raises
        ------
        NotImplementedError
            If a subclass has a constructor of its own and no `expand`.
        """
        home = next(kind for kind in type(self).__mro__ if "__init__" in vars(kind))
        if _instance is None and not home.__module__.startswith(__package__ or ""):
            raise NotImplementedError(f"{home.__name__} has its own constructor: it must define expand, too")
        new = self._get_checked_instance(type(self), _instance)
        batch_shape = Size(batch_shape)
        for name, value in self.__dict__.items():
            if name in new.__dict__:
                continue
            if name not in self._kept:
                if isinstance(value, Tensor):
                    value = value.expand((*batch_shape, *value.shape[len(self._batch_shape) :]))
                elif isinstance(value, Distribution):
                    value = value.expand((*batch_shape, *value.batch_shape[len(self._batch_shape) :]))
            new.__dict__[name] = value
        new._batch_shape = batch_shape
        return new

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Self:
        """A new instance of the own class, without attributes, to be filled by the `expand` of `cls`."""
        if _instance is None and type(self).__init__ is not cls.__init__:
            raise NotImplementedError(
                f"{type(self).__name__}, a subclass of {cls.__name__}, has its own constructor: "
                "it must define expand, too"
            )
        return type(self).__new__(type(self)) if _instance is None else _instance

    @property
    def batch_shape(self) -> Size:
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> Size:
        """The shape of one outcome."""
        return self._event_shape

    if TYPE_CHECKING:  # attributes of most classes, and properties where they depend on the parameters
        arg_constraints: ClassVar[Any]
        support: Any
    else:

        @property
        def arg_constraints(self) -> Any:
            """The constraint of each parameter, by name."""
            raise NotImplementedError(f"{type(self)} does not define arg_constraints")

        @property
        def support(self) -> Any:
            """The constraint that outcomes satisfy."""
            raise NotImplementedError(f"{type(self)} does not define support")

    @property
    def mean(self) -> Tensor:
        """The mean, of the batch's and the event's shape."""
        raise NotImplementedError(f"{type(self)} does not implement mean")

    @property
    def mode(self) -> Tensor:
        """The most likely outcome."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self) -> Tensor:
        """The variance of each element."""
        raise NotImplementedError(f"{type(self)} does not implement variance")

    @property
    def stddev(self) -> Tensor:
        """The standard deviation of each element."""
        return self.variance.sqrt()

    def sample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Outcomes, of shape (*sample_shape, *batch_shape, *event_shape), without a gradient."""
        with no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Sequence[int] = ()) -> Tensor:
        """Outcomes through which gradients flow to the parameters."""
        raise NotImplementedError(f"{type(self)} does not implement rsample")

    def sample_n(self, n: int) -> Tensor:
        """`n` outcomes, or `n` batches; use `sample((n,))`."""
        warnings.warn("sample_n(n) is deprecated: use sample((n,))", FutureWarning, stacklevel=2)
        return self.sample((n,))

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density, or of the probability, of outcomes.

        Raises
        ------
        ValueError
            If arguments are validated and the value is no tensor, has a wrong shape or lies outside the support.
        """
        raise NotImplementedError(f"{type(self)} does not implement log_prob")

    def cdf(self, value: Tensor) -> Tensor:
        """The cumulative distribution function. Raises as `log_prob`."""
        raise NotImplementedError(f"{type(self)} does not implement cdf")

    def icdf(self, value: Tensor) -> Tensor:
        """The quantile: the inverse of `cdf`."""
        raise NotImplementedError(f"{type(self)} does not implement icdf")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All outcomes along a new first dimension; the batch's dimensions have size 1 unless `expand`."""
        raise NotImplementedError(f"{type(self)} does not implement enumerate_support")

    def entropy(self) -> Tensor:
        """The entropy in nats, of the batch's shape."""
        raise NotImplementedError(f"{type(self)} does not implement entropy")

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return self.entropy().exp()

    def _extended_shape(self, sample_shape: Sequence[int] = ()) -> Size:
        return Size((*sample_shape, *self._batch_shape, *self._event_shape))

    def _constant(self, like: Tensor, value: float) -> Tensor:
        """One value for the whole batch."""
        return like.new_full(self._extended_shape(), value)

    def _enumerated(self, values: Tensor, expand: bool) -> Tensor:
        """Outcomes, of shape (n, *event), with the batch's dimensions between the two."""
        count, *event = values.shape
        values = values.reshape((count, *[1] * len(self._batch_shape), *event))
        return values.expand((count, *self._batch_shape, *event)) if expand else values

    def _validate_sample(self, value: Tensor) -> None:
        if not isinstance(value, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(
                f"The value argument to log_prob must be a Tensor. Received: {type(value).__name__}"
            )
        shape, expected = value.shape, self._batch_shape + self._event_shape
        if shape[len(shape) - len(self._event_shape) :] != self._event_shape:
            raise ValueError(
                f"The right-most size of value must match event_shape: {shape} vs {self._event_shape}."
            )
        for given, wanted in zip(reversed(shape), reversed(expected), strict=False):
            if given != wanted and 1 not in (given, wanted):
                raise ValueError(
                    f"Value is not broadcastable with batch_shape+event_shape: {shape} vs {expected}."
                )
        try:
            support: Constraint = self.support
        except NotImplementedError:
            warnings.warn(
                f"{type(self)} has no `support` to validate values with: pass validate_args=False",
                stacklevel=4,
            )
            return
        if _is_false(support.check(value).all()):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(shape)}) to be within the support "
                f"({support!r}) of the distribution {self!r}. Received:\n{value}"
            )

    def __repr__(self) -> str:
        shown = {name: self.__dict__[name] for name in self.arg_constraints if name in self.__dict__}
        parts = [f"{name}: {value if value.numel() == 1 else value.shape}" for name, value in shown.items()]
        return f"{type(self).__name__}({', '.join(parts)})"


def _is_false(condition: Tensor) -> bool:
    """Whether something certainly does not hold: of a compiled step's tensors that cannot be said."""
    return has_values(condition) and not condition
