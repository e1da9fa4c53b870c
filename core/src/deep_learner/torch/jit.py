"""``torch.jit``: Python runs as it is; scripts are the functions themselves, and what would leave Python is refused."""

from __future__ import annotations

from typing import Any, Final, NoReturn, TypeVar

from .missing import asked_at

__all__ = ["Final", "export", "ignore", "is_scripting", "is_tracing", "load", "save", "script", "script_if_tracing",
           "trace", "unused"]  # fmt: skip

Target = TypeVar("Target")


def script(
    obj: Target, optimize: Any = None, _frames_up: int = 0, _rcb: Any = None, example_inputs: Any = None
) -> Target:
    """The function, class or module itself."""
    return obj


def export(fn: Target) -> Target:
    """The method itself."""
    return fn


script_if_tracing = export


def ignore(drop: Any = False, **kwargs: Any) -> Any:
    """The function itself; as ``ignore(drop=...)`` a decorator that gives it."""
    return drop if callable(drop) else export


unused = export


def is_scripting() -> bool:
    """Whether code is being compiled: never."""
    return False


is_tracing = is_scripting


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(
        f"torch.jit.{name} is not there{asked_at()}: it makes PyTorch's own graphs. Save the state_dict instead"
    )


def trace(*args: Any, **options: Any) -> NoReturn:
    """Refuses.

    Raises
    ------
    RuntimeError
        Always: there are no such graphs here.
    """
    _refuse("trace")


def save(*args: Any, **options: Any) -> NoReturn:
    """Refuses as `trace`."""
    _refuse("save")


def load(*args: Any, **options: Any) -> NoReturn:
    """Refuses as `trace`."""
    _refuse("load")
