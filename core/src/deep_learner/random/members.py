"""What random functions do where they are not simply called: within ``vmap`` and within a trace."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Literal, ParamSpec, TypeVar

from ..compiler.active import tracing
from ..func.active import active

__all__ = ["per_member"]

P = ParamSpec("P")
R = TypeVar("R")


def per_member(form: Literal["sizes", "elements", "whole"]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let ``vmap``'s ``randomness`` decide how the decorated function draws: not at all, for each member of the batch,
    or once for all. A trace notes that it draws.

    Parameters
    ----------
    form
        What the function takes: ``"sizes"`` of a new tensor first, a tensor for whose ``"elements"`` it draws one by
        one, or something that it draws for as a ``"whole"``.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def drawing(*args: P.args, **kwargs: P.kwargs) -> R:
            made: Any
            if not active.levels:
                if tracing.trace is None:
                    return function(*args, **kwargs)
                made = tracing.trace.drawn(drawing, args, kwargs)
                return made
            from ..func.randomness import drawn

            made = drawn(form, drawing, args, kwargs)  # which other calls may be around
            return made

        return drawing

    return decorate
