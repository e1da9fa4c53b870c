"""A program gives the same losses and parameters on every backend, and on PyTorch itself."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import backends
from tests.swap.places import ASKED_FOR, PLACES, Place
from tests.swap.reference import REFERENCE, reference
from tests.swap.training import DTYPES, PROGRAMS, assert_agree, start


@pytest.mark.parametrize("name", ASKED_FOR or [REFERENCE.backend])
def test_the_backends_asked_for_work_here(name: str) -> None:
    assert backends.get(name) in backends.available()
    assert name in [place.backend for place in PLACES] or not ASKED_FOR


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_backend_gives_the_reference(place: Place, program: str, dtype: str) -> None:
    with place.chosen():
        training = start(program, dl, dtype)
        outcome = training.outcome()
    for parameter in training.model.parameters():
        assert parameter.backend == place.backend
        assert place.device in (None, parameter.device)
    assert_agree(outcome, reference(program, dtype), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_pytorch_gives_the_reference(program: str, dtype: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    with torch.random.fork_rng(devices=[]):
        outcome = start(program, torch, dtype).outcome()
    assert_agree(outcome, reference(program, dtype), dtype)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_reference_learns(program: str) -> None:
    """Ten steps that changed nothing would agree as well."""
    losses = reference(program, "float64").losses
    assert np.isfinite(losses).all()
    assert np.mean(losses[-3:]) < np.mean(losses[:3])


@pytest.mark.parametrize("program", PROGRAMS)
def test_another_learning_rate_is_noticed(program: str) -> None:
    """The tolerance tells a training from one whose steps are longer by a thousandth."""
    with REFERENCE.chosen():
        training = start(program, dl, "float64")
        for group in training.optimizer.param_groups:
            group["lr"] *= 1.001
        outcome = training.outcome()
    with pytest.raises(AssertionError):
        assert_agree(outcome, reference(program, "float64"), "float64")
