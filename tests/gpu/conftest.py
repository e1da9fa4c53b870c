"""What only a GPU can show: skipped, with the reason, where no installed backend serves one.

The simulated CuPy counts as one, but for tests marked `hardware`: time, precision and other libraries are real only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

import deep_learner as dl
from deep_learner import backends, config
from deep_learner.errors import BackendUnavailableError


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "hardware: needs a real GPU; the simulated CuPy will not do")


def simulated() -> bool:
    """Whether the CUDA devices here are simulated."""
    return "tests.simulated_cupy.machine" in sys.modules


@pytest.fixture(scope="session")
def device() -> dl.Device:
    """The current CUDA device."""
    try:
        backends.for_device("cuda")
    except BackendUnavailableError as error:
        if simulated():
            raise  # it was asked for
        pytest.skip(f"no GPU can be used here: {error}")
    return dl.zeros(1, device="cuda").device


@pytest.fixture(autouse=True)
def needs_a_device(request: pytest.FixtureRequest, device: dl.Device) -> Iterator[None]:
    """Every test here needs one, makes its tensors on the CPU unless it says otherwise, and leaves nothing running."""
    if request.node.get_closest_marker("hardware") and simulated():
        pytest.skip("needs a real GPU: this one is simulated")
    with config.using(device="cpu"):
        yield
    dl.cuda.synchronize(device)


@pytest.fixture
def several(device: dl.Device) -> list[dl.Device]:
    """All CUDA devices, where there are several."""
    count = dl.cuda.device_count()
    if count < 2:
        pytest.skip(f"needs several GPUs: there is {count}")
    return [dl.Device("cuda", index) for index in range(count)]
