"""A backend's namespace as operations are given it, in the form of a module, which the suite expects."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from deep_learner import backends
from deep_learner.namespaces.raw import namespace_of


class BackendNamespace(ModuleType):
    """``xp`` in the forwards of operations on arrays of one backend."""

    __array_api_version__ = "2024.12"

    def __init__(self, backend: str) -> None:
        super().__init__(f"{backend}'s namespace")
        self.raw = namespace_of(backends.get(backend))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


def numpy() -> BackendNamespace:
    """NumPy's."""
    return BackendNamespace("numpy")


def strict() -> BackendNamespace:
    """That of ``array_api_strict``, whose backend is registered first."""
    import deep_learner_strict.hooks

    from deep_learner.plugins import host

    host().add(deep_learner_strict.hooks, distribution="deep-learner-strict", name="strict")
    return BackendNamespace("strict")


def cupy() -> BackendNamespace:
    """CuPy's, simulated: names, signatures and dtypes are the package's own, digits the host's."""
    from tests import simulated_cupy

    simulated_cupy.install()
    return BackendNamespace("cupy")
