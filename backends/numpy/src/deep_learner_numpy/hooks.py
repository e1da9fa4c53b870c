"""What this distribution registers; importing it imports no array library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("numpy", "deep_learner_numpy.backend:NumpyBackend", device_types=("cpu",), rank=100)


@hookimpl
def register_executors(register: Register) -> None:
    register("numpy", "deep_learner_numpy.compiler.executor:NumpyExecutor", backend="numpy")
