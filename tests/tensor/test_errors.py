"""Errors name the operation and describe every operand, with PyTorch's exception types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import deep_learner as dl
from deep_learner.nn import functional as F

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

WRONG: dict[str, tuple[str, Callable[[Any], Any], list[str]]] = {
    "shapes of +": ("add", lambda m: m.ones(2, 3) + m.ones(4), ["(2, 3), float32", "(4,), float32"]),
    "shapes of *": (
        "multiply", lambda m: m.ones(2, 3, dtype=m.float64) * m.ones(4, dtype=m.int64), ["(2, 3), float64", "(4,)"],
    ),
    "shapes of @": ("matmul", lambda m: m.ones(2, 3) @ m.ones(4, 5), ["(2, 3)", "(4, 5)"]),
    "numbers in @": ("matmul", lambda m: m.tensor(1.0) @ m.tensor(2.0), ["shape ()"]),
    "dimension of sum": ("sum", lambda m: m.ones(2, 3).sum(5), ["(2, 3), float32", "5"]),
    "dimension of softmax": ("softmax", lambda m: m.softmax(m.ones(2, 3), -4), ["(2, 3), float32", "-4"]),
    "reshape": ("reshape", lambda m: m.ones(2, 3).reshape(7), ["(2, 3), float32", "7"]),
    "cat": ("concat", lambda m: m.cat([m.ones(2, 3), m.ones(2, 4)]), ["(2, 3)", "(2, 4)"]),
    "stack": ("stack", lambda m: m.stack([m.ones(2), m.ones(3)]), ["(2,)", "(3,)"]),
    "mean of integers": ("mean", lambda m: m.ones(3, dtype=m.int64).mean(), ["(3,), int64"]),
    "gather": ("gather", lambda m: m.ones(2, 3).gather(0, m.tensor([0])), ["(2, 3), float32", "(1,), int64"]),
    "where": ("where", lambda m: m.where(m.ones(2) > 0, m.ones(3), m.ones(3)), ["(2,), bool", "(3,)"]),
    "transpose": ("transpose", lambda m: m.ones(2, 3).transpose(0, 2), ["(2, 3)"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("device", ["cpu", "strict:1"])
def test_wrong_calls_name_the_operation_and_its_operands(name: str, device: str) -> None:
    operation, call, words = WRONG[name]
    with pytest.raises(Exception) as theirs:
        call(torch)
    with (
        dl.backend("numpy" if device == "cpu" else "strict", device),
        pytest.raises(type(theirs.value)) as ours,
    ):
        call(dl)
    message = str(ours.value)
    assert f"{operation}()" in message
    for word in (*words, repr(dl.Device(device))):
        assert word in message


@pytest.mark.parametrize("requires_grad", [False, True])
def test_composites_name_what_was_called(requires_grad: bool) -> None:
    with pytest.raises(RuntimeError, match=r"linear\(\)"):
        F.linear(dl.ones(2, 3, requires_grad=requires_grad), dl.ones(4, 5))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dl.sin(3.0), ["sin()", "needs a Tensor", "float"]),
        (lambda: dl.sin("word"), ["sin()", "str"]),
        (lambda: dl.sin(), ["sin()", "missing", "input"]),
        (lambda: dl.ones(2).sum(nonsense=1), ["sum()", "nonsense", "dim"]),
        (lambda: dl.ones(2).sum(0, dim=0), ["sum()", "dim", "twice"]),
        (lambda: dl.multiply(dl.ones(2), None), ["multiply()"]),
        (lambda: dl.cat([dl.ones(2), "word"]), ["concat()", "str"]),
        (lambda: dl.multiply(dl.ones(2), dl.ones(2), dl.ones(2)), ["multiply()", "3"]),
    ],
)
def test_wrong_arguments_are_type_errors(call: Any, words: list[str]) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)


def test_long_options_are_cut_short() -> None:
    with pytest.raises(RuntimeError) as caught:
        dl.ones(2).reshape(list(range(1, 500)))
    assert len(str(caught.value)) < 3000


@pytest.mark.parametrize("operate", [dl.add, dl.atan2, lambda a, b: dl.where(a > 0, a, b)])
def test_shapes_that_do_not_broadcast_are_told_with_the_sizes_and_a_way_out(operate):
    with pytest.raises(
        RuntimeError, match=r"in dimension -1 they have the sizes .*3 and 5.*unsqueeze"
    ) as caught:
        operate(dl.ones(2, 3), dl.ones(4, 5))
    assert "Tensor of shape (4, 5), float32, Device.CPU" in str(caught.value)
