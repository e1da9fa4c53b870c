"""Every optimizer and schedule of PyTorch moves parameters and rates as PyTorch's, and saves the same keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.parity.carrying import Reference, Side
from tests.parity.comparing import assert_same

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytest.importorskip("torch.testing._internal.common_optimizers", reason="PyTorch came without its tests")
from torch.testing._internal.common_optimizers import optim_db  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, about orders of steps

STEPS = 10
EPOCHS = 20
RATES = (0.5, 0.05)  # of the two groups under a schedule
# Accepted errors, as shares of how far a parameter moved. In PyTorch Muon works in bfloat16, NAdam and ASGD keep
# coefficients in single precision.
ACCURACY = {"Muon": 5e-2, "NAdam": 1e-5, "ASGD": 1e-5}
USUAL_ACCURACY = 1e-6

CASES = [
    pytest.param(info, given.kwargs, id=f"{info.optim_cls.__name__}-{i}")
    for info in optim_db
    for i, given in enumerate(info.optim_inputs_func(device="cpu"))
]


def initial(name: str) -> list[np.ndarray]:
    """The first values of two parameters; Muon takes only matrices."""
    generator = np.random.default_rng(0)
    return [generator.standard_normal(shape) for shape in ((4, 3), (3, 5) if name == "Muon" else (5,))]


def parameters(side: Side, name: str) -> list[Any]:
    """In double precision, so that rounding hides no difference between two formulas."""
    return [side.library.nn.Parameter(side.tensor(torch.tensor(values))) for values in initial(name)]


def gradient(side: Side, index: int, step: int, parameter: Any, info: Any) -> Any:
    """Fixed random numbers of three magnitudes, which brings out epsilons; LBFGS: that of a quadratic bowl."""
    shape = tuple(parameter.shape)
    if info.step_requires_closure:
        return side.tensor(torch.tensor((index + 1.5) * (side.array(parameter)[0] - 0.25)))
    values = np.random.default_rng([step, index]).standard_normal(shape)
    values *= 100.0 ** -(np.arange(values.size).reshape(shape) % 3)
    if not info.only_supports_sparse_grads:
        return side.tensor(torch.tensor(values))
    row = step % shape[0]
    indices, rows = (side.tensor(torch.tensor(part)) for part in ([[row]], values[row : row + 1]))
    return side.library.sparse_coo_tensor(indices, rows, shape)


def trajectory(
    side: Side, info: Any, options: dict[str, Any]
) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Parameters after every step, and the keys of the state dict at the end."""
    owned = parameters(side, info.optim_cls.__name__)
    optimizer = side.lookup(f"optim.{info.optim_cls.__name__}")(owned, **side.carry(options))
    after: list[tuple[str, Any]] = []
    for step in range(STEPS):

        def closure(step: int = step) -> Any:
            for index, parameter in enumerate(owned):
                parameter.grad = gradient(side, index, step, parameter, info)
            bowls = [(i + 1.5) * ((side.array(p)[0] - 0.25) ** 2).sum() / 2 for i, p in enumerate(owned)]
            return side.tensor(torch.tensor(sum(bowls)))

        if info.step_requires_closure:
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        after += [(f"parameter {i} after step {step + 1}", side.array(p)) for i, p in enumerate(owned)]
    return after, keys(optimizer.state_dict())


def keys(state_dict: dict[str, Any]) -> dict[str, Any]:
    """The keys at every level of an optimizer's state dict."""
    found = {"top level": sorted(state_dict)}
    for i, group in enumerate(state_dict["param_groups"]):
        found[f"param_groups[{i}]"] = sorted(group)
    for i, state in state_dict["state"].items():
        found[f"state[{i}]"] = sorted(map(str, state))
    return found


@pytest.mark.parametrize(("info", "options"), CASES)
def test_optimizer(info: Any, options: dict[str, Any]) -> None:
    expected, expected_keys = trajectory(Reference(), info, options)
    actual, actual_keys = trajectory(Side(), info, options)
    name = info.optim_cls.__name__
    slack: dict[str, float] = {}
    for i, start in enumerate(initial(name)):
        own = [(path, values) for path, (values, _) in expected if path.startswith(f"parameter {i} ")]
        moved = max(np.abs(values - start).max() for _, values in own)
        slack.update({path: ACCURACY.get(name, USUAL_ACCURACY) * moved for path, _ in own})
    assert_same(expected, actual, slack, base=0)
    assert actual_keys == expected_keys


