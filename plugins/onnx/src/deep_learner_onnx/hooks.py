"""What this distribution registers; nothing of it is imported until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_serializers(register: Register) -> None:
    register("onnx", "deep_learner_onnx.serializer:Onnx", suffixes=(".onnx",))
