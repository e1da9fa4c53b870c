"""``torch.compile`` and ``torch.compiler``: accepted; what is given runs as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

__all__ = ["assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling",
           "is_dynamo_compiling", "is_exporting", "list_backends", "reset"]  # fmt: skip

Target = TypeVar("Target")


@overload
def compile(
    model: None = None, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = "inductor",
    mode: str | None = None, options: dict[str, Any] | None = None, disable: bool = False,
) -> Callable[[Target], Target]: ...  # fmt: skip
@overload
def compile(
    model: Target, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = "inductor",
    mode: str | None = None, options: dict[str, Any] | None = None, disable: bool = False,
) -> Target: ...  # fmt: skip
def compile(
    model: Any = None, *, fullgraph: bool = False, dynamic: bool | None = None, backend: Any = "inductor",
    mode: str | None = None, options: dict[str, Any] | None = None, disable: bool = False,
) -> Any:  # fmt: skip
    """The module or function itself: nothing is compiled.

    Parameters
    ----------
    model
        A module or a function; a decorator is returned where it is None.
    fullgraph, dynamic, backend, mode, options, disable
        Accepted for PyTorch's sake.

    Raises
    ------
    RuntimeError
        If both `mode` and `options` are given.
    TypeError
        If `model` cannot be called.
    """
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if model is None:
        return compile
    if not callable(model):
        raise TypeError(f"compile() takes a module or a function. Received: {type(model).__name__}")
    return model


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """The function itself, or a decorator that gives it: nothing is compiled anyway."""
    return assume_constant_result if fn is None else fn


def assume_constant_result(fn: Target) -> Target:
    """The function itself."""
    return fn


def is_compiling() -> bool:
    """Whether a graph is being made: never."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """The compilers that there are: none."""
    return []


def reset() -> None:
    """Forget what was compiled: nothing was."""


def cudagraph_mark_step_begin() -> None:
    """Accepted for PyTorch's sake."""
