"""The CuPy backend, on a GPU where there is one, else on the simulation where `SIMULATED_CUPY=1` puts it in place."""

from __future__ import annotations

import sys

import pytest

from deep_learner import backends
from deep_learner.errors import BackendUnavailableError, PluginError, UnknownNameError


def simulated() -> bool:
    """Whether the simulation is in CuPy's place."""
    return "tests.simulated_cupy" in sys.modules and hasattr(sys.modules.get("cupy"), "cuda")


@pytest.fixture
def gpu():
    """The backend; tests that use it are skipped where it cannot work."""
    try:
        found = backends.get("cupy")
    except (BackendUnavailableError, PluginError, UnknownNameError) as error:
        pytest.skip(f"needs a GPU, or SIMULATED_CUPY=1: {error}")
    yield found
    found.synchronize()


@pytest.fixture
def machine(gpu):
    """The simulated machine, to count and to change; skipped on a real one."""
    if not simulated():
        pytest.skip("needs the simulated machine: SIMULATED_CUPY=1")
    from tests.simulated_cupy import machine

    yield machine
    machine.reset()


@pytest.fixture
def two(gpu):
    """The backend, where there are two GPUs."""
    if gpu.accelerator.count() < 2:
        pytest.skip("needs two GPUs")
    return gpu
