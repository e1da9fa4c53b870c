"""How the named tuples that operations return are printed: as named tuples, or as PyTorch prints its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..semantics import follows_torch

_Kind = TypeVar("_Kind", bound=type)

# Operations whose function has another name.
_FUNCTIONS = {"max_dim": "max", "min_dim": "min"}


@functools.cache
def maker(name: str, kind: type) -> Callable[[Iterable[Any]], Any]:
    """What makes a tuple like those that an operation's forward returns: a named one knows which operation's it is.

    Parameters
    ----------
    name
        The operation's.
    kind
        The type of what the forward returned.
    """
    if not hasattr(kind, "_fields"):
        return tuple
    return _kind(
        name, getattr(kind, "origin", kind)
    )._make  # of nested operations the outer one gives the name


@functools.cache
def _kind(name: str, base: Any) -> Any:
    """A kind of named tuple whose members know that the named operation made them."""

    def reduced(self: Any) -> tuple[Any, ...]:
        return named, (name, base, tuple(self))

    body = {
        "__slots__": (),
        "origin": base,
        "__reduce__": reduced,
        "__doc__": base.__doc__,
        "__module__": base.__module__,
    }
    return result_of(_FUNCTIONS.get(name, name))(type(base.__name__, (base,), body))


def named(name: str, kind: type, values: Iterable[Any]) -> Any:
    """A named tuple of a kind that knows which operation's result it is."""
    return maker(name, kind)(values)


def result_of(function: str) -> Callable[[_Kind], _Kind]:
    """A decorator for the named tuple that a function of PyTorch's, of this name, returns."""

    def decorate(kind: _Kind) -> _Kind:
        def text(self: Any) -> str:
            fields = [f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True)]
            if follows_torch():
                return "torch.return_types.{}(\n{})".format(function, ",\n".join(fields))
            return f"{type(self).__name__}({', '.join(fields)})"

        setattr(kind, "__repr__", text)  # noqa: B010 # a plain assignment is of no instance's method
        return kind

    return decorate
