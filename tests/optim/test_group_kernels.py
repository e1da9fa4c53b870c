"""A backend may update all parameters of a group at once, and says so in its table of kernels."""

from __future__ import annotations

from typing import Any

import pytest

import deep_learner as dl
from deep_learner import backends
from deep_learner.backends import Accelerator
from deep_learner.optim import Optimizer


class Halving(Optimizer):
    """Takes half of the gradient off, and counts its steps."""

    def __init__(self, params: Any, **options: Any) -> None:
        super().__init__(params, {"share": 0.5, **options})

    def start(self, xp: Any, parameter: Any, state: dict[str, Any], group: dict[str, Any]) -> None:
        state["steps"] = xp.zeros((), dtype=parameter.dtype, device=parameter.device)

    def rule(
        self, xp: Any, parameter: Any, gradient: Any, state: dict[str, Any], group: dict[str, Any]
    ) -> Any:
        state["steps"] += 1
        return parameter - gradient * group["share"]


KEY = f"{__name__}:Halving.rule"


class Kernel:
    """Takes a tenth of the gradient off, so that it can be told from the rule; remembers its calls."""

    def __init__(self, able: bool = True) -> None:
        self.able = able
        self.calls: list[tuple[int, float]] = []

    def __call__(self, parameters: Any, gradients: Any, states: Any, group: Any) -> bool:
        self.calls.append((len(parameters), group["share"]))
        if self.able:
            for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
                state["steps"] += 1
                parameter -= gradient * 0.1
        return self.able


@pytest.fixture
def parameters() -> list[dl.Tensor]:
    made = [
        dl.tensor([1.0, 2.0], requires_grad=True),
        dl.tensor(3.0, requires_grad=True),
        dl.ones(1).requires_grad_(),
    ]
    sum((parameter * parameter).sum() for parameter in made[:2]).backward()
    return made


def install(monkeypatch: pytest.MonkeyPatch, kernel: Any) -> None:
    one = backends.current()
    monkeypatch.setattr(one, "kernels", {**one.kernels, KEY: kernel})


def test_a_kernel_updates_the_parameters_that_a_gradient_reached_in_one_call(monkeypatch, parameters) -> None:
    kernel = Kernel()
    install(monkeypatch, kernel)
    optimizer = Halving(parameters, share=0.25)
    optimizer.step()
    optimizer.step()
    assert kernel.calls == [(2, 0.25), (2, 0.25)]
    for parameter, expected in zip(parameters, ([0.6, 1.2], 1.8, [1.0]), strict=True):
        assert parameter.tolist() == pytest.approx(expected)
    assert [optimizer.state[p]["steps"].item() for p in parameters[:2]] == [2.0, 2.0]
    assert parameters[2] not in optimizer.state


def test_what_a_kernel_cannot_do_is_done_by_the_rule(monkeypatch, parameters) -> None:
    kernel = Kernel(able=False)
    install(monkeypatch, kernel)
    optimizer = Halving(parameters)
    optimizer.step()
    assert len(kernel.calls) == 1
    assert parameters[0].tolist() == [0.0, 0.0]
    assert optimizer.state[parameters[0]]["steps"].item() == 1.0


def test_a_kernel_is_left_alone_where_the_user_or_a_subclass_says_otherwise(monkeypatch, parameters) -> None:
    class Gentle(Halving):
        def rule(self, *arguments: Any) -> Any:
            return arguments[1]

    kernel = Kernel()
    install(monkeypatch, kernel)
    Halving(parameters, fused=False).step()
    assert parameters[1].item() == 0.0
    Gentle(parameters).step()
    assert parameters[1].item() == 0.0
    assert kernel.calls == []


def test_a_kernel_marks_the_memory_as_written(monkeypatch, parameters) -> None:
    install(monkeypatch, Kernel())
    square = (parameters[0] * parameters[0]).sum()
    Halving(parameters).step()
    with pytest.raises(RuntimeError, match=r"modified by an inplace operation.*Halving\.step"):
        square.backward()


def test_what_a_kernel_raises_tells_the_optimizer_and_comes_as_the_backend_explains_it(
    monkeypatch, parameters
) -> None:
    def failing(*arguments: Any) -> bool:
        raise MemoryError("none left")

    install(monkeypatch, failing)
    with pytest.raises(dl.OutOfMemoryError, match="none left") as caught:
        Halving(parameters).step()
    assert "Halving.step()" in caught.value.__notes__[0]


class Capturing(Accelerator):
    """A device whose work is being captured."""

    def capturing(self) -> bool:
        return True


def test_a_step_that_counts_on_the_host_is_not_captured(monkeypatch, parameters) -> None:
    monkeypatch.setattr(backends.current(), "accelerator", Capturing())
    with pytest.raises(
        RuntimeError, match=r"capture of step\(\) for an instance of Halving.*capturable is False"
    ):
        Halving(parameters, capturable=False).step()
    before = parameters[1].item()
    Halving(parameters, capturable=True).step()
    Halving(parameters).step()  # has no such option: it counts where its parameters are
    assert parameters[1].item() != before
