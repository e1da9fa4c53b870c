"""Backends work side by side in one process: in turn, in threads, and with tensors that move between them."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import deep_learner as dl
from tests.swap.places import PLACES, Place
from tests.swap.reference import REFERENCE, reference
from tests.swap.training import STEPS, Outcome, assert_agree, start

DTYPE = "float64"
OTHERS = [place for place in PLACES if place != REFERENCE]
PAIRS = list(itertools.pairwise([REFERENCE, *OTHERS]))
MOVES = list(itertools.permutations(dict.fromkeys([REFERENCE, *OTHERS]), 2))


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_two_trainings_take_turns(one: Place, other: Place) -> None:
    trainings = []
    for place in (one, other):
        with place.chosen():
            trainings.append(start("mlp", dl, DTYPE))
    losses: list[list[float]] = [[], []]
    for _ in range(STEPS):
        for place, training, kept in zip((one, other), trainings, losses, strict=True):
            with place.chosen():
                kept += training.run(1)
    for training, kept in zip(trainings, losses, strict=True):
        assert_agree(Outcome(kept, training.outcome(0).parameters), reference("mlp", DTYPE), DTYPE)


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=str)
def test_each_thread_has_its_backend(one: Place, other: Place) -> None:
    def train(place: Place) -> tuple[str, Outcome]:
        with place.chosen():
            return dl.zeros(1).backend, trainings[place].outcome()

    trainings = {}
    for place in (one, other):
        with place.chosen():  # initial weights come from the one default generator
            trainings[place] = start("mlp", dl, DTYPE)
    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(train, (one, other)))
    for place, (backend, outcome) in zip((one, other), results, strict=True):
        assert backend == place.backend
        assert_agree(outcome, reference("mlp", DTYPE), DTYPE)


def device_of(place: Place) -> dl.Device:
    """The device that a place means."""
    with place.chosen():
        return dl.zeros(1).device


@pytest.mark.parametrize(("one", "other"), MOVES, ids=str)
def test_tensors_move_with_their_gradients(one: Place, other: Place) -> None:
    values = np.array([[1.0, -2.0], [0.5, 4.0]])
    with one.chosen():
        x = dl.tensor(values, requires_grad=True)
    moved = x.to(device_of(other), backend=other.backend)
    assert (moved.backend, moved.device) == (other.backend, device_of(other))
    np.testing.assert_array_equal(moved.detach().cpu().numpy(), values)
    (moved * moved).sum().backward()
    assert x.grad is not None
    assert (x.grad.backend, x.grad.device) == (x.backend, x.device)
    np.testing.assert_array_equal(x.grad.cpu().numpy(), 2 * values)


@pytest.mark.parametrize(("one", "other"), MOVES, ids=str)
def test_mixing_them_is_refused_with_the_way_to_move(one: Place, other: Place) -> None:
    tensors = []
    for place in (one, other):
        with place.chosen():
            tensors.append(dl.ones(2))
    with pytest.raises(RuntimeError, match=r"\.to\("):
        tensors[0] + tensors[1]
    with pytest.raises(RuntimeError, match=r"\.to\("):
        dl.stack(tensors)


@pytest.mark.parametrize("place", OTHERS, ids=str)
def test_a_model_moves_and_a_batch_follows_it(place: Place) -> None:
    with REFERENCE.chosen():
        dl.manual_seed(0)
        model = dl.nn.Linear(3, 2)
        batch = dl.randn(4, 3)
        expected = model(batch).tolist()
        model.to(device_of(place)) if place.device else model.to(backend=place.backend)
        with pytest.raises(RuntimeError, match=r"\.to\("):
            model(batch)
        weight = model.weight
        assert weight.backend == place.backend
        moved = batch.to(weight.device, backend=weight.backend)
        np.testing.assert_allclose(model(moved).tolist(), expected, rtol=1e-6)
