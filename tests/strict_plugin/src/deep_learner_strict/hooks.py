"""Registers the backend, ranked below every real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_backends(register: Register) -> None:
    register("strict", "deep_learner_strict.backend:StrictBackend", device_types=("strict",), rank=-100)
