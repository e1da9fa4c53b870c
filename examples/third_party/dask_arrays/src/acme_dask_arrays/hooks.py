"""What this distribution registers; importing it does not import Dask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("dask", "acme_dask_arrays.backend:DaskBackend", device_types=("cpu",), rank=-20)
