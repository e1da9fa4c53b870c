"""What this distribution registers; importing it does not import JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("jax", "acme_jax_arrays.backend:JaxBackend", device_types=("cpu", "cuda"), rank=-10)
