"""The errors and warnings that the plugin host, the configuration and the choice of a backend raise.

Each also is the built-in (and PyTorch's) exception that a caller would look for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AmbiguousNameError",
    "BackendUnavailableError",
    "ConfigurationError",
    "LinAlgError",
    "MissingFunctionError",
    "OutOfMemoryError",
    "PluginError",
    "PluginWarning",
    "PositionError",
    "UnknownNameError",
    "did_you_mean",
]


class ConfigurationError(ValueError):
    """A key that does not exist, a value that a key does not take, or a file that is no TOML."""


class BackendUnavailableError(RuntimeError):
    """A backend is installed but cannot work here, or none is installed that could."""


class OutOfMemoryError(RuntimeError, MemoryError):
    """A device's memory does not hold what was asked for; PyTorch's error of that name."""


class LinAlgError(RuntimeError):
    """A matrix does not allow what was asked of it: it is singular, or not positive definite; PyTorch's error."""


class PositionError(IndexError, RuntimeError):
    """A position in an index tensor is out of bounds: Python's error for it, and PyTorch's."""


class PluginError(ImportError):
    """What a plugin registered cannot be loaded."""


class UnknownNameError(AttributeError, LookupError):
    """No installed plugin registered the name; an AttributeError, so that `hasattr` answers."""


class AmbiguousNameError(LookupError):
    """Several distributions registered the name and the configuration chooses none of them."""


class PluginWarning(UserWarning):
    """A plugin is broken: it was left out, and everything else works."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the closest known one, or the few there are.

    Examples
    --------
    >>> did_you_mean("bakend", ["backend", "device"])
    "; did you mean 'backend'?"
    """
    from difflib import get_close_matches

    names = sorted(known)
    same = [other for other in names if other.lower() == name.lower()]
    close = same or get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= 12 else ""


class MissingFunctionError(NotImplementedError, AttributeError):
    """A backend lacks a function that the array standard names, or one that only array libraries bring.

    Parameters
    ----------
    function, backend
        The names of both.
    cure
        What to do about it.
    """

    def __init__(self, function: str, backend: str, cure: str = "") -> None:
        super().__init__(f"backend {backend!r} has no function {function!r}" + (f"; {cure}" if cure else ""))
        self.function = function
        self.backend = backend
