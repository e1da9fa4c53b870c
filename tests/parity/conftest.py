"""What all comparisons share.

The environment variable ``PARITY_SAMPLES`` takes more of each entry's samples.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

import deep_learner as dl


@pytest.fixture
def samples() -> int:
    """How many samples of each entry."""
    return int(os.environ.get("PARITY_SAMPLES", "24"))


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    """Results that do not depend on random numbers do so within rounding: the same rounding in every run."""
    dl.manual_seed(0)


@pytest.fixture(autouse=True)
def _constructor_arguments() -> Iterator[None]:
    """PyTorch's modules know how they were made, so that they can be made again here."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    from tests.parity.carrying import remember_constructor_arguments

    remember_constructor_arguments()
    yield
    # Once a class has had a `__new__` of its own, Python no longer lets go of it: leave one that does nothing else.
    torch.nn.Module.__new__ = lambda cls, *args, **kwargs: object.__new__(cls)
