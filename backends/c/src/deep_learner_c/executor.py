"""The executor that emits C."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import TYPE_CHECKING

from deep_learner_c.compiler import CannotBuildError, why_not
from deep_learner_numpy.compiler.executor import NumpyExecutor

if TYPE_CHECKING:
    from deep_learner.backends import Backend
    from deep_learner.compiler import Emitted, Plan
    from deep_learner_c.arena import Arena

__all__ = ["CExecutor"]

# Operations of ours that are loops like others, once they are functions of the standard.
SEEN_THROUGH = frozenset({
    "batch_norm_evaluation", "batch_norm_training", "batch_norm_training_backward", "gelu", "gelu_backward",
    "linear", "log_softmax", "log_softmax_backward", "native_layer_norm", "native_layer_norm_backward", "relu",
    "sigmoid_backward", "softmax", "softmax_backward", "sum", "sum_backward", "tanh_backward",
})  # fmt: skip
_warned = False


class CExecutor:
    """Emits C, builds it with the system's compiler, and calls it.

    Parameters
    ----------
    backend
        NumPy's.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._otherwise = NumpyExecutor(backend)
        self._reason = why_not()

    @property
    def seen_through(self) -> Collection[str]:
        return SEEN_THROUGH if self._reason is None else self._otherwise.seen_through

    def emit(self, plan: Plan) -> Emitted:
        """A function that runs the plan in C; in NumPy, with a warning, where nothing can be built."""
        return self._in_c(plan, entirely=False) or self._otherwise.emit(plan)

    def emit_in_c(self, plan: Plan, arena: Arena) -> Emitted | None:
        """The same in some memory, but None where some of it would run in NumPy."""
        return self._in_c(plan, entirely=True, arena=arena)

    def _in_c(self, plan: Plan, *, entirely: bool, arena: Arena | None = None) -> Emitted | None:
        if self._reason is None:
            from deep_learner_c.step import emitted

            try:
                return emitted(self._backend, plan, entirely=entirely, arena=arena)
            except CannotBuildError as error:
                self._reason = str(error)
        _warn(f"compiled steps run in NumPy: {self._reason}")
        return None


def _warn(message: str) -> None:
    """Say it once."""
    global _warned
    if not _warned:
        _warned = True
        warnings.warn(message, stacklevel=2)
