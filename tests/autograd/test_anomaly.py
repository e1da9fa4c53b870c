"""Anomaly mode names the operation and the user's line."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import deep_learner as dl
from deep_learner import Tensor, autograd
from deep_learner.nn import functional as F


def line_of(text: str) -> int:
    """The number of the only line of this file that ends in a mark."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    [number] = [i for i, line in enumerate(lines, 1) if line.endswith(f"# {text}")]
    return number


def bad(x: Tensor) -> Tensor:
    y = x.sqrt()  # the first line
    return (y * 0).sum()


def test_nan_names_the_operation_and_the_line() -> None:
    x = dl.zeros(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = bad(x)
        with pytest.raises(RuntimeError) as caught:
            y.backward()
    message = str(caught.value)
    assert "SqrtBackward returned nan values in its output 0" in message
    assert f'test_anomaly.py", line {line_of("the first line")}, in bad' in message
    assert "y = x.sqrt()" in message


def test_nan_passes_silently_without_the_mode_or_its_check() -> None:
    x = dl.zeros(2, requires_grad=True)
    bad(x).backward()
    assert bool(x.grad.isnan().all())
    with autograd.detect_anomaly(check_nan=False):
        bad(x).backward()


def test_nan_in_a_recorded_pass_is_found() -> None:
    x = dl.zeros(2, requires_grad=True)
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="SqrtBackward"):
        autograd.grad(bad(x), x, create_graph=True)


@pytest.mark.needs("deep_learner_layers")
@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.sqrt() * 0,
        lambda x: dl.multiply(x.sqrt(), 0),
        lambda x: dl.stack([x.sqrt()]) * 0,
        lambda x: F.linear(x.sqrt(), dl.zeros(2, 2)),
    ],
)
def test_line_is_the_users_whatever_way_the_operation_took(make) -> None:
    x = dl.zeros(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = make(x)
        with pytest.raises(RuntimeError) as caught:
            y.sum().backward()
    assert inspect.getsource(make).strip().rstrip(",") in str(caught.value)


@pytest.mark.needs("deep_learner_layers")
def test_line_of_a_layer_is_where_the_user_called_it() -> None:
    x = dl.zeros(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = F.linear(x * float("nan"), dl.ones(2, 2))  # the layer
    assert f"line {line_of('the layer')}" in y._node.trace


def test_error_in_a_backward_pass_names_operation_and_line() -> None:
    class Broken(autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("planted")

    x = dl.ones(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = Broken.apply(x)  # the broken one
        with pytest.raises(ValueError, match="planted") as caught:
            y.sum().backward()
    [note] = caught.value.__notes__
    assert "BrokenBackward" in note and f"line {line_of('the broken one')}" in note


def test_error_without_the_mode_names_the_operation_and_the_way_to_the_line() -> None:
    x = dl.ones(2, requires_grad=True)
    y = x.exp()
    z = y.sum()
    y.add_(1)
    with pytest.raises(RuntimeError) as caught:
        z.backward(retain_graph=True)
    assert any("set_detect_anomaly(True)" in note for note in caught.value.__notes__)


def test_mode_is_restored() -> None:
    assert not autograd.is_anomaly_enabled()
    with autograd.detect_anomaly():
        assert autograd.is_anomaly_enabled()
        with autograd.set_detect_anomaly(False):
            assert not autograd.is_anomaly_enabled()
        assert autograd.is_anomaly_enabled()
    assert not autograd.is_anomaly_enabled()
    autograd.set_detect_anomaly(True)
    assert autograd.is_anomaly_enabled()
    autograd.set_detect_anomaly(False)
    assert not autograd.is_anomaly_enabled()


def test_gradients_are_the_same_in_the_mode() -> None:
    x = dl.tensor([1.0, 2.0], requires_grad=True)
    y = (x.exp() * x).sum()
    [plain] = autograd.grad(y, x, retain_graph=True)
    with autograd.detect_anomaly():
        y.backward()
    assert x.grad.tolist() == plain.tolist()