Build = Callable[[Any, Any], Any]
SCHEDULES: dict[str, list[Build]] = {
    "ChainedScheduler": [
        lambda lr, o: lr.ChainedScheduler([lr.ConstantLR(o, 0.1, 3), lr.ExponentialLR(o, 0.9)])
    ],
    "ConstantLR": [lambda lr, o: lr.ConstantLR(o), lambda lr, o: lr.ConstantLR(o, factor=0.5, total_iters=4)],
    "CosineAnnealingLR": [
        lambda lr, o: lr.CosineAnnealingLR(o, T_max=10),
        lambda lr, o: lr.CosineAnnealingLR(o, T_max=7, eta_min=0.01),
    ],
    "CosineAnnealingWarmRestarts": [
        lambda lr, o: lr.CosineAnnealingWarmRestarts(o, T_0=5),
        lambda lr, o: lr.CosineAnnealingWarmRestarts(o, T_0=3, T_mult=2, eta_min=0.001),
    ],
    "CyclicLR": [
        lambda lr, o: lr.CyclicLR(o, 0.01, 0.5, step_size_up=4),
        lambda lr, o: lr.CyclicLR(o, [0.01, 0.02], 0.5, 3, 5, mode="triangular2", cycle_momentum=False),
        lambda lr, o: lr.CyclicLR(o, 0.01, 0.5, 4, mode="exp_range", gamma=0.95),
    ],
    "ExponentialLR": [lambda lr, o: lr.ExponentialLR(o, gamma=0.8)],
    "LambdaLR": [
        lambda lr, o: lr.LambdaLR(o, lambda epoch: 0.9**epoch),
        lambda lr, o: lr.LambdaLR(o, [lambda epoch: 1 / (1 + epoch), lambda epoch: 0.95**epoch]),
    ],
    "LinearLR": [lambda lr, o: lr.LinearLR(o), lambda lr, o: lr.LinearLR(o, 0.1, 0.8, total_iters=10)],
    "MultiStepLR": [lambda lr, o: lr.MultiStepLR(o, [2, 7, 7, 15], gamma=0.3)],
    "MultiplicativeLR": [lambda lr, o: lr.MultiplicativeLR(o, lambda epoch: 0.9 if epoch % 2 else 1.05)],
    "OneCycleLR": [
        lambda lr, o: lr.OneCycleLR(o, max_lr=1.0, total_steps=21),
        lambda lr, o: lr.OneCycleLR(o, [1.0, 0.3], epochs=3, steps_per_epoch=8, anneal_strategy="linear"),
        lambda lr, o: lr.OneCycleLR(
            o, 0.7, total_steps=21, pct_start=0.2, three_phase=True, cycle_momentum=False
        ),
    ],
    "PolynomialLR": [lambda lr, o: lr.PolynomialLR(o), lambda lr, o: lr.PolynomialLR(o, 12, power=2.0)],
    "ReduceLROnPlateau": [
        lambda lr, o: lr.ReduceLROnPlateau(o, patience=2),
        lambda lr, o: lr.ReduceLROnPlateau(o, "max", 0.5, 1, 0.2, "abs", cooldown=2, min_lr=0.01),
    ],
    "SequentialLR": [
        lambda lr, o: lr.SequentialLR(
            o, [lr.ConstantLR(o, 0.1, 3), lr.ExponentialLR(o, 0.9), lr.StepLR(o, 2)], milestones=[4, 11]
        )
    ],
    "StepLR": [lambda lr, o: lr.StepLR(o, 3), lambda lr, o: lr.StepLR(o, step_size=4, gamma=0.5)],
}
METRIC = np.abs(np.cos(np.arange(EPOCHS) / 3)).round(2).tolist()


def rates(side: Side, name: str, build: Build) -> list[tuple[str, Any]]:
    """Learning rates and momenta of both groups, at first and after every step."""
    groups = [{"params": [p], "lr": lr} for p, lr in zip(parameters(side, name), RATES, strict=True)]
    optimizer = side.library.optim.SGD(groups, lr=0.1, momentum=0.9)
    schedule = build(side.library.optim.lr_scheduler, optimizer)
    rows: list[tuple[str, Any]] = []
    for step in range(EPOCHS + 1):
        for i, group in enumerate(optimizer.param_groups):
            rows += [
                (f"{key} of group {i} after step {step}", float(group[key])) for key in ("lr", "momentum")
            ]
        rows += [(f"last rate {i} after step {step}", float(v)) for i, v in enumerate(schedule.get_last_lr())]
        if step < EPOCHS:
            optimizer.step()
            schedule.step(*([METRIC[step]] if name == "ReduceLROnPlateau" else []))
    return rows


@pytest.mark.parametrize(
    ("name", "build"),
    [
        pytest.param(name, b, id=f"{name}-{i}")
        for name, builds in SCHEDULES.items()
        for i, b in enumerate(builds)
    ],
)
def test_schedule(name: str, build: Build) -> None:
    expected = rates(Reference(), name, build)
    assert_same(expected, rates(Side(), name, build), {path: 1e-9 for path, _ in expected}, base=0)


def test_every_schedule_of_pytorch_is_tried() -> None:
    assert set(SCHEDULES) == set(torch.optim.lr_scheduler.__all__) - {"LRScheduler"}
