"""What this distribution registers; importing it does not load the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("tiny_c", "acme_tiny_c.backend:TinyBackend", device_types=("cpu",), rank=-50)
