"""`register_kl` and `kl_divergence`: which formula belongs to a pair of distributions."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from ...tensor import Tensor
from ..distribution import Distribution

__all__ = ["kl_divergence", "register_kl"]

F = TypeVar("F", bound=Callable[[Any, Any], Tensor])
_KL_REGISTRY: dict[tuple[type, type], Callable[[Any, Any], Tensor]] = {}
_KL_MEMOIZE: dict[tuple[type, type], Callable[[Any, Any], Tensor] | None] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[F], F]:
    """Register the decorated function of (p, q) as the divergence of two kinds of distributions.

    It serves subclasses, too, for which nothing closer is registered.

    Raises
    ------
    TypeError
        If one of the types is no subclass of `Distribution`.
    """
    for name, kind in (("type_p", type_p), ("type_q", type_q)):
        if not (isinstance(kind, type) and issubclass(kind, Distribution)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"Expected {name} to be a Distribution subclass. Received: {kind!r}")

    def decorator(function: F) -> F:
        _KL_REGISTRY[type_p, type_q] = function
        _KL_MEMOIZE.clear()
        return function

    return decorator


def _found(type_p: type, type_q: type) -> Callable[[Any, Any], Tensor] | None:
    """The closest registered formula: by the first type and then the second, warning where the other order differs."""
    matches = [(p, q) for p, q in _KL_REGISTRY if issubclass(type_p, p) and issubclass(type_q, q)]
    if not matches:
        return None
    # How far up a type lies is its place among the bases, in the order in which Python looks through them.
    rank_p, rank_q = type_p.__mro__.index, type_q.__mro__.index
    left = min(matches, key=lambda pair: (rank_p(pair[0]), rank_q(pair[1])))
    right = min(matches, key=lambda pair: (rank_q(pair[1]), rank_p(pair[0])))
    if _KL_REGISTRY[left] is not _KL_REGISTRY[right]:
        warnings.warn(
            f"Ambiguous kl_divergence({type_p.__name__}, {type_q.__name__}). "
            f"Please register_kl({left[0].__name__}, {right[1].__name__})",
            RuntimeWarning,
            stacklevel=3,
        )
    return _KL_REGISTRY[left]


def kl_divergence(p: Distribution, q: Distribution) -> Tensor:
    """The Kullback-Leibler divergence: the mean under p of ``log p(x) - log q(x)``, in nats.

    Parameters
    ----------
    p, q : Distribution

    Returns
    -------
    Tensor
        Of the batch shape that both broadcast to.

    Raises
    ------
    NotImplementedError
        If no formula is registered for the two types.
    """
    pair = type(p), type(q)
    if pair not in _KL_MEMOIZE:
        _KL_MEMOIZE[pair] = _found(*pair)
    function = _KL_MEMOIZE[pair]
    if function is None:
        raise NotImplementedError(
            f"No KL(p || q) is implemented for p type {pair[0].__name__} and q type {pair[1].__name__}"
        )
    return function(p, q)
