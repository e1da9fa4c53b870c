"""Both libraries, with PyTorch's word in force and the options that they begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import config
from deep_learner.printing import printoptions


@pytest.fixture
def both() -> Iterator[Callable[[Callable[[Any], Any]], tuple[str, str]]]:
    """What PyTorch and Deep Learner print of what a function makes with each."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

    def texts(make: Callable[[Any], Any]) -> tuple[str, str]:
        return str(make(torch)), str(make(dl))

    with config.using(semantics="torch"), printoptions(profile="default"):
        yield texts
        torch.set_printoptions(profile="default")
