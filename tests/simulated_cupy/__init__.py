"""CuPy simulated on the host, to test what uses it on machines without a GPU. See README.md beside this file."""

from __future__ import annotations

from tests.simulated_cupy.installing import install
from tests.simulated_cupy.machine import machine

__all__ = ["install", "machine"]
