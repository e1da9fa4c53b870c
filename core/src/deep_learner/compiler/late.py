"""Plans that are made functions when they are needed."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .interpreter import Interpreter
from .passes import with_fillings

if TYPE_CHECKING:
    from ..backends import Backend
    from .graph import Node
    from .plan import Emitted, Executor, Plan

__all__ = ["Late"]


class Late:
    """A plan that becomes a function, and gets its memory, when it is first run; many traces fit no second time.

    Parameters
    ----------
    plan
        What is to be run.
    executor
        Whose function it becomes; where that fails the plan is interpreted.
    backend
        The arrays'.
    show
        Is told the function's source.

    Attributes
    ----------
    settle : callable
        Is told the function that takes the place of `run`.
    """

    def __init__(self, plan: Plan, executor: Executor, backend: Backend, show: Callable[[str], None]) -> None:
        self._plan: Plan | None = plan
        self._executor = executor
        self._backend = backend
        self._show = show
        self._emitted: Emitted | None = None
        self.settle: Callable[[Callable[..., list[Any]]], None] | None = None

    def emit(self) -> Emitted:
        """Make it a function, if it is none yet."""
        if self._emitted is None:
            assert self._plan is not None
            try:
                self._emitted = self._executor.emit(with_fillings(self._plan, self._backend))
            except Exception as error:
                warnings.warn(
                    "a compiled step is interpreted, since its plan cannot be made a function: "
                    f"{type(error).__name__}: {error}",
                    stacklevel=4,
                )
                self._emitted = Interpreter(self._backend).emit(self._plan)
            self._plan = None
            self._show(self._emitted.source)
        return self._emitted

    def run(self, *inputs: Any) -> list[Any]:
        """Make it a function and call that."""
        run = self.emit().run
        if self.settle is not None:
            self.settle(run)
        return run(*inputs)

    def node_at(self, error: BaseException) -> Node | None:
        """As of `Emitted`."""
        return None if self._emitted is None else self._emitted.node_at(error)
