"""Compiled training steps on CuPy: graphs repeat what the step does, with memory that nobody else gets hold of."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.compiler.programs import PROGRAMS, Program, made

F = nn.functional
CAPTURED = "captured into a CUDA graph"


@pytest.fixture(autouse=True)
def on_gpu(gpu: Any) -> Any:
    """Tensors are made there."""
    with dl.config.using(device="cuda"):
        yield


@pytest.fixture
def plans(gpu: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the executor makes of plans, in their order."""
    found: list[Any] = []
    emit = type(gpu.executor).emit
    monkeypatch.setattr(
        type(gpu.executor), "emit", lambda self, plan: found.append(emit(self, plan)) or found[-1]
    )
    return found


def numbers(tensor: Any) -> np.ndarray:
    return tensor.detach().cpu().numpy()


def linear(optimizer: Callable[..., Any], *layers: Any) -> Program:
    """A small network, whose loss is the mean square of its outputs."""
    dl.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 6), *layers, nn.Linear(6, 2))
    trained = optimizer(model.parameters())

    def step(x: Any) -> Any:
        trained.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        trained.step()
        return loss

    return Program(model, trained, step, (dl.randn(5, 4),))


def sgd(parameters: Any) -> Any:
    return dl.optim.SGD(parameters, lr=0.1)


def adam(parameters: Any) -> Any:
    return dl.optim.AdamW(parameters, lr=0.01)


def same(one: Program, other: Program) -> None:
    for mine, theirs in zip(one.model.parameters(), other.model.parameters(), strict=True):
        np.testing.assert_allclose(numbers(mine), numbers(theirs), rtol=2e-5, atol=2e-6)
        np.testing.assert_allclose(numbers(mine.grad), numbers(theirs.grad), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.__name__)
