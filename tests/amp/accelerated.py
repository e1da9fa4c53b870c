"""NumPy that says it were an accelerator: what autocast does on other devices than the CPU, on any machine."""

from __future__ import annotations

import pytest

from deep_learner import backends
from deep_learner.device import Device

KIND = "xpu"


@pytest.fixture
def accelerator(monkeypatch: pytest.MonkeyPatch) -> str:
    """Tensors of the NumPy backend live on a device of the type that is returned."""
    numpy = type(backends.get("numpy"))
    monkeypatch.setattr(numpy, "device_types", (KIND, "cpu"))
    monkeypatch.setattr(numpy, "device_of", lambda self, array: Device(KIND))
    monkeypatch.setattr(numpy, "native_device", lambda self, device: None)
    monkeypatch.setattr(backends, "for_device", lambda device: backends.get("numpy"))
    return KIND
