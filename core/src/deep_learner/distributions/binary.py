"""What distributions share whose parameter is one probability, given as such or as log-odds."""

from __future__ import annotations

from typing import Any

from ..size import Size
from ..tensor import Tensor
from .distribution import Distribution
from .utils import lazy_property, logits_to_probs, probs_to_logits

__all__ = ["Binary", "require_one"]


def require_one(probs: Any, logits: Any) -> None:
    """Refuse both or neither of two parameters.

    Raises
    ------
    ValueError
        If not exactly one of them is given.
    """
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


class Binary(Distribution):
    """A distribution with `probs` and `logits`, of which one is given and the other computed when asked for."""

    _param: Tensor

    def _start_binary(self, validate_args: bool | None, probs: Any, logits: Any, **others: Any) -> None:
        require_one(probs, logits)
        given = {"logits": logits} if probs is None else {"probs": probs}
        self._start(validate_args, **given, **others)
        self._param = self.__dict__[next(iter(given))]

    def _new(self, *args: Any, **kwargs: Any) -> Tensor:
        return self._param.new_empty(*args, **kwargs)

    @lazy_property
    def logits(self) -> Tensor:
        """The logarithms of the odds."""
        return probs_to_logits(self.probs, is_binary=True)

    @lazy_property
    def probs(self) -> Tensor:
        """The probabilities."""
        return logits_to_probs(self.logits, is_binary=True)

    @property
    def param_shape(self) -> Size:
        """The shape of the parameter."""
        return self._param.shape
