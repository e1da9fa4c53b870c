"""`OptimizedModule`: what ``torch.compile`` gives for a module."""

from __future__ import annotations

from typing import Any

from ..compiler import CompiledStep
from ..nn import Module

__all__ = ["OptimizedModule"]

_OWN = frozenset({"_orig_mod", "_compiled"})


class OptimizedModule(Module):
    """A module whose calls are compiled.

    It shares the parameters, buffers, attributes and mode of the module that it was made of, which is its child
    ``_orig_mod``: as in PyTorch that is a part of the names in ``state_dict()``, ``named_parameters()`` and so on.

    Parameters
    ----------
    module
        The module itself.
    options
        Of :class:`deep_learner.compiler.CompiledStep`.
    """

    _orig_mod: Module

    def __init__(self, module: Module, **options: Any) -> None:
        super().__init__()
        self._modules["_orig_mod"] = module
        self.__dict__["_compiled"] = CompiledStep(module, **options), options

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module itself computes."""
        return self._compiled[0](*args, **kwargs)

    @property
    def training(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether the module is in training mode."""
        return self._orig_mod.training

    @training.setter
    def training(self, mode: bool) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._orig_mod.training = mode

    def __getattr__(self, name: str) -> Any:
        module = self.__dict__["_modules"].get("_orig_mod")
        return module if name == "_orig_mod" else getattr(module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            super().__setattr__(name, value)
        else:
            setattr(self._orig_mod, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._orig_mod, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._orig_mod)})

    def __len__(self) -> int:
        return len(self._orig_mod)  # type: ignore[arg-type]

    def __bool__(self) -> bool:
        return bool(self._orig_mod)

    def __reduce__(self) -> Any:
        return _made, (self._orig_mod, self._compiled[1])


def _made(module: Module, options: dict[str, Any]) -> OptimizedModule:
    return OptimizedModule(module, **options)
