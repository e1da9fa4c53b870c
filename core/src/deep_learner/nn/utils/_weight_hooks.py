"""Hooks that compute a weight before each forward."""

from __future__ import annotations

import re
from typing import Any, Protocol

from ...tensor import Tensor
from ..module import Module

__all__ = ["WeightHook", "refuse_second_hook", "remove_weight_hook"]


class WeightHook(Protocol):
    """A forward pre-hook that belongs to a weight."""

    name: str

    def compute_weight(self, module: Module) -> Tensor:
        """The weight as it is now."""
        ...

    def remove(self, module: Module) -> None:
        """Make the weight a parameter again."""
        ...

    def __call__(self, module: Module, inputs: Any) -> None: ...


def _described(kind: type) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


def refuse_second_hook(module: Module, hook: WeightHook) -> None:
    """Raise RuntimeError if a module has a hook of this kind for the same weight already."""
    for other in module._hooks_of("forward_pre"):
        if isinstance(other.function, type(hook)) and other.function.name == hook.name:
            raise RuntimeError(
                f"Cannot register two {_described(type(hook))} hooks on the same parameter {hook.name}"
            )


def remove_weight_hook(module: Module, kind: type, name: str) -> None:
    """Take a weight's hook away and make the weight a parameter again. Raises ValueError if there is none."""
    for key, hook in module._hooks.items():
        function: Any = hook.function
        if isinstance(function, kind) and function.name == name:
            function.remove(module)
            del module._hooks[key]
            return
    raise ValueError(f"{_described(kind)} of '{name}' not found in {module}")
