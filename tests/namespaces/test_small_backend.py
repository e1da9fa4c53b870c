"""A backend that knows four functions runs all that it can, and says what it lacks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import deep_learner as dl
from deep_learner.backends import Backend
from deep_learner.errors import MissingFunctionError
from deep_learner.plugins import hookimpl
from deep_learner.testing.isolation import isolated


class Row:
    """A one-dimensional array of float32 or int32, like a small C library's."""

    ndim = 1

    def __init__(self, values: list[float], dtype: str) -> None:
        self.values = [float(v) if dtype == "float32" else int(v) for v in values]
        self.dtype = dtype

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.values),)


def elementwise(apply: Callable[[Any, Any], Any]) -> Callable[[Row, Row], Row]:
    def function(x1: Row, x2: Row) -> Row:
        return Row([apply(a, b) for a, b in zip(x1.values, x2.values, strict=True)], x1.dtype)

    return function


OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
for dunder, apply in (
    ("add", operator.add),
    ("sub", operator.sub),
    ("mul", operator.mul),
    ("truediv", operator.truediv),
):
    setattr(Row, f"__{dunder}__", elementwise(apply))


class RowBackend(Backend):
    name = "row"
    namespace = SimpleNamespace(
        **{name: elementwise(apply) for name, apply in OPERATORS.items()}, float32="float32", int32="int32"
    )
    array_types = (Row,)
    device_types = ("row",)

    def asarray(self, data: Any, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Row:
        if isinstance(data, Row):
            return Row(data.values, dtype or data.dtype) if copy or dtype not in (None, data.dtype) else data
        return Row(list(data), dtype or ("float32" if any(isinstance(v, float) for v in data) else "int32"))

    def to_numpy(self, array: Row) -> Any:
        raise TypeError("rows are not NumPy's")


class RowPlugin:
    @staticmethod
    @hookimpl
    def register_backends(register: Any) -> None:
        register("row", RowBackend, device_types=("row",), rank=1)


@pytest.fixture(autouse=True)
def _only_rows() -> Iterator[None]:
    with isolated() as host:
        host.add(RowPlugin, distribution="row-arrays", name="row")
        yield


def row(*values: float, requires_grad: bool = False) -> dl.Tensor:
    from deep_learner.tensor import wrap

    tensor = wrap(RowBackend().asarray(list(values)))
    return tensor.requires_grad_() if requires_grad else tensor


def values(tensor: Any) -> list[float]:
    return tensor._array.values


def test_four_operations_run() -> None:
    x, y = row(1.0, 2.0), row(4.0, 5.0)
    assert values(x + y) == [5, 7] and values(x * y) == [4, 10]
    assert values(y - x) == [3, 3] and values(y / x) == [4, 2.5]
    assert (x + y).dtype is dl.float32 and (x + y).device == "row" and (x + y).shape == (2,)
    assert values(row(1, 2) * row(3, 4)) == [3, 8] and (row(1, 2) * row(3, 4)).dtype is dl.int32


def test_gradients_run_where_the_rules_need_nothing_else() -> None:
    x, y = row(1.0, 2.0, requires_grad=True), row(4.0, 5.0, requires_grad=True)
    z = x * y + x * x
    z.backward(row(1.0, 10.0))
    assert values(x.grad) == [6, 90] and values(y.grad) == [1, 20]
    (x / y).backward(row(4.0, 5.0), inputs=[x])
    assert values(x.grad) == [7, 91]


@pytest.mark.parametrize(
    ("call", "operation", "function"),
    [
        (lambda x: x.sin(), "sin", "sin"),
        (lambda x: x.sum(), "sum", "sum"),
        (lambda x: x.softmax(0), "softmax", "exp"),
        (lambda x: x.reshape(1, 2), "reshape", "reshape"),
    ],
)
def test_what_is_missing_is_told(call: Callable[[Any], Any], operation: str, function: str) -> None:
    for requires_grad in (False, True):
        with pytest.raises(MissingFunctionError) as caught:
            call(row(1.0, 2.0, requires_grad=requires_grad))
        message = str(caught.value)
        assert (
            f"{operation}()" in message
            and f"no function {function!r}" in message
            and "backend 'row'" in message
        )
        assert "shape (2,), float32, Device.ROW" in message
        assert isinstance(caught.value, NotImplementedError)
        assert (caught.value.function, caught.value.backend) == (function, "row")


def test_what_backward_lacks_is_told_with_the_operation() -> None:
    x = row(1.0, 2.0, requires_grad=True)
    with pytest.raises(MissingFunctionError, match="no function 'ones_like'"):
        (x * x).backward()


def test_numbers_become_what_the_library_has() -> None:
    """It lacks int64, and makes int32 of Python's integers."""
    with dl.backend("row"):
        assert dl.tensor([1, 2]).dtype is dl.int32
        assert dl.tensor([1.0, 2.0]).dtype is dl.float32
        with pytest.raises(TypeError, match="'row' has no dtype int64"):
            dl.tensor([1, 2], dtype=dl.int64)


def test_a_backward_starts_from_ones_where_the_library_can_make_them(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace = RowBackend.namespace
    monkeypatch.setattr(
        namespace, "ones_like", lambda x: Row([1.0] * len(x.values), "float32"), raising=False
    )
    monkeypatch.setattr(namespace, "astype", lambda x, dtype: Row(x.values, dtype), raising=False)
    x = row(1, 2, requires_grad=True)
    (x * row(4, 5)).backward()
    assert values(x.grad) == [4.0, 5.0] and x.grad.dtype is dl.float32


def test_tensor_prints_as_its_array_does() -> None:
    assert "device=Device.ROW" in str(row(1.0, 2.0))
