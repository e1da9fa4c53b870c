"""Optimizers on every backend and device: as on the default one."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

CASES = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.1, "maximize": True}),
    ("AdamW", {"lr": 0.1, "amsgrad": True}),
]


def trained(name, options, place):
    """Parameters and state after four steps, the last two with an optimizer that was loaded."""
    chance = np.random.default_rng(0)
    parameters = [
        dl.tensor(chance.normal(size=shape).tolist(), device=place, requires_grad=True)
        for shape in ((3, 2), ())
    ]
    optimizer = getattr(dl.optim, name)(parameters, **options)
    for step in range(4):
        if step == 2:
            state = optimizer.state_dict()
            optimizer = getattr(dl.optim, name)(parameters, **options)
            optimizer.load_state_dict(state)
        for parameter in parameters:
            parameter.grad = dl.tensor(chance.normal(size=tuple(parameter.shape)).tolist(), device=place)
        optimizer.step()
    return parameters, optimizer.state_dict()["state"]


@pytest.mark.parametrize("place", ["strict", "strict:1"])
@pytest.mark.parametrize(("name", "options"), CASES)
def test_steps_are_the_same_everywhere(name, options, place):
    expected, expected_state = trained(name, options, "cpu")
    parameters, state = trained(name, options, place)
    for parameter, other in zip(parameters, expected, strict=True):
        assert parameter.device == place
        np.testing.assert_allclose(parameter.tolist(), other.tolist(), rtol=1e-6)
    assert state.keys() == expected_state.keys()
    for number, kept in state.items():
        assert kept.keys() == expected_state[number].keys()
        for key, tensor in kept.items():
            assert tensor.device == ("cpu" if key == "step" else place)
            np.testing.assert_allclose(tensor.tolist(), expected_state[number][key].tolist(), rtol=1e-6)
