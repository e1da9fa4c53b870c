"""``torch.accelerator``: the devices beside main memory, of whatever kind an installed backend serves."""

from __future__ import annotations

from ..backends.choice import accelerated
from ..device import Device

__all__ = ["current_accelerator", "current_device_index", "device_count", "is_available", "set_device_index",
           "synchronize"]  # fmt: skip


def is_available() -> bool:
    """Whether there is such a device."""
    return device_count() > 0


def device_count() -> int:
    """How many there are."""
    serving = accelerated()
    return 0 if serving is None or serving.accelerator is None else serving.accelerator.count()


def current_accelerator(check_available: bool = False) -> Device | None:
    """The type of these devices; None if there are none."""
    del check_available  # a type without devices is not known here
    serving = accelerated()
    return None if serving is None else Device(serving.device_types[0])


def current_device_index() -> int:
    """The number of the current one.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    serving = accelerated()
    if serving is None or serving.accelerator is None:
        raise RuntimeError("no accelerator is available: `deep-learner plugins` says what each backend lacks")
    return serving.accelerator.current()


def set_device_index(device: int | str | Device) -> None:
    """Choose the current one, by its number or name.

    Raises
    ------
    RuntimeError
        If there is none.
    """
    current_device_index()
    serving = accelerated()
    assert serving is not None and serving.accelerator is not None
    serving.accelerator.use(device if isinstance(device, int) else Device(device).index or 0)


def synchronize(device: int | str | Device | None = None) -> None:
    """Wait for what a device, by default the current one, is computing."""
    serving = accelerated()
    if serving is not None:
        index = device if isinstance(device, int) else None if device is None else Device(device).index
        serving.synchronize(Device(serving.device_types[0], index))
