"""What the tests of random numbers share: PyTorch where its numbers are the expected ones, and two hosts."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import array_api_strict
import numpy as np
import pytest

from deep_learner import backends
from deep_learner.random import default_generator
from deep_learner.random.generator import Generator


class StrictHost(backends.Backend):
    """The array standard and nothing else, computing random numbers."""

    name = "strict host"
    namespace = array_api_strict
    array_types = (type(array_api_strict.asarray(0)),)

    def to_numpy(self, array):
        return np.asarray(array)


@pytest.fixture(params=[pytest.param("numpy", marks=pytest.mark.needs("deep_learner_numpy")), "strict"])
def host(request) -> backends.Backend:
    return backends.get("numpy") if request.param == "numpy" else StrictHost()


@pytest.fixture
def faster_after(monkeypatch):
    """Lets new generators go over to the backend's engine after so many words."""
    module = importlib.import_module("deep_learner.random.generator")
    return lambda words: monkeypatch.setattr(module, "_MANY", words)


@pytest.fixture(autouse=True)
def _restored_default_generator() -> Iterator[None]:
    kept = default_generator.get_state()
    yield
    default_generator.set_state(kept)


@pytest.fixture(scope="session")
def torch():
    """PyTorch, on a machine where its CPU kernels are those that Deep Learner repeats."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        pytest.skip("without AVX2, PyTorch rounds normal and uniform numbers otherwise")
    return torch


@pytest.fixture(scope="session")
def coins_torch(torch):
    """PyTorch, where it draws coins and exponential numbers from its own generator."""
    source = torch.Generator().manual_seed(0)
    torch.empty(4).bernoulli_(0.5, generator=source)
    torch.empty(4).exponential_(generator=source)
    ours = Generator().manual_seed(0)
    ours.words(16)
    if source.get_state().numpy().tobytes() != ours.get_state().numpy().tobytes():
        pytest.skip("on this processor PyTorch leaves coins or exponential numbers to MKL's generator")
    return torch


def same_bits(ours, theirs) -> bool:
    """Whether an array, or tensor, of ours has the shape, dtype and bits of a tensor of PyTorch's."""
    ours = ours.numpy() if hasattr(ours, "numpy") else np.asarray(ours)
    theirs = theirs.numpy()
    return ours.shape == theirs.shape and ours.dtype == theirs.dtype and ours.tobytes() == theirs.tobytes()
