"""Where programs are run: every installed backend that works here, on each of its devices.

`SWAP_BACKENDS="numpy torch"` restricts them to the ones named, which must then be there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import deep_learner as dl
from deep_learner import backends

ASKED_FOR = os.environ.get("SWAP_BACKENDS", "").split()


class Place(NamedTuple):
    """A backend and one of its devices; `device` is None for the first, which need not be named."""

    backend: str
    device: str | None = None

    def __str__(self) -> str:
        return self.backend if self.device is None else f"{self.backend} {self.device}"

    @property
    def words(self) -> dict[str, str]:
        """What the configuration says to choose it."""
        return (
            {"backend": self.backend}
            if self.device is None
            else {"backend": self.backend, "device": self.device}
        )

    def chosen(self) -> AbstractContextManager[Any]:
        """The `with` block that chooses it."""
        return dl.backend(self.backend, self.device)


def _present(backend: backends.Backend) -> Iterator[Place]:
    """The first device of each type and the second, where they are there."""
    for number, kind in enumerate(backend.device_types):
        for device in (kind, f"{kind}:1"):
            with backends.backend(backend.name, device):
                try:
                    there = dl.zeros(1).device
                except RuntimeError:
                    continue
            if device == kind or there.index == 1:  # some libraries take 'cpu:1' for 'cpu'
                yield Place(backend.name, None if number == 0 and device == kind else device)


AVAILABLE = {backend.name: list(_present(backend)) for backend in backends.available()}
PLACES = [place for name, places in AVAILABLE.items() if name in (ASKED_FOR or AVAILABLE) for place in places]