def test_training_is_the_same(program: Callable[[], Program], plans: list[Any]) -> None:
    eager, compiled = made(program), made(program)
    step = dl.compile(compiled.step, fullgraph=True)
    losses: list[list[float]] = []
    for run, arguments in ((eager.step, eager.arguments), (step, compiled.arguments)):
        dl.manual_seed(1)
        losses.append([run(*arguments).item() for _ in range(5)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert CAPTURED in plans[-1].source


def test_normalisations_keep_their_running_statistics() -> None:
    eager, compiled = linear(sgd, nn.BatchNorm1d(6)), linear(sgd, nn.BatchNorm1d(6))
    step = dl.compile(compiled.step, fullgraph=True)
    for _ in range(5):
        batch = dl.randn(5, 4)
        assert step(batch).item() == pytest.approx(eager.step(batch).item(), rel=1e-5)
    for mine, theirs in zip(compiled.model.buffers(), eager.model.buffers(), strict=True):
        np.testing.assert_allclose(numbers(mine), numbers(theirs), rtol=1e-5)


def test_a_captured_step_is_launched_at_once(machine: Any, plans: list[Any]) -> None:
    program = linear(adam, nn.LayerNorm(6), nn.GELU())
    step = dl.compile(program.step, fullgraph=True)
    for _ in range(4):
        step(*program.arguments)
    before = machine.launches, machine.synchronizations
    step(*program.arguments)
    assert machine.launches - before[0] <= 2  # the graph, and a copy of what it has made
    assert machine.synchronizations == before[1]
    writes = [line for line in plans[-1].source.splitlines() if "[...] =" in line]
    assert len(writes) == 6 * 4  # parameters, running means and squares, counts
    assert all(line.endswith("# computed there") for line in writes)


def test_another_batch_size_needs_no_other_kernels(plans: list[Any]) -> None:
    model = nn.Sequential(nn.Linear(4, 6), nn.GELU(), nn.Linear(6, 2))
    step = dl.compile(lambda x: F.softplus(model(x)).sum().backward(), fullgraph=True)
    for size in (5, 50, 500):
        for _ in range(2):
            model.zero_grad()
            step(dl.randn(size, 4))
    kernels = [[part.partition("{")[2] for part in plan.source.split("extern")[1:]] for plan in plans]
    assert kernels[0]
    assert kernels[0] == kernels[1] == kernels[2]


def test_what_a_step_gives_is_kept_over_later_steps() -> None:
    eager, compiled = linear(sgd), linear(sgd)
    step = dl.compile(compiled.step, fullgraph=True)
    losses, gradients, expected = [], [], []
    for _ in range(6):
        losses.append(step(*compiled.arguments))
        gradients.append(compiled.model[0].weight.grad)
        expected.append((eager.step(*eager.arguments).item(), numbers(eager.model[0].weight.grad)))
    for loss, gradient, (value, array) in zip(losses, gradients, expected, strict=True):
        assert loss.item() == pytest.approx(value, rel=1e-5)
        np.testing.assert_allclose(numbers(gradient), array, rtol=1e-4, atol=1e-6)


def test_batches_rates_and_shapes_may_change() -> None:
    eager, compiled = linear(adam), linear(adam)
    step = dl.compile(compiled.step, fullgraph=True)
    for rate, size in ((0.01, 5), (0.01, 5), (0.02, 5), (0.03, 5), (0.0, 7), (0.01, 7), (0.01, 5), (0.02, 7)):
        batch = dl.randn(size, 4)
        for program in (eager, compiled):
            program.optimizer.param_groups[0]["lr"] = rate
        assert step(batch).item() == pytest.approx(eager.step(batch).item(), rel=1e-5)
    same(compiled, eager)
    assert step.traces == 3


def test_parameters_may_be_put_elsewhere() -> None:
    eager, compiled = linear(sgd), linear(sgd)
    step = dl.compile(compiled.step, fullgraph=True)
    for turn in range(7):
        if turn in (3, 5):
            for program in (eager, compiled):
                weight = program.model[0].weight
                weight.data = weight.detach().clone() * 0.5
        assert step(*compiled.arguments).item() == pytest.approx(
            eager.step(*eager.arguments).item(), rel=1e-5
        )
    same(compiled, eager)


def test_memory_of_an_input_is_not_given_away_while_a_graph_reads_it() -> None:
    step = dl.compile(lambda x: x * 2 + 1, fullgraph=True)
    x = dl.ones(1000)
    for _ in range(3):
        step(x)
    del x
    gc.collect()
    others = [dl.zeros(1000) for _ in range(4)]
    assert step(dl.full((1000,), 3.0)).tolist() == [7.0] * 1000
    assert all(other.sum().item() == 0.0 for other in others)


def test_gradients_accumulate() -> None:
    eager, compiled = nn.Linear(3, 2), nn.Linear(3, 2)
    compiled.load_state_dict(eager.state_dict())
    step = dl.compile(lambda x: compiled(x).square().sum().backward(), fullgraph=True)
    for _ in range(5):
        x = dl.randn(4, 3)
        step(x)
        eager(x).square().sum().backward()
        np.testing.assert_allclose(numbers(compiled.weight.grad), numbers(eager.weight.grad), rtol=1e-5)


def test_draws_are_made_before_the_graph_and_go_on_in_their_order(plans: list[Any]) -> None:
    def draws(x: Any) -> Any:
        y = F.dropout(x * 2, 0.5)
        return F.dropout(y + 1, 0.25), dl.rand(3), dl.randn_like(y), y

    step, x = dl.compile(draws, fullgraph=True), dl.ones(6)
    found: list[Any] = []
    for run in (draws, step):
        dl.manual_seed(2)
        found.append([[one.tolist() for one in run(x)] for _ in range(4)])
    assert found[0] == found[1]
    assert CAPTURED in plans[-1].source


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "draws by numbers that were computed": (
        lambda x: dl.bernoulli(x.sigmoid()),
        "bernoulli() draws on the host",
    ),
    "views of an input": (lambda x: (x.t(), x + 1), "a result shows the memory of an input"),
    "functions that wait for the GPU": (lambda x: dl.linalg.inv(x @ x.t() + dl.eye(3)), ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_captured_is_computed_kernel_by_kernel(name: str, plans: list[Any]) -> None:
    function, reason = REFUSED[name]
    step, x = dl.compile(function, fullgraph=True), dl.randn(3, 3)
    found: list[Any] = []
    for run in (function, step):
        dl.manual_seed(2)
        found.append([np.concatenate([numbers(one).ravel() for one in (made if isinstance(made, tuple) else (made,))])
                      for made in (run(x) for _ in range(4))])  # fmt: skip
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5, atol=1e-6)
    assert f"not captured: {reason}" in plans[-1].source


def test_a_step_that_draws_is_not_done_twice_when_its_capture_fails() -> None:
    total = dl.zeros(3, 3)

    def adds(x: Any) -> Any:
        return total.add_(dl.linalg.inv(x)), dl.rand(2)

    step, x = dl.compile(adds, fullgraph=True), dl.eye(3)
    dl.manual_seed(3)
    drawn = [step(x)[1].tolist() for _ in range(4)]
    dl.manual_seed(3)
    assert drawn == [dl.rand(2).tolist() for _ in range(4)]
    assert total.diagonal().tolist() == [4.0] * 3


def test_numbers_are_given_as_numbers() -> None:
    optimizer = dl.optim.SGD([dl.ones(1)], lr=0.5)
    group = optimizer.param_groups[0]

    def halves(x: Any) -> Any:
        group["lr"] = group["lr"] * 0.5
        return x * group["lr"]

    step = dl.compile(halves, fullgraph=True)
    assert [step(dl.ones(1)).item() for _ in range(4)] == [0.25, 0.125, 0.0625, 0.03125]
    assert group["lr"] == 0.03125


def test_counts_of_steps_go_on_from_eager_steps_and_back() -> None:
    eager, mixed = linear(adam), linear(adam)
    step = dl.compile(mixed.step, fullgraph=True)
    for run in (mixed.step, step, step, step, mixed.step, step):
        assert run(*mixed.arguments).item() == pytest.approx(eager.step(*eager.arguments).item(), rel=1e-5)
    same(mixed, eager)


def test_inputs_may_change_places() -> None:
    """Old values are read by other results, and inputs change places."""
    x, y, z = dl.ones(4), dl.full((4,), 2.0), dl.zeros(4)

    def swaps() -> Any:
        old = x.clone()
        x.copy_(y)
        y.copy_(old)
        z.add_(x * y)
        return x + old

    step = dl.compile(swaps, fullgraph=True)
    step()
    for tensor, value in ((x, 1.0), (y, 2.0), (z, 0.0)):
        tensor.fill_(value)
    for turn in range(5):
        assert step().tolist() == [3.0] * 4
        expected = [[2.0, 1.0, 2.0 * turn + 2.0], [1.0, 2.0, 2.0 * turn + 2.0]][turn % 2]
        assert [x[0].item(), y[0].item(), z[0].item()] == expected


def test_results_that_share_memory_share_it() -> None:
    step = dl.compile(lambda x: (y := x * 2, y[1:], y.reshape(2, 2)), fullgraph=True)
    for _ in range(4):
        whole, part, square = step(dl.ones(4))
        part.add_(1.0)
        assert whole.tolist() == [2.0, 3.0, 3.0, 3.0]
        assert square.tolist() == [[2.0, 3.0], [3.0, 3.0]]


def test_streams_and_steps_take_turns_in_the_memory_of_graphs() -> None:
    steps = [
        dl.compile(function, fullgraph=True)
        for function in (lambda x: (x * 2).exp(), lambda x: (x + 1).exp() * 2)
    ]
    x = dl.full((100,), 0.5)
    streams = [dl.cuda.Stream() for _ in range(2)]
    for turn in range(6):
        with dl.cuda.stream(streams[turn % 2]):
            results = [step(x).sum().item() for step in steps]
        assert results == pytest.approx([100 * np.exp(1.0), 200 * np.exp(1.5)], rel=1e-5)


def test_threads_may_share_a_step() -> None:
    step = dl.compile(lambda x: (x * 2).sum(), fullgraph=True)
    found: dict[int, list[float]] = {}

    def work(number: int) -> None:
        x = dl.full((8,), float(number), device="cuda")
        found[number] = [step(x).item() for _ in range(5)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [16.0 * number] * 5 for number in range(4)}


def test_a_compiled_step_becomes_part_of_a_users_graph() -> None:
    step, x = dl.compile(lambda x: x * 2 + 1, fullgraph=True), dl.zeros(3)
    for _ in range(3):
        step(x)
    graph = dl.cuda.CUDAGraph()
    with dl.cuda.graph(graph):
        y = step(x)
    x.copy_(dl.full((3,), 4.0))
    graph.replay()
    assert y.tolist() == [9.0] * 3


def test_graphs_of_many_shapes_work_in_the_same_memory(gpu: Any) -> None:
    step = dl.compile(lambda x: (x * 2).exp() @ dl.ones(8, 8) + 1, fullgraph=True)
    memory = None
    for size in range(1, 30):
        for _ in range(3):
            step(dl.zeros(1000 + size, 8))
        held = gpu.executor._memories[0].pool.native.total_bytes()
        memory = held if memory is None else memory
    assert held < 2.5 * memory


def test_an_error_names_the_line_that_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from deep_learner_cupy.compiler.program import Program as Steps

    step, x = dl.compile(lambda x: x * 2 + 1, fullgraph=True), dl.ones(3)
    step(x)
    monkeypatch.setattr(Steps, "_room", lambda *_: (_ for _ in ()).throw(MemoryError("no memory")))
    with pytest.raises(MemoryError) as caught:
        step(x)
    assert f"asked for at {__file__}" in caught.value.__notes__[0]


def test_steps_on_another_gpu(two: Any) -> None:
    step = dl.compile(lambda x: (x * 2).sum() + 1, fullgraph=True)
    for index in (0, 1, 0, 1, 1, 0, 1):
        made = step(dl.full((4,), float(index), device=f"cuda:{index}"))
        assert made.item() == 8.0 * index + 1
        assert made.device == dl.Device("cuda", index)
