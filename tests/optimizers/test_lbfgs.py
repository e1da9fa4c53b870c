"""L-BFGS finds minima on PyTorch's way, with a line search and without."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import deep_learner as dl
from tests.optimizers.oracle import torch

CASES = [
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "history_size": 2, "max_iter": 4},
    {"line_search_fn": "strong_wolfe", "max_eval": 5, "lr": 0.5},
    {"lr": 1e-3},
    {"lr": 1e-3, "max_iter": 3, "history_size": 1},
]


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def start(library):
    return library.tensor([-1.2, 1.0, 0.5, -0.3], dtype=library.float64, requires_grad=True)


def closure_of(optimizer, x):
    def closure():
        optimizer.zero_grad()
        loss = rosenbrock(x)
        loss.backward()
        return loss

    return closure


def way(library, steps, options):
    x = start(library)
    optimizer = library.optim.LBFGS([x], **options)
    places = []
    for _ in range(steps):
        loss = optimizer.step(closure_of(optimizer, x))
        places.append([float(loss), *x.tolist()])
    return optimizer, x, places


@pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad")  # PyTorch's own
@pytest.mark.parametrize("options", CASES)
def test_the_way_down_is_that_of_pytorch(options):
    there, _, expected = way(torch, 4, options)
    here, _, found = way(dl, 4, options)
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    theirs, ours = (next(iter(optimizer.state.values())) for optimizer in (there, here))
    assert set(ours) == set(theirs)
    assert (ours["func_evals"], ours["n_iter"]) == (theirs["func_evals"], theirs["n_iter"])


def test_it_finds_the_minimum():
    _, x, _ = way(dl, 10, {"line_search_fn": "strong_wolfe"})
    assert float(x.grad.abs().max()) < 1e-4  # its second minimum, to which the way from here leads


def test_a_saved_state_goes_on_the_same():
    optimizer, x, _ = way(dl, 2, CASES[0])
    again = x.detach().clone().requires_grad_()
    resumed = dl.optim.LBFGS([again], **CASES[0])
    resumed.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for one, parameter in ((optimizer, x), (resumed, again)):
        one.step(closure_of(one, parameter))
    assert again.tolist() == x.tolist()


def test_complex_parameters_are_pairs_of_real_ones():
    places = []
    for library in (torch, dl):
        z = library.tensor([1 + 2j, -1 + 0.5j], requires_grad=True)
        optimizer = library.optim.LBFGS([z], line_search_fn="strong_wolfe")

        def closure(z=z, optimizer=optimizer, library=library):
            optimizer.zero_grad()
            loss = library.view_as_real((z - (3 - 1j)) ** 2).pow(2).sum()
            loss.backward()
            return loss

        optimizer.step(closure)
        places.append(z.detach().numpy())
    np.testing.assert_allclose(places[1], places[0], rtol=1e-3)


def test_misuse_is_refused():
    x = start(dl)
    with pytest.raises(TypeError, match="closure"):
        dl.optim.LBFGS([x]).step()
    with pytest.raises(ValueError, match="parameter groups"):
        dl.optim.LBFGS([{"params": [x]}, {"params": [start(dl)]}])
    with pytest.raises(RuntimeError, match="strong_wolfe"):
        dl.optim.LBFGS([x], line_search_fn="armijo").step(lambda: rosenbrock(x))
