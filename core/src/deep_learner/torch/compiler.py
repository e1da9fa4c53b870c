"""``torch.compile`` and ``torch.compiler``, by Deep Learner's own compiled steps."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, overload

from ..compiler import CompiledStep, is_compiling
from ..compiler.active import tracing
from ..nn import Module
from ..plugins import registry
from .optimized import OptimizedModule

__all__ = ["assume_constant_result", "compile", "cudagraph_mark_step_begin", "disable", "is_compiling",
           "is_dynamo_compiling", "is_exporting", "list_backends", "reset"]  # fmt: skip

Target = TypeVar("Target")

_DEFAULT, _EAGER = "inductor", "eager"
_MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")


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
    """A module or a function that does what the given one does, but runs as a plan: see ``deep_learner.compile``.

    Results are in the graph; their backward pass is compiled, too.

    Parameters
    ----------
    model
        A module or a function; a decorator is returned where it is None.
    fullgraph
        Raise where something cannot be compiled; otherwise a warning says where that is, and it runs as it is.
    backend
        ``"inductor"`` or None: what the configuration or the tensors' backend chooses; ``"eager"``: `model` runs as it
        is; else the name of an executor that is installed, such as ``"c"``.
    dynamic, options
        Accepted for PyTorch's sake: there is a plan for each shape.
    mode
        One of PyTorch's, accepted for its sake.
    disable
        Return `model` as it is.

    Returns
    -------
    OptimizedModule or callable
        Of a module one that shares its parameters, attributes and mode. As in PyTorch the keys of its ``state_dict()``
        begin with ``_orig_mod.``, since the module itself is the attribute of this name.

    Raises
    ------
    RuntimeError
        If `backend` or `mode` is unknown, or both `mode` and `options` are given.
    TypeError
        If `model` cannot be called.
    """
    if mode is not None and options is not None:
        raise RuntimeError(
            "Either mode or options can be specified, but both can't be specified at the same time."
        )
    if mode is not None and mode not in _MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(_MODES)}")
    executor = _executor(backend)
    if model is None:
        return functools.partial(
            compile, fullgraph=fullgraph, dynamic=dynamic, backend=backend, mode=mode, options=options, disable=disable,
        )  # fmt: skip
    if not callable(model):
        raise TypeError(f"compile() takes a module or a function. Received: {type(model).__name__}")
    if disable or backend == _EAGER:
        return model
    kind: Any = OptimizedModule if isinstance(model, Module) else CompiledStep
    return kind(model, fullgraph=fullgraph, explain=False, executor=executor)


def _executor(backend: Any) -> str | None:
    """The executor's name that is meant; None for the default one."""
    if backend in (None, _DEFAULT, _EAGER):
        return None
    if backend in registry.names("executors"):
        return backend
    known = ", ".join(map(repr, [_EAGER, *list_backends()]))
    if callable(backend):
        raise RuntimeError(f"a backend that is a function takes PyTorch's own graphs; there are {known}")
    raise RuntimeError(f"Invalid backend: {backend!r}; there are {known}")


def disable(fn: Any = None, recursive: bool = True, *, reason: str | None = None) -> Any:
    """A function that is never compiled, or a decorator that gives it: a step that calls it runs as it is.

    Parameters
    ----------
    fn
        The function.
    recursive
        Accepted for PyTorch's sake: what `fn` calls is not compiled either.
    reason
        Is told in the warning.
    """
    if fn is None:
        return functools.partial(disable, recursive=recursive, reason=reason)

    @functools.wraps(fn)
    def kept_out(*args: Any, **kwargs: Any) -> Any:
        if tracing.trace is not None:
            why = "" if reason is None else f" ({reason})"
            tracing.trace.give_up(f"a function is called that torch.compiler.disable keeps out{why}")
        return fn(*args, **kwargs)

    return kept_out


def assume_constant_result(fn: Target) -> Target:
    """The function itself."""
    return fn


def is_dynamo_compiling() -> bool:
    """Whether a step is being traced."""
    return is_compiling()


def is_exporting() -> bool:
    """Whether a graph is being exported: never."""
    return False


def list_backends(exclude_tags: Any = ("debug", "experimental")) -> list[str]:
    """What ``compile`` takes as its ``backend``; ``"eager"`` only where ``"debug"`` is not excluded."""
    eager = [] if exclude_tags and "debug" in exclude_tags else [_EAGER]
    return sorted([*eager, _DEFAULT, *registry.names("executors")])


def reset() -> None:
    """Forget what was compiled."""
    CompiledStep.forget_all()


def cudagraph_mark_step_begin() -> None:
    """Accepted for PyTorch's sake."""
