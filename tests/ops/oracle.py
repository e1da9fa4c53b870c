"""PyTorch as the oracle: the same call on the same numbers must give equal values, dtypes and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from deep_learner import tensor

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")


def assert_like_torch(
    ours: Any, theirs: Any, *operands: Any, gradients: bool = True, rtol: float = 1e-6, **options: Any
) -> None:
    """Compare a function with PyTorch's.

    Parameters
    ----------
    ours, theirs
        The two functions.
    operands
        Numbers are passed as they are; lists and arrays become tensors, floating ones with a gradient.
    gradients
        Whether to compare the gradients of the sum, too: also where they are infinite or NaN.
    rtol
        The relative tolerance; float32 rounding by default.
    options
        Keyword arguments of both.
    """
    arrays = [value if _is_number(value) else _array(value) for value in operands]
    here = [value if _is_number(value) else tensor(value, requires_grad=_floating(value)) for value in arrays]
    there = [
        value if _is_number(value) else torch.tensor(value, requires_grad=_floating(value))
        for value in arrays
    ]
    expected = theirs(*there, **options)
    with np.errstate(all="ignore"):  # singular points are asked for on purpose
        out = ours(*here, **options)
    assert out.dtype.name == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=rtol, atol=1e-12)
    if not gradients or not expected.requires_grad:
        return
    with np.errstate(all="ignore"):
        out.backward()
    expected.backward(torch.ones_like(expected))
    for x, y in zip(here, there, strict=True):
        if not _is_number(x) and y.requires_grad:
            np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), rtol=rtol, atol=1e-12)


def _is_number(value: object) -> bool:
    return isinstance(value, bool | int | float | complex)


def _array(value: Any) -> np.ndarray:
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype == np.float64 and isinstance(value, list) else array


def _floating(array: np.ndarray) -> bool:
    return array.dtype.kind in "fc"
