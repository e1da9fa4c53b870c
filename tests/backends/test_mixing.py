"""Tensors of two backends in one operation are refused, also where the libraries would put up with each other."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import deep_learner as dl
from deep_learner.backends import Backend
from deep_learner.plugins import hookimpl
from deep_learner.testing import PluginDistribution, isolated

np = pytest.importorskip("numpy")


class Boxed:
    """An array that has NumPy's dtypes and computes with anything."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)
        self.dtype, self.shape, self.ndim = self.array.dtype, self.array.shape, self.array.ndim

    def __array__(self, *arguments: Any, **options: Any) -> Any:
        return self.array

    def __add__(self, other: Any) -> Boxed:
        return Boxed(self.array + np.asarray(other))

    __radd__ = __add__
    __array_ufunc__ = None


class BoxedBackend(Backend):
    name = "boxed"
    array_types = (Boxed,)
    device_types = ("box",)
    namespace = SimpleNamespace(
        float32=np.float32, add=lambda x, y: x + y,
        matmul=lambda x, y: Boxed(np.asarray(x) @ np.asarray(y)),
        where=lambda c, x, y: Boxed(np.where(np.asarray(c), np.asarray(x), np.asarray(y))),
    )  # fmt: skip

    def asarray(self, data: Any, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Boxed:
        return Boxed(np.array(data, dtype=dtype or np.float32))


class Plugin:
    @hookimpl
    def register_backends(self, register) -> None:
        register("boxed", BoxedBackend, device_types=("box",))


@pytest.fixture(autouse=True)
def _both() -> Iterator[None]:
    numpy = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})
    with isolated(numpy, PluginDistribution("acme", {"boxed": Plugin()})):
        yield


@pytest.mark.parametrize("requires_grad", [False, True])
@pytest.mark.parametrize(
    "mix",
    [
        lambda x, y: x + y, lambda x, y: y + x, lambda x, y: x @ y, lambda x, y: dl.where(x > 0, x, y),
        lambda x, y: dl.lerp(x, y, x), lambda x, y: x.add_(y), lambda x, y: dl.cat([x, y]),
    ],
    ids=["add", "reversed", "matmul", "where", "lerp", "in place", "cat"],
)  # fmt: skip
def test_they_are_refused_with_how_to_move_them(mix, requires_grad) -> None:
    x, y = dl.tensor([[1.0, 2.0], [3.0, 4.0]]), dl.tensor([[1.0, 2.0], [3.0, 4.0]], device="box")
    assert x.numpy().dtype is y.numpy().dtype
    y.requires_grad_(requires_grad)
    with pytest.raises(
        RuntimeError, match=r"same device and backend; move them first, as in y = y\.to\(x\.device\)"
    ):
        mix(x, y)
