"""Imports of ``torch``'s submodules, under this package's name and, once installed, under PyTorch's."""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ..errors import did_you_mean
from .missing import asked_at
from .names import BASES, MODULES, REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGE = __name__.rpartition(".")[0]


class _SameModule(Loader):
    """Gives a module that exists under another name."""

    def __init__(self, home: str) -> None:
        self.home = home

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self.home)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # which the import system has just replaced


class _Part(ModuleType):
    """A module of PyTorch's whose names stand in a larger one here."""

    whole: ModuleType

    def __getattr__(self, name: str) -> Any:
        layer, steps = BASES.get(name, ("", 0))
        return getattr(self.whole, layer).__mro__[steps] if layer else getattr(self.whole, name)

    def __dir__(self) -> list[str]:
        return dir(self.whole)


class _PartOfModule(Loader):
    def __init__(self, home: str) -> None:
        self.home = home

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        part = _Part(spec.name, f"Names of {self.home}.")
        part.whole = importlib.import_module(self.home)
        return part

    def exec_module(self, module: ModuleType) -> None:
        """All is done."""


def _spec(fullname: str, name: str) -> ModuleSpec:
    home = MODULES[name]
    same = home.rpartition(".")[2] == name.rpartition(".")[2]
    return ModuleSpec(fullname, (_SameModule if same else _PartOfModule)(home), is_package=True)


class _Finder(MetaPathFinder):
    """Finds ``torch.*`` and ``deep_learner.torch.*``, and refuses what stands on PyTorch's compiled parts."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith(f"{_PACKAGE}."):
            name = fullname.removeprefix(f"{_PACKAGE}.")
            _refuse(f"torch.{name}")
            return None if MODULES.get(name, fullname) == fullname else _spec(fullname, name)
        if not _stands_in():
            return None
        _refuse(fullname)
        if not fullname.startswith("torch."):
            return None
        name = fullname.removeprefix("torch.")
        if name not in MODULES:
            raise ModuleNotFoundError(
                f"Deep Learner has no module {fullname!r}{asked_at()}{did_you_mean(name, MODULES)}",
                name=fullname,
            )
        return _spec(fullname, name)


def _refuse(name: str) -> None:
    """Refuse what stands on PyTorch's compiled parts. ``from torch import`` would pass over a ModuleNotFoundError."""
    if name in REFUSED:
        raise ImportError(f"{name} cannot be used with Deep Learner{asked_at()}: {REFUSED[name]}", name=name)


def _stands_in() -> bool:
    return sys.modules.get("torch") is sys.modules[_PACKAGE]


_finder: Any = _Finder()


def attach() -> None:
    """Have Python ask for submodules here first."""
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)
