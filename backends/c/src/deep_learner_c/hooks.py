"""What this distribution registers; importing it builds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_executors(register: Register) -> None:
    register("c", "deep_learner_c.executor:CExecutor", backend="numpy")
