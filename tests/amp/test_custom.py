"""A custom Function under autocast, as its decorators say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import amp, autograd

pytest.importorskip("deep_learner_numpy", reason="needs float16")


class Product(autograd.Function):
    """A matrix product that notes the dtypes it computes in."""

    seen: list[Any] = []  # noqa: RUF012

    @staticmethod
    @amp.custom_fwd(device_type="cpu")
    def forward(ctx: Any, x: dl.Tensor, y: dl.Tensor) -> dl.Tensor:
        ctx.save_for_backward(x, y)
        out = x @ y
        Product.seen.append(out.dtype)
        return out

    @staticmethod
    @amp.custom_bwd(device_type="cpu")
    def backward(ctx: Any, grad: dl.Tensor) -> Any:
        x, y = ctx.saved_tensors
        found = grad @ y.T
        Product.seen.append(found.dtype)
        return found.to(x.dtype), (x.T @ grad).to(y.dtype)


class InFloat32(autograd.Function):
    """A Function that wants float32, whatever comes."""

    @staticmethod
    @amp.custom_fwd(device_type="cpu", cast_inputs=dl.float32)
    def forward(ctx: Any, x: dl.Tensor, places: list[dl.Tensor], count: int) -> dl.Tensor:
        assert [place.dtype for place in places] == [dl.float32, dl.int64, dl.float64]
        return x @ x * count

    @staticmethod
    @amp.custom_bwd(device_type="cpu")
    def backward(ctx: Any, grad: dl.Tensor) -> Any:
        assert not amp.is_autocast_enabled("cpu")
        return grad, None, None


@pytest.mark.parametrize("enabled", [True, False])
def test_backward_has_the_autocast_of_forward(enabled: bool) -> None:
    x, y = (dl.ones(2, 2, requires_grad=True) for _ in range(2))
    Product.seen.clear()
    with amp.autocast("cpu", dtype=dl.float16, enabled=enabled):
        out = Product.apply(x, y)
    out.sum().backward()
    dtype = dl.float16 if enabled else dl.float32
    assert Product.seen == [dtype, dtype]
    np.testing.assert_array_equal(x.grad.numpy(), np.full((2, 2), 2))


def test_cast_inputs_runs_in_that_dtype_without_autocast() -> None:
    x = dl.ones(2, 2, dtype=dl.float16, requires_grad=True)
    places = [dl.ones(1, dtype=dl.float16), dl.tensor([1]), dl.ones(1, dtype=dl.float64)]
    with amp.autocast("cpu", dtype=dl.float16):
        out = InFloat32.apply(x, places, 3)
    assert out.dtype is dl.float32
    out.sum().backward()


def test_the_device_type_is_text() -> None:
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        amp.custom_fwd(device_type=dl.Device("cpu"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        amp.custom_bwd(device_type=1)  # type: ignore[arg-type]
