"""``vhp``, ``hvp`` and vectorised matrices of ``autograd.functional`` against PyTorch's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")

X, Y = [[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]], [1.0, 2.0, -0.5]


def flat(value: Any) -> list[Any]:
    if isinstance(value, tuple | list):
        return [array for item in value for array in flat(item)]
    return [value.detach().numpy()]


def both(program: Any) -> None:
    results = []
    for library in (dl, torch):
        x, y = library.tensor(X, dtype=library.float64), library.tensor(Y, dtype=library.float64)
        results.append(flat(program(library.autograd.functional, x, y)))
    for mine, other in zip(*results, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-12, atol=1e-14)


def energy(x: Any, y: Any) -> Any:
    return (x.sin() * y).sum() ** 2 + (x**3).sum()


def pair(x: Any, y: Any) -> Any:
    return (x * y).exp(), y.sum() * 2


@pytest.mark.parametrize("name", ["vhp", "hvp"])
@pytest.mark.parametrize("create_graph", [False, True])
def test_products_with_the_hessian_agree(name: str, create_graph: bool) -> None:
    both(lambda f, x, y: getattr(f, name)(energy, (x, y), (x * 2, y + 1), create_graph=create_graph))
    both(lambda f, x, y: getattr(f, name)(lambda y: energy(y, y), y, y * 3, create_graph=create_graph))
    both(lambda f, x, y: getattr(f, name)(lambda y: y.sum(), y, y))  # linear


@pytest.mark.parametrize("strategy", ["reverse-mode", "forward-mode"])
def test_vectorised_matrices_agree(strategy: str) -> None:
    both(lambda f, x, y: f.jacobian(pair, (x, y), vectorize=True, strategy=strategy))
    both(lambda f, x, y: f.jacobian(lambda x: x.cos(), x, vectorize=True, strategy=strategy))
    both(lambda f, x, y: f.hessian(energy, (x, y), vectorize=True, outer_jacobian_strategy=strategy))


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda f, x, y: f.jacobian(pair, (x, y), strategy="forward-mode"), NotImplementedError),
        (lambda f, x, y: f.jacobian(pair, (x, y), strategy="sideways"), AssertionError),
        (lambda f, x, y: f.jacobian(pair, (x, y), strict=True, vectorize=True), RuntimeError),
        (lambda f, x, y: f.vhp(lambda y: y * 2, y, y), RuntimeError),
        (lambda f, x, y: f.hvp(lambda y: y.sum(), y, x), RuntimeError),
        (lambda f, x, y: f.vhp(lambda y: y.sum(), y, y, strict=True), RuntimeError),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, error: type[Exception]) -> None:
    for library in (dl, torch):
        with pytest.raises(error):
            call(library.autograd.functional, library.tensor(X), library.tensor(Y))
