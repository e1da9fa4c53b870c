"""Every optimizer makes the same steps compiled; those that cannot be compiled are few, and known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.plugins import registry

STEPS = 8  # RAdam changes its formula at the sixth
FALL_BACK = {"LBFGS": r"item\(\)", "SparseAdam": "SparseTensor"}
OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "SGD": ({"momentum": 0.9, "dampening": 0.1, "weight_decay": 0.01}, {"momentum": 0.9, "nesterov": True}),
    "Adam": ({"amsgrad": True, "weight_decay": 0.01, "maximize": True}, {"capturable": True}),
    "RMSprop": ({"momentum": 0.9, "centered": True},),
    "Adagrad": ({"lr_decay": 0.1, "initial_accumulator_value": 0.1},),
    "ASGD": ({"t0": 3.0, "weight_decay": 0.01}, {"t0": 3.0, "capturable": True}),
    "RAdam": ({"decoupled_weight_decay": True, "weight_decay": 0.01}, {"capturable": True}),
    "NAdam": ({"weight_decay": 0.01}, {"capturable": True}),
    "Muon": ({"nesterov": False, "adjust_lr_fn": "match_rms_adamw"},),
    "Adafactor": ({"eps": (1e-6, 1e-2), "weight_decay": 0.1},),
}
CASES = [(name, options) for name in registry.names("optimizers") for options in ({}, *OPTIONS.get(name, ()))]


def training(name: str, options: dict[str, Any], dtype: Any) -> tuple[list[Any], Any, Callable[[], Any]]:
    """The parameters, the optimizer and one step."""
    dl.manual_seed(0)
    bias = name != "Muon"
    layers = [nn.Linear(4, 6, bias=bias), nn.Tanh(), nn.Linear(6, 3, bias=bias)]
    if name == "SparseAdam":
        layers = [nn.Embedding(5, 3, sparse=True)]
    model = nn.Sequential(*layers).to(dtype)
    optimizer = getattr(dl.optim, name)(model.parameters(), **options)
    x: Any = dl.tensor([0, 3, 3]) if name == "SparseAdam" else dl.randn(3, 4, dtype=dtype)
    y = dl.randn(3, 3, dtype=dtype)

    def loss() -> Any:
        optimizer.zero_grad()
        found = (model(x) - y).square().mean()
        found.backward()
        return found

    def step() -> Any:
        if name == "LBFGS":
            return optimizer.step(loss)
        found = loss()
        optimizer.step()
        return found

    return [*model.parameters()], optimizer, step


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "options"), CASES, ids=lambda one: one if isinstance(one, str) else ",".join(one)
)
def test_the_steps_are_the_same(name: str, options: dict[str, Any], dtype: str) -> None:
    losses: list[list[float]] = []
    ends: list[list[Any]] = []
    for compiles in (False, True):
        parameters, optimizer, step = training(name, options, getattr(dl, dtype))
        run: Any = dl.compile(step, fullgraph=name not in FALL_BACK) if compiles else step
        losses.append([])
        for place in range(STEPS):
            optimizer.param_groups[0]["lr"] *= 0.9
            if compiles and place == 0 and name in FALL_BACK:
                with pytest.warns(UserWarning, match=FALL_BACK[name]):
                    losses[-1].append(run().item())
            else:
                losses[-1].append(run().item())
        ends.append([parameter.detach().numpy() for parameter in parameters])
        if compiles and name not in FALL_BACK:
            assert run.traces <= 2  # the first makes the states
    single = dtype == "float32" or options.get("capturable")  # counts on the device are in single precision
    digits = 1e-5 if single else 1e-10
    assert losses[1] == pytest.approx(losses[0], rel=digits)
    for mine, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(theirs, mine, rtol=digits, atol=digits)


def test_an_optimizer_that_is_written_with_tensors() -> None:
    class Own(dl.optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        @dl.no_grad()
        def step(self, closure: Any = None) -> None:
            for group in self.param_groups:
                for parameter in group["params"]:
                    parameter.add_(parameter.grad * group["lr"], alpha=-0.5)

    ends: list[list[float]] = []
    for compiles in (False, True):
        weight = dl.ones(3, requires_grad=True)
        optimizer = Own([weight], 0.1)

        def step(weight: Any = weight, optimizer: Any = optimizer) -> None:
            optimizer.zero_grad()
            weight.square().sum().backward()
            optimizer.step()

        run: Any = dl.compile(step, fullgraph=True) if compiles else step
        for rate in (0.1, 0.1, 0.2, 0.2):
            optimizer.param_groups[0]["lr"] = rate
            run()
        ends.append(weight.tolist())
    assert ends[1] == pytest.approx(ends[0], rel=1e-6)
