"""Modules that stand in for real ones: what is simulated, the real constants, and a refusal for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy

PASSED_ON = (int, float, str, bytes, bool, type(None), tuple)


def not_simulated(name: str) -> Callable[..., Any]:
    """What stands in for a function of CuPy that the simulation lacks."""

    def function(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"CuPy has {name}, but the simulation does not.")

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    return function


def passes(name: str, value: Any) -> bool:
    """Whether something of the real module serves as it is: constants, exceptions, and what is NumPy's own."""
    if isinstance(value, PASSED_ON) or getattr(numpy, name, None) is value:
        return True
    return isinstance(value, type) and issubclass(value, (BaseException, numpy.generic))


def _refusal(real: ModuleType) -> Callable[[str], Any]:
    """The module's `__getattr__`: what only the real one has is told apart from what neither has."""

    def get(name: str) -> Any:
        if not name.startswith("_") and hasattr(real, name):
            raise NotImplementedError(f"CuPy has {real.__name__}.{name}, but the simulation does not.")
        raise AttributeError(f"module {real.__name__!r} has no attribute {name!r}")

    return get


def stand_in(real: ModuleType, simulated: Mapping[str, Any]) -> ModuleType:
    """The module of the simulation in place of a real one. It has no name that the real one lacks."""
    module = ModuleType(real.__name__, f"{real.__name__}, simulated on the host")
    module.__path__ = []  # type: ignore[attr-defined]
    module.__spec__ = real.__spec__
    for name in dir(real):
        value = getattr(real, name)
        if name in simulated:
            setattr(module, name, simulated[name])
        elif name in ("__version__", "annotations") or (not name.startswith("_") and passes(name, value)):
            setattr(module, name, value)
        elif not name.startswith("_") and callable(value) and not isinstance(value, ModuleType):
            setattr(module, name, not_simulated(f"{real.__name__}.{name}"))
    module.__getattr__ = _refusal(real)  # type: ignore[attr-defined]
    lacking = sorted(name for name in simulated if not hasattr(real, name))
    if lacking:
        raise AttributeError(f"{real.__name__} has no {', '.join(lacking)}")
    return module
