"""Where random numbers are computed: on the CPU, whatever device they are for, so that all get the same."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .. import backends
from ..errors import BackendUnavailableError
from ..typing import Array

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["find_host", "flat_list", "through"]


def find_host() -> Backend:
    """The backend that computes random numbers: the best ranked that serves the CPU, whatever is chosen; the current
    one if none does.
    """
    try:
        return backends.best_for_device("cpu")
    except BackendUnavailableError:
        return backends.current()


def through(host: Backend, function: Callable[[float], float], values: Array) -> Array:
    """`function` of each of the values, float64.

    The C library's functions, which :mod:`math` calls, give the same bits as in PyTorch; an array library has
    approximations of its own.
    """
    results = host.asarray(memoryview(array("d", map(function, flat_list(host, values)))))
    return host.namespace.reshape(results, values.shape)


def flat_list(host: Backend, values: Array) -> list[Any]:
    """The values of an array as Python numbers, row after row."""
    return host.to_numpy(host.namespace.reshape(values, (-1,))).tolist()
