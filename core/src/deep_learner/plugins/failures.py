"""What is remembered of a plugin that went wrong."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Failure"]


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong with one plugin.

    Attributes
    ----------
    plugin : str
        The entry point's name.
    distribution, version : str
        Who brought it.
    stage : str
        `"read"` (its metadata is damaged), `"import"` (its module cannot be imported), `"register"` (a hook
        takes arguments that its specification lacks), `"hooks"` (a hook is misspelt, or there is none),
        `"call <hook>"` (a hook raised), `"load <category>"` (what it registered cannot be imported).
    error : str
        The exception's type and message.
    """

    plugin: str
    distribution: str
    version: str
    stage: str
    error: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} failed at {self.stage!r}: {self.error}"


def describe(error: BaseException) -> str:
    """An exception in one line."""
    message = "; ".join(str(error).split("\n"))
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
