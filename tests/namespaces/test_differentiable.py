"""Functions written for the array standard by others can be differentiated through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.autograd import gradcheck, gradgradcheck

xpx = pytest.importorskip("array_api_extra", reason="functions written for the array standard")

# The standard of 2025 takes several axes itself.
pytestmark = pytest.mark.filterwarnings("ignore:`xpx.expand_dims` is deprecated:DeprecationWarning")


def leaf(*shape: int) -> dl.Tensor:
    count = int(np.prod(shape))
    values = np.sin(np.arange(1, count + 1) * 1.7).reshape(shape)
    return dl.tensor(values, requires_grad=True)


def standardize(x: Any) -> Any:
    """Rows with mean 0 and variance 1, in the standard's words."""
    xp = x.__array_namespace__()
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    return centred / xp.std(x, axis=-1, correction=1.0, keepdims=True)


def cosine_distances(x: Any) -> Any:
    """All pairs of rows, in the standard's words."""
    xp = x.__array_namespace__()
    length = xp.sqrt(xp.vecdot(x, x))
    return 1 - xp.matmul(x, xp.matrix_transpose(x)) / (length[:, None] * length[None, :])


def interpolate(x: Any) -> Any:
    """Sorting, taking and joining, in the standard's words."""
    xp = x.__array_namespace__()
    ordered = xp.sort(x, axis=0)
    middle = xp.take(ordered, xp.asarray([1, 2], device=x.device), axis=0)
    return xp.concat([xp.diff(ordered, axis=0), xp.cumulative_sum(middle, axis=1)], axis=0)


FUNCTIONS: dict[str, tuple[Callable[..., Any], dl.Tensor]] = {
    "standardize": (standardize, leaf(3, 4)),
    "cosine_distances": (cosine_distances, leaf(3, 4)),
    "interpolate": (interpolate, leaf(4, 2)),
    "xpx.cov": (xpx.cov, leaf(3, 5)),
    "xpx.expand_dims": (lambda x: xpx.expand_dims(x, axis=(0, 2)), leaf(3, 2)),
    "xpx.atleast_nd": (lambda x: xpx.atleast_nd(x, ndim=3), leaf(3)),
    "xpx.kron": (lambda x: xpx.kron(x, x), leaf(2, 2)),
    "xpx.sinc": (xpx.sinc, leaf(4)),
    "xpx.pad": (lambda x: xpx.pad(x, 2), leaf(3)),
    "xpx.create_diagonal": (xpx.create_diagonal, leaf(3)),
    "xpx.one_hot": (lambda x: xpx.one_hot(dl.tensor([0, 2]), 3, dtype=dl.float64) * x, leaf(3)),
    "xpx.at add": (lambda x: xpx.at(x * 1)[1:].add(x[0]), leaf(3)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_others_have_right_gradients(name: str) -> None:
    function, x = FUNCTIONS[name]
    assert gradcheck(function, x)
    assert gradgradcheck(function, x)


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if name != "xpx.one_hot"]
)  # its labels are Tensors
def test_functions_of_others_give_numpys_values(name: str) -> None:
    function, x = FUNCTIONS[name]
    np.testing.assert_allclose(function(x).detach().numpy(), function(x.detach().numpy().copy()), rtol=1e-12)


@pytest.mark.parametrize("name", ["standardize", "cosine_distances", "xpx.cov"])
def test_they_run_on_another_backend_as_well(name: str) -> None:
    function, x = FUNCTIONS[name]
    y = x.detach().to("strict:1").requires_grad_()
    for one in (x, y):
        one.grad = None
        (function(one) ** 2).sum().backward()
    assert y.grad.device == "strict:1"
    np.testing.assert_allclose(y.grad.numpy(), x.grad.numpy(), rtol=1e-10)
