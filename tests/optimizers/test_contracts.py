"""Every registered optimizer and schedule keeps to its contract; one without an entry here is refused."""

from __future__ import annotations

import math

import pytest

from deep_learner.plugins import registry
from deep_learner.testing import OptimizerContract, SchedulerContract

pytest.importorskip("deep_learner_optimizers", reason="the optimizers are not installed")

OPTIMIZERS = {
    "ASGD": [{"lr": 0.1}, {"lr": 0.1, "t0": 1.0}],
    "Adadelta": [{"lr": 1.0, "eps": 1e-2}],
    "Adagrad": [{"lr": 1.0, "lr_decay": 0.01}],
    "Adam": [{"lr": 0.1}, {"lr": 0.1, "amsgrad": True}],
    "AdamW": [{"lr": 0.1}],
    "Adamax": [{"lr": 0.1}],
    "NAdam": [{"lr": 0.1}, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}],
    "RAdam": [{"lr": 0.1}],
    "RMSprop": [{"lr": 0.05}, {"lr": 0.01, "momentum": 0.5, "centered": True}],
    "Rprop": [{"lr": 0.1}],
    "Adafactor": [{"lr": 0.1}],
    "Muon": [{"lr": 0.1}],
    "SGD": [{"lr": 0.1}, {"lr": 0.1, "momentum": 0.5, "nesterov": True}],
}
SCHEDULES = {
    "ConstantLR": ({"factor": 0.25, "total_iters": 3}, [0.25, 0.25, 0.25, 1.0, 1.0]),
    "CosineAnnealingLR": ({"T_max": 4}, [(1 + math.cos(math.pi * epoch / 4)) / 2 for epoch in range(5)]),
    "CosineAnnealingWarmRestarts": ({"T_0": 2}, [1.0, 0.5, 1.0, 0.5, 1.0]),
    "ExponentialLR": ({"gamma": 0.5}, [1.0, 0.5, 0.25, 0.125]),
    "LambdaLR": ({"lr_lambda": lambda epoch: 1 / (1 + epoch)}, [1.0, 1 / 2, 1 / 3, 1 / 4]),
    "LinearLR": ({"start_factor": 0.5, "total_iters": 4}, [0.5, 0.625, 0.75, 0.875, 1.0, 1.0]),
    "MultiStepLR": ({"milestones": [1, 3], "gamma": 0.5}, [1.0, 0.5, 0.5, 0.25, 0.25]),
    "MultiplicativeLR": ({"lr_lambda": lambda epoch: 1 / epoch}, [1.0, 1.0, 1 / 2, 1 / 6, 1 / 24]),
    "PolynomialLR": ({"total_iters": 4}, [1.0, 0.75, 0.5, 0.25, 0.0]),
    "StepLR": ({"step_size": 2, "gamma": 0.1}, [1.0, 1.0, 0.1, 0.1, 0.01]),
}

# Their rates are no multiples of the optimizer's, or they are made of others: test_schedules.py, test_combined.py.
# LBFGS needs a closure, SparseAdam sparse gradients: test_lbfgs.py, test_sparse.py.
OF_THEIR_OWN = {
    *("ChainedScheduler", "CyclicLR", "OneCycleLR", "ReduceLROnPlateau", "SequentialLR"),
    *("LBFGS", "SparseAdam"),
}

for name, several in OPTIMIZERS.items():
    for number, arguments in enumerate(several):
        title = f"Test{name}{number or ''}"
        globals()[title] = type(title, (OptimizerContract,), {"optimizer": name, "arguments": arguments})
for name, (arguments, rates) in SCHEDULES.items():
    content = {"scheduler": name, "arguments": arguments, "rates": rates}
    globals()[f"Test{name}"] = type(f"Test{name}", (SchedulerContract,), content)


@pytest.mark.parametrize(("category", "entries"), [("optimizers", OPTIMIZERS), ("schedulers", SCHEDULES)])
def test_whatever_the_plugin_registers_has_an_entry(category, entries):
    ours = {e.name for e in registry.entries(category) if e.distribution == "deep-learner-optimizers"}
    assert sorted(entries) == sorted(ours - OF_THEIR_OWN)
