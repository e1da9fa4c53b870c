"""What this distribution registers; importing it does not import PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    # Which devices it serves is known only to PyTorch itself; it ranks below the libraries that serve one alone.
    register("torch", "acme_torch_arrays.backend:TorchBackend", rank=-20)
