"""What the tests of distributions share: PyTorch, and the default generator left as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deep_learner.random import default_generator


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
