"""What a test file says about a backend, and what all topics ask of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from ... import backends
from ...device import Device
from ...errors import PluginError
from ...plugins import registry
from ..conformance.judgement import judge
from ..conformance.run import Failure, Stage

if TYPE_CHECKING:
    from ...backends import Backend

__all__ = ["BackendTests", "load_operations"]


def load_operations() -> None:
    """Import what installed plugins registered as functions, layers' among them: operations exist from then on."""
    for category in ("functions", "operations"):
        for entry in registry.entries(category):
            with contextlib.suppress(PluginError):  # a broken plugin is no fault of the backend
                registry.get(category, entry.full_name)


class BackendTests:
    """The attributes of a contract's subclass, and what the topics share."""

    backend: ClassVar[str]
    devices: ClassVar[Sequence[str]] = ("cpu",)
    dtypes: ClassVar[Sequence[str]] = ("bool", "int32", "int64", "float32", "float64")
    tolerance: ClassVar[Mapping[str, float]] = {}
    exempt: ClassVar[Mapping[str, str]] = {}
    samples: ClassVar[Mapping[str, Sequence[tuple[Any, ...]]]] = {}

    @property
    def one(self) -> Backend:
        """The backend."""
        return backends.get(self.backend)

    def stages(self) -> list[Stage]:
        """The backend on each of its devices, with NumPy as the reference beside it."""
        numpy = pytest.importorskip("numpy", reason="NumPy is the reference")
        return [
            Stage(numpy, self.one, Device(device), self.dtypes, self.tolerance) for device in self.devices
        ]

    def judge(self, unit: str, found: Iterable[Failure | None]) -> None:
        """Fails where something is wrong that is not exempt; skips, with the reasons, where all of it is."""
        judge(unit, found, self.exempt)
