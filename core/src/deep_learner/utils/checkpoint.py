"""Checkpoints under PyTorch's names: parts of a model whose saved values are computed again in the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ..autograd.checkpointing import checkpoint as _checkpoint
from ..nn.module import Module

__all__ = ["checkpoint", "checkpoint_sequential", "noop_context_fn"]

Contexts = tuple[AbstractContextManager[Any], AbstractContextManager[Any]]


def noop_context_fn() -> Contexts:
    """Two contexts that do nothing."""
    return nullcontext(), nullcontext()


def checkpoint(
    function: Callable[..., Any],
    *args: Any,
    use_reentrant: bool | None = None,
    context_fn: Callable[[], Contexts] = noop_context_fn,
    determinism_check: str = "default",
    debug: bool = False,
    early_stop: bool = True,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Call ``function(*args, **kwargs)`` without keeping what backward needs; it is computed again then.

    Parameters
    ----------
    function
        Must do the same each time it is called with the same arguments.
    context_fn
        Makes the contexts in which the function runs first, and again.
    preserve_rng_state
        Give the second run the random numbers of the first.
    use_reentrant, determinism_check, debug, early_stop
        Accepted for PyTorch's sake: there is one way, which behaves as PyTorch's ``use_reentrant=False`` and checks
        that both runs record the same operations.

    Returns
    -------
    object
        What ``function`` returns.

    Raises
    ------
    RuntimeError
        In backward, if the second run records other operations than the first.
    """
    if context_fn is noop_context_fn:
        return _checkpoint(function, *args, preserve_rng_state=preserve_rng_state, **kwargs)
    context, following = context_fn()

    def run(*args: Any, **kwargs: Any) -> Any:
        nonlocal context
        current, context = context, following
        with current:
            return function(*args, **kwargs)

    return _checkpoint(run, *args, preserve_rng_state=preserve_rng_state, **kwargs)


def checkpoint_sequential(
    functions: Sequence[Callable[..., Any]] | Module,
    segments: int,
    input: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
) -> Any:
    """Call functions one after another, in segments, of which all but the last are checkpoints.

    Parameters
    ----------
    functions
        Modules or functions, or a `Sequential` of them.
    segments
        How many.
    input
        What the first is called with.
    use_reentrant, preserve_rng_state
        As in :func:`checkpoint`.

    Returns
    -------
    object
        What the last function returns.
    """
    steps: list[Callable[..., Any]] = list(
        functions.children() if isinstance(functions, Module) else functions
    )

    def segment(start: int, stop: int) -> Callable[[Any], Any]:
        def run(value: Any) -> Any:
            for step in steps[start:stop]:
                value = step(value)
            return value

        return run

    size = len(steps) // segments
    last = size * (segments - 1)
    for start in range(0, last, size) if size else ():
        input = checkpoint(segment(start, start + size), input, preserve_rng_state=preserve_rng_state)
    return segment(last, len(steps))(input)
