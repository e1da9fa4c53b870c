"""What this distribution registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_layers(register: Register) -> None:
    register("Snake", "acme_deep_learner.snake:Snake")


@hookimpl
def register_optimizers(register: Register) -> None:
    register("Lion", "acme_deep_learner.lion:Lion")


@hookimpl
def register_serializers(register: Register) -> None:
    register("json", "acme_deep_learner.json_format:Json", suffixes=(".json",))
