"""Operations that an eager program repeats, in C: where the executor is configured to be this one, an operation that is
called again and again with arrays of the same form becomes a function of its own."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deep_learner.backends import for_type
from deep_learner.compiler import is_compiling, plan_of
from deep_learner_c.arena import Arena
from deep_learner_c.executor import CExecutor
from deep_learner_c.hooks import REPEATED

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from deep_learner.backends import Backend

__all__ = ["kernel"]

CALLS = 10  # with arrays of one form, after which it is worth a compilation
FORMS = 32  # of one operation that are compiled
REMEMBERED = 1000  # forms of one operation whose calls are counted


_arena = Arena()
_free = threading.Lock()  # held by the one function that works in the arena


class _Function(NamedTuple):
    """An operation on arrays of one form, and whether it gives several."""

    run: Callable[..., list[Any]]
    several: bool


def kernel(operation: str) -> Callable[..., Any]:
    """The kernel of an operation: gives ``NotImplemented`` for arrays of forms that it has no function for.

    Which calls are computed in C depends on the calls before; where threads compute at once, one does so in C.
    """
    calls: dict[Hashable, int] = {}
    functions: dict[Hashable, _Function | None] = {}

    def run(*args: Any, **kwargs: Any) -> Any:
        if is_compiling():
            return NotImplemented
        form, arrays = _form(args, kwargs)
        try:
            function = functions.get(form, ...)
        except TypeError:  # an option that is no plain value
            return NotImplemented
        if function is ...:
            if not _is_due(calls, form) or len(functions) >= FORMS:
                return NotImplemented
            function = functions[form] = (
                _made(operation, args, kwargs) if all(one.size for one in arrays) else None
            )
        if function is None or not _free.acquire(blocking=False):
            return NotImplemented
        try:
            made = function.run(*arrays)
        finally:
            _free.release()
        return tuple(made) if function.several else made[0]

    return run


def _form(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Hashable, list[np.ndarray]]:
    """What a function in C depends on, and what it is called with."""
    arrays: list[np.ndarray] = []
    form: list[Hashable] = []
    for one in (*args, *kwargs.values()):
        if type(one) is np.ndarray or isinstance(one, np.generic):
            arrays.append(np.asarray(one))
            form.append((one.shape, one.strides, one.dtype))
        else:
            form += (type(one), repr(one) if type(one) is float else one)  # 0.0 is not -0.0
    return (*form, *kwargs), arrays


def _is_due(calls: dict[Hashable, int], form: Hashable) -> bool:
    """Whether arrays of a form have come often enough."""
    if len(calls) > REMEMBERED:
        calls.clear()
    calls[form] = calls.get(form, 0) + 1
    return calls[form] > CALLS


def _made(operation: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Function | None:
    """The function of an operation on arrays like these; None if it has no form in C, or nothing can be built."""
    backend = for_type(np.ndarray)
    executor = _executor(backend)
    proper = [np.asarray(one) if isinstance(one, np.generic) else one for one in args]
    try:
        plan, several = plan_of(operation, proper, kwargs, backend, executor)
    except Exception:  # it looks at elements, or something is wrong with the call: the backend says what
        return None
    with _free:
        emitted = executor.emit_in_c(plan, _arena)
    return emitted and _Function(emitted.run, several)


@functools.cache
def _executor(backend: Backend) -> CExecutor:
    return CExecutor(backend)


def __getattr__(name: str) -> Any:
    """The kernels by the names of their operations."""
    if name not in REPEATED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return kernel(name)
