"""Nothing that has changed is overlooked."""

from __future__ import annotations

import threading
import warnings
import weakref
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import nn
from tests.compiler.programs import dropout, made, mlp

FACTOR = 2.0


def test_a_learning_rate_needs_no_trace() -> None:
    eager, compiled = made(dropout), made(dropout)
    step = dl.compile(compiled.step, fullgraph=True)
    losses: list[list[float]] = []
    for run, program in ((eager.step, eager), (step, compiled)):
        dl.manual_seed(1)
        schedule = dl.optim.lr_scheduler.ExponentialLR(program.optimizer, 0.5)
        losses.append([])
        for _ in range(6):
            losses[-1].append(run(*program.arguments).item())
            schedule.step()
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert step.traces == 2


def test_a_number_that_is_looked_at_is_guarded() -> None:
    program = made(mlp)
    step = dl.compile(program.step, fullgraph=True)
    eager = made(mlp)
    for decay in (0.0, 0.0, 0.5, 0.5, 0.0):
        program.optimizer.param_groups[0]["weight_decay"] = decay
        eager.optimizer.param_groups[0]["weight_decay"] = decay
        step(*program.arguments)
        eager.step(*eager.arguments)
        assert program.model[0].weight.tolist() == eager.model[0].weight.tolist()


def test_shapes_and_dtypes() -> None:
    step = dl.compile(lambda x: x.sum() * x.shape[0], fullgraph=True)
    for x in (
        dl.ones(2),
        dl.ones(3),
        dl.ones(3, dtype=dl.float64),
        dl.ones(3, 2),
        dl.ones(2, 3).T,
        dl.ones(2),
    ):
        assert step(x).item() == x.sum().item() * x.shape[0]
        assert step(x).dtype is x.dtype


def test_training_and_evaluation() -> None:
    model = nn.Sequential(nn.Dropout(0.5), nn.BatchNorm1d(3))
    step = dl.compile(lambda x: model(x).detach(), fullgraph=True)
    x = dl.randn(4, 3)
    for training in (True, False, True, False):
        model.train(training)
        dl.manual_seed(0)
        mine = step(x)
        statistics = model[1].running_mean.tolist()
        model[1].running_mean.zero_()
        if training:
            assert (mine == 0).any() or not (mine == x).all()
        else:
            assert statistics == pytest.approx(model[1].running_mean.add(dl.tensor(statistics)).tolist())
    assert step.traces <= 4


def test_values_of_closures_globals_and_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    shift = 1.0
    options = {"power": 2, "names": ["a"]}
    holder = type("Holder", (), {})()
    holder.scale = 1.0

    def computes(x: Any) -> Any:
        return (x ** options["power"]) * FACTOR * holder.scale + shift + len(options["names"])

    step = dl.compile(computes, fullgraph=True)
    x = dl.full((2,), 3.0)

    def agree() -> None:
        assert step(x).tolist() == computes(x).tolist()
        assert step(x).tolist() == computes(x).tolist()

    agree()
    shift = 2.0
    agree()
    options["power"] = 3
    agree()
    options["names"].append("b")
    agree()
    holder.scale = 4.0
    agree()
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    agree()
    assert step.traces == 6


def test_methods_and_classes_that_are_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    class Model(nn.Module):
        gain = 2.0

        def forward(self, x: Any) -> Any:
            return x * self.gain

    model = Model()
    step = dl.compile(model, fullgraph=True)
    x = dl.ones(1)
    assert [step(x).item() for _ in range(2)] == [2.0, 2.0]
    monkeypatch.setattr(Model, "gain", 3.0)
    assert step(x).item() == 3.0
    monkeypatch.setattr(Model, "forward", lambda self, x: x - 1)
    assert step(x).item() == 0.0


def test_tensors_that_are_replaced_and_rewritten() -> None:
    model = nn.Linear(2, 1, bias=False)
    step = dl.compile(lambda x: model(x).detach(), fullgraph=True)
    x = dl.ones(1, 2)
    for weight in (dl.ones(1, 2), dl.full((1, 2), 2.0)):
        model.load_state_dict({"weight": weight})
        assert step(x).item() == weight.sum().item()
    model.weight = nn.Parameter(dl.full((1, 2), 5.0))
    assert step(x).item() == 10.0
    model.weight.data = dl.full((1, 2), 7.0)
    assert step(x).item() == 14.0
    model.weight.requires_grad_(False)
    assert step(x).item() == 14.0


def test_modes_and_dtypes_by_default() -> None:
    x = dl.ones(2, requires_grad=True)
    step = dl.compile(lambda: (x * dl.tensor([1.0, 2.0])).detach(), fullgraph=True)
    assert step().dtype is dl.float32
    with dl.config.using(default_dtype="float64"):
        assert step().dtype is dl.float64
    with dl.no_grad():
        assert step().tolist() == [1.0, 2.0]


def test_tied_and_overlapping_arguments() -> None:
    def writes(x: Any, y: Any) -> Any:
        x.add_(1.0)
        return x + y

    step = dl.compile(writes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            one, other = dl.zeros(2), dl.zeros(2)
            assert step(one, other).tolist() == [1.0, 1.0]
            assert step(one, one).tolist() == [4.0, 4.0]
            base = dl.zeros(3)
            assert step(base[:2], base[1:]).tolist() == [2.0, 1.0]


def test_a_thousand_shapes_do_not_fill_memory() -> None:
    step = dl.compile(lambda x: x * 2, fullgraph=True)
    for size in range(1000):
        assert step(dl.ones(size)).shape == (size,)
    assert sum(map(len, step._recordings.values())) <= 64
    assert step.traces <= 64
    for size in (900, 900):
        step(dl.ones(size))
    assert step.traces <= 65  # what comes again is worth it


def test_arguments_and_results_are_not_kept() -> None:
    weight = dl.ones(3, requires_grad=True)

    @dl.compile(fullgraph=True)
    def step(x: Any) -> Any:
        loss = (x * weight).sum()
        loss.backward()
        return loss.detach()

    for _ in range(3):
        x = dl.ones(3)
        result = step(x)
        held = weakref.ref(x), weakref.ref(x._array), weakref.ref(result)
        del x, result
        assert [one() for one in held] == [None, None, None]


def test_threads_share_a_compiled_step() -> None:
    step = dl.compile(lambda x, y: (x * y).sin().cos().sum(), fullgraph=True)
    inputs = [dl.full((50,), float(i)) for i in range(8)]
    expected = [step.step(x, x).item() for x in inputs]
    found: list[list[float]] = [[] for _ in inputs]

    def work(place: int) -> None:
        found[place] = [step(inputs[place], inputs[place].clone()).item() for _ in range(50)]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[value] * 50 for value in expected]
