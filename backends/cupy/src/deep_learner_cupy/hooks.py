"""What this distribution registers; importing it imports no array library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("cupy", "deep_learner_cupy.backend:CupyBackend", device_types=("cuda",), rank=50)
