"""Computing with NumPy what does not depend on the model's inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from deep_learner_onnx.array import SymbolicArray, known

__all__ = ["folded"]


def folded(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a function of the standard gives for known arrays."""
    if name in ("asarray", "positive", "reshape", "astype") and _unchanged(name, args, kwargs):
        return args[0]  # with its label
    given = [_plain(one) for one in args]
    named = {key: _plain(one) for key, one in kwargs.items()}
    with np.errstate(all="ignore"):
        return _wrapped(_OWN[name](*given, **named) if name in _OWN else _numpy(name)(*given, **named))


def _unchanged(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether the result is the first argument itself."""
    first, rest = args[0], (*args[1:], *kwargs.values())
    if not isinstance(first, SymbolicArray) or not first.value:
        return False
    if name == "reshape":
        return tuple(rest[0]) == first.shape
    return all(one is None or isinstance(one, bool) or one == first.dtype for one in rest)


def _plain(value: Any) -> Any:
    if isinstance(value, SymbolicArray):
        return value.array
    if isinstance(value, tuple | list):
        plain = [_plain(one) for one in value]
        return plain if isinstance(value, list) else tuple(plain)
    return value


def _wrapped(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(_wrapped(one) for one in result)
    return known(result) if isinstance(result, np.ndarray | np.generic) else result


def _numpy(name: str) -> Any:
    found: Any = np
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _sort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    return np.take_along_axis(x, _argsort(x, axis=axis, descending=descending), axis)


def _argsort(x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
    if not descending:
        return np.argsort(x, axis=axis, stable=True)
    order = np.argsort(
        np.flip(x, axis), axis=axis, stable=True
    )  # equal ones, twice reversed, keep their order
    return x.shape[axis] - 1 - np.flip(order, axis)


def _getitem(x: Any, key: Any) -> Any:
    return np.asarray(x[key])


_OWN = {"sort": _sort, "argsort": _argsort, "getitem": _getitem}
