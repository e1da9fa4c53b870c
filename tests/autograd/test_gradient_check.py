"""``gradcheck`` and ``gradgradcheck`` accept right rules and catch every planted wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import Tensor, op
from deep_learner.autograd import Function, gradcheck, gradgradcheck
from deep_learner.autograd.gradient_check import GradcheckError
from deep_learner.ops import registry


def leaf(*shape: int) -> Tensor:
    count = 1
    for size in shape:
        count *= size
    values = dl.arange(1, count + 1, dtype=dl.float64) * 0.37 - 0.9
    return values.reshape(shape).requires_grad_()


@pytest.fixture
def plant() -> Iterator[Any]:
    """Makes an operation of a forward and its rules, for one test."""
    known = set(registry.OPERATIONS)

    def make(forward: Any, **rules: Any) -> Any:
        function = op(name="planted")(forward)
        for name, rule in rules.items():
            function.vjp(name)(rule)
        return function

    yield make
    for name in set(registry.OPERATIONS) - known:
        del registry.OPERATIONS[name]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.sin() * x.exp(),
        lambda x: x @ x.T,
        lambda x: (x.sum(0), x.softmax(1), x[0, 1]),
        lambda x: x.sort(dim=1)[0] * 2,
        lambda x: x.reshape(-1)[1:].cumsum(0),
    ],
)
def test_right_rules_pass(function: Any) -> None:
    assert gradcheck(function, leaf(2, 3))
    assert gradgradcheck(function, leaf(2, 3))


def test_inputs_that_require_no_gradient_stay_as_they_are() -> None:
    def function(x: Tensor, places: Tensor, factor: float) -> Tensor:
        return x[places] * factor

    inputs = leaf(4), dl.tensor([3, 0]), 2.0
    assert gradcheck(function, inputs) and gradgradcheck(function, inputs)


def test_strict_arrays_on_their_second_device_pass() -> None:
    x = leaf(2, 2).detach().to("strict:1").requires_grad_()
    assert gradcheck(lambda x: x.exp() * x, x) and gradgradcheck(lambda x: x.exp() * x, x)


@pytest.mark.parametrize("factor", [1.002, 0.998, -1.0, 0.0])
def test_rule_off_by_a_factor_is_caught(plant: Any, factor: float) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return xp.sin(input)

    planted = plant(forward, input=lambda xp, g, input: g * xp.cos(input) * factor)
    with pytest.raises(GradcheckError, match=r"by the rules.*by finite differences"):
        gradcheck(planted, leaf(3))
    assert gradcheck(planted, leaf(3), raise_exception=False) is False


def test_rule_off_by_a_thousandth_is_caught(plant: Any) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return xp.sin(input)

    planted = plant(forward, input=lambda xp, g, input: g * xp.cos(input) + 0.0011)
    with pytest.raises(GradcheckError):
        gradcheck(planted, leaf(3))
    planted_factor = plant(forward, input=lambda xp, g, input: g * xp.cos(input) * 1.001)
    with pytest.raises(GradcheckError):
        gradcheck(planted_factor, leaf(3), rtol=1e-4, atol=1e-8)


@pytest.mark.needs("deep_learner_numpy")
def test_rule_wrong_in_one_element_is_caught(plant: Any) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return xp.sin(input)

    def rule(xp: Any, g: Any, input: Any) -> Any:
        place = xp.arange(input.shape[0], dtype=input.dtype)
        return g * xp.cos(input) * xp.where(place == 2, 1.1, 1.0)

    with pytest.raises(GradcheckError, match="element 2"):
        gradcheck(plant(forward, input=rule), leaf(3))


def test_rule_of_one_operand_for_the_other_is_caught(plant: Any) -> None:
    def forward(xp: Any, input: Array, other: Array) -> Array:  # noqa: F821
        return input * other

    planted = plant(forward, input=lambda xp, g, other: g * other, other=lambda xp, g, other: g * other)
    with pytest.raises(GradcheckError, match="input 1"):
        gradcheck(planted, (leaf(3), leaf(2, 3)[1].detach().requires_grad_()))


def test_backward_that_forgets_to_sum_over_broadcasting_is_caught() -> None:
    class Multiply(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            ctx.save_for_backward(x, y)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            x, y = ctx.saved_tensors
            return g * y, (g * x)[0]  # of y's shape, but only one row's share

    with pytest.raises(GradcheckError, match="input 1"):
        gradcheck(Multiply.apply, (leaf(2, 3), leaf(3)))


def test_wrong_second_derivative_is_caught_by_the_second_check_alone(plant: Any) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return input**3

    class Cut(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * 3 * ctx.saved_tensors[0].detach() ** 2

    assert gradcheck(Cut.apply, leaf(3))
    with pytest.raises(GradcheckError):
        gradgradcheck(Cut.apply, leaf(3))
    assert gradgradcheck(Cut.apply, leaf(3), raise_exception=False) is False


def test_rule_of_a_rule_is_checked_too(plant: Any) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return xp.sin(input)

    def cosine(xp: Any, input: Array) -> Array:  # noqa: F821
        return xp.cos(input)

    op(name="planted_cosine")(cosine).vjp("input")(
        lambda xp, g, input: g * xp.sin(input)
    )  # the sign is wrong
    planted = plant(forward, input=lambda xp, g, input: g * xp.planted_cosine(input))
    assert gradcheck(planted, leaf(3))
    with pytest.raises(GradcheckError):
        gradgradcheck(planted, leaf(3))


def test_backward_that_is_not_deterministic_is_caught() -> None:
    calls: list[int] = []

    class Drifting(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x * 2

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            calls.append(1)
            return g * (2 + 1e-9 * len(calls))

    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(Drifting.apply, leaf(2))
    assert gradcheck(Drifting.apply, leaf(2), nondet_tol=1e-6)


def test_gradient_that_is_nan_is_caught(plant: Any) -> None:
    def forward(xp: Any, input: Array) -> Array:  # noqa: F821
        return input * 2

    planted = plant(forward, input=lambda xp, g: g * float("nan"))
    with pytest.raises(GradcheckError):
        gradcheck(planted, leaf(2))


def test_at_least_one_input_must_require_a_gradient() -> None:
    with pytest.raises(ValueError, match="at least one input"):
        gradcheck(dl.sin, dl.ones(2, dtype=dl.float64))
