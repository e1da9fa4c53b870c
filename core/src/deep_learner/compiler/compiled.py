"""`compile`, which makes compiled steps."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, overload

from .step import CompiledStep

__all__ = ["compile"]

P = ParamSpec("P")
R = TypeVar("R")


@overload
def compile(
    step: Callable[P, R], /, *, fullgraph: bool = ..., explain: bool = ..., executor: str | None = ...
) -> Callable[P, R]: ...
@overload
def compile(
    step: None = ..., /, *, fullgraph: bool = ..., explain: bool = ..., executor: str | None = ...
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def compile(
    step: Any = None, /, *, fullgraph: bool = False, explain: bool = False, executor: str | None = None
) -> Any:
    """A function that does what ``step`` does, but sees all of it before it computes.

    The first call runs the step and writes down its operations: forward, backward and the optimizer's. Later calls run
    what the backend's executor made of them. What the step reads from its arguments, from modules, optimizers and other
    tensors, it reads anew each time; when a shape, a dtype, a mode or a plain Python value that it can reach has
    changed, the step is traced again. Random numbers are those that the step itself would draw.

    Parameters
    ----------
    step
        A function, method or module: a whole training step, or a part of one. What it returns is in the graph, and
        its backward pass is compiled, too.
    fullgraph
        Raise where the step cannot be compiled, such as at a branch on a tensor's values; otherwise a warning says
        where that is, and the step runs as it would without ``compile``.
    explain
        Print each plan when it is made.
    executor
        What runs the step, by the name under which a plugin registered it, such as ``"c"``; unless given, the one that
        the configuration names, or the backend's own.

    Returns
    -------
    callable

    Raises
    ------
    CannotTrace
        When called, under `fullgraph`, if the step cannot be compiled.

    Examples
    --------
    >>> @dl.compile
    ... def step(inputs, targets):
    ...     optimizer.zero_grad()
    ...     loss = criterion(model(inputs), targets)
    ...     loss.backward()
    ...     optimizer.step()
    ...     return loss
    """
    if step is None:
        return functools.partial(compile, fullgraph=fullgraph, explain=explain, executor=executor)
    return CompiledStep(step, fullgraph, explain, executor)
