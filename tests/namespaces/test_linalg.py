"""The Tensor namespace has the array standard's extension ``linalg``, with its signatures and results."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest

import deep_learner as dl
from deep_learner.autograd import gradcheck
from deep_learner.namespaces import linalg
from tests.namespaces.calls import floats, integers, positive, row

LATER = {"eig", "eigvals"}  # of 2025.12


def square(xp: Any) -> Any:
    """A stack of two matrices, symmetric and positive definite."""
    one = xp.asarray([[4.0, 1.0, 0.5], [1.0, 3.0, -1.0], [0.5, -1.0, 5.0]], dtype=xp.float64)
    return xp.stack([one, 2 * one])


def flat(result: Any) -> list[Any]:
    """A result's arrays, shapes and numbers."""
    return [part for item in result for part in flat(item)] if isinstance(result, tuple | list) else [result]


def whole(factors: Any) -> Any:
    """What the first two or three factors make: they themselves are given up to signs."""
    first, second, *last = factors
    if last:
        return (first * second[..., None, :]) @ last[0], second
    return first @ second


def projections(found: Any) -> Any:
    """Eigenvalues, and what eigenvectors are up to signs."""
    values, vectors = found
    return values, vectors[..., :, None, :] * vectors[..., None, :, :]


CALLS: dict[str, Callable[[Any], Any]] = {
    **{
        name: lambda xp, name=name: getattr(xp.linalg, name)(square(xp))
        for name in ("det", "eigvalsh", "inv", "slogdet", "svdvals", "matrix_rank", "pinv", "trace")
    },
    "cholesky": lambda xp: (xp.linalg.cholesky(square(xp)), xp.linalg.cholesky(square(xp), upper=True)),
    "cross": lambda xp: (
        xp.linalg.cross(row(xp), floats(xp)),
        xp.linalg.cross(floats(xp).mT, positive(xp).mT, axis=-2),
    ),
    "diagonal": lambda xp: (xp.linalg.diagonal(square(xp)), xp.linalg.diagonal(floats(xp), offset=1)),
    "eig": lambda xp: xp.linalg.eig(square(xp)),
    "eigh": lambda xp: projections(xp.linalg.eigh(square(xp))),
    "eigvals": lambda xp: xp.linalg.eigvals(square(xp)),
    "matmul": lambda xp: xp.linalg.matmul(square(xp), row(xp)),
    "matrix_norm": lambda xp: (
        *[
            xp.linalg.matrix_norm(square(xp), ord=ord)
            for ord in ("fro", "nuc", 1, -1, 2, -2, xp.inf, -xp.inf)
        ],
        xp.linalg.matrix_norm(floats(xp), keepdims=True),
    ),
    "matrix_power": lambda xp: tuple(xp.linalg.matrix_power(square(xp), n) for n in (0, 1, 5, -2)),
    "matrix_transpose": lambda xp: xp.linalg.matrix_transpose(square(xp)),
    "outer": lambda xp: xp.linalg.outer(row(xp), row(xp)[:2]),
    "qr": lambda xp: (
        whole(xp.linalg.qr(floats(xp))),
        whole(xp.linalg.qr(floats(xp).mT, mode="complete")),
        xp.linalg.qr(floats(xp).mT, mode="complete")[0].shape,
    ),
    "solve": lambda xp: (
        xp.linalg.solve(square(xp), row(xp)),
        xp.linalg.solve(square(xp), floats(xp).mT),
        xp.linalg.solve(xp.astype(square(xp), xp.float32), row(xp)),
        xp.linalg.solve(square(xp)[0, :, :], xp.stack([floats(xp).mT] * 2)),
        xp.linalg.solve(xp.stack([square(xp)[0, :, :]] * 3), square(xp)[1, :, :]),  # a matrix, and no vectors
    ),
    "svd": lambda xp: (
        whole(xp.linalg.svd(floats(xp), full_matrices=False)),
        xp.linalg.svd(floats(xp))[2].shape,
    ),
    "tensordot": lambda xp: xp.linalg.tensordot(square(xp), floats(xp), axes=((1,), (1,))),
    "vecdot": lambda xp: (
        xp.linalg.vecdot(floats(xp), row(xp)),
        xp.linalg.vecdot(floats(xp), positive(xp), axis=-2),
    ),
    "vector_norm": lambda xp: (
        *[xp.linalg.vector_norm(floats(xp), ord=ord, axis=-1) for ord in (0, 1, 2, 3, -1, xp.inf, -xp.inf)],
        xp.linalg.vector_norm(floats(xp)),
        xp.linalg.vector_norm(square(xp), axis=(0, 2), keepdims=True),
    ),
}
OPTIONS: dict[str, Callable[[Any], Any]] = {
    "matrix_rank with rtol": lambda xp: xp.linalg.matrix_rank(
        square(xp), rtol=xp.asarray([0.5, 0.9], dtype=xp.float64)
    ),
    "pinv with rtol": lambda xp: xp.linalg.pinv(square(xp), rtol=0.5),
    "trace with dtype": lambda xp: xp.linalg.trace(integers(xp), offset=-1, dtype=xp.float64),
}


def test_names_are_those_of_a_namespace_written_for_the_standard() -> None:
    assert set(linalg.__all__) - LATER == set(array_api_strict.linalg.__all__) - LATER
    assert sorted(CALLS) == sorted(linalg.__all__)


@pytest.mark.parametrize("name", sorted(set(linalg.__all__) - LATER))
def test_every_call_that_the_standard_allows_binds(name: str) -> None:
    ours = inspect.signature(getattr(linalg, name)).parameters
    theirs = inspect.signature(getattr(array_api_strict.linalg, name)).parameters
    positional = [p for p in theirs.values() if p.kind is p.POSITIONAL_ONLY]
    assert sum(p.default is p.empty for p in ours.values()) <= len(positional)
    assert all(p.kind is not p.KEYWORD_ONLY for p in [*ours.values()][: len(positional)])
    for p in theirs.values():
        if p.kind is p.KEYWORD_ONLY:
            assert ours[p.name].default == p.default


@pytest.mark.parametrize("device", ["cpu", "strict:1"])
@pytest.mark.parametrize("name", [*sorted(set(CALLS) - LATER), *OPTIONS])
def test_functions_run_on_tensors(name: str, device: str) -> None:
    call = {**CALLS, **OPTIONS}[name]
    expected = flat(call(array_api_strict))
    with dl.backend("numpy" if device == "cpu" else "strict", device):
        found = flat(call(dl.ones(1).__array_namespace__()))
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        if not hasattr(theirs, "dtype"):
            assert ours == theirs
            continue
        assert isinstance(ours, dl.Tensor) and ours.device == device
        assert ours.dtype.name == str(theirs.dtype).rsplit(".", 1)[-1]
        assert tuple(ours.shape) == tuple(theirs.shape)
        np.testing.assert_allclose(ours.numpy(), np.asarray(theirs), rtol=1e-10, atol=1e-12)


def test_eigenvalues_of_any_matrices_are_there_before_the_standard_has_them() -> None:
    namespace = dl.ones(1).__array_namespace__()
    values = np.sort(namespace.linalg.eigvals(square(namespace)).numpy().real, axis=-1)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(np.asarray(square(array_api_strict))), rtol=1e-10)
    assert namespace.linalg.eig(square(namespace))[1].is_complex()


def log_density(x: Any) -> Any:
    """Of rows, under a normal distribution with their own covariance; in the standard's words."""
    xp = x.__array_namespace__()
    covariance = x.mT @ x + xp.eye(x.shape[-1], dtype=x.dtype)
    distances = xp.linalg.vecdot(x, xp.linalg.solve(covariance, x.mT).mT)
    return -0.5 * (distances + xp.linalg.slogdet(covariance)[1]) + xp.linalg.trace(covariance)


def whitened(x: Any) -> Any:
    """Columns made uncorrelated, in the standard's words."""
    xp = x.__array_namespace__()
    values, vectors = xp.linalg.eigh(x.mT @ x)
    root = (vectors / xp.sqrt(values)) @ vectors.mT
    return x @ root, xp.linalg.cholesky(x.mT @ x), xp.linalg.det(root)


def sizes(x: Any) -> Any:
    """What measures a matrix, in the standard's words."""
    xp = x.__array_namespace__()
    norms = [xp.linalg.matrix_norm(x, ord=ord) for ord in ("fro", "nuc", 2, 1)]
    power = xp.linalg.matrix_power(x.mT @ x, 2)
    return xp.stack(norms), xp.linalg.svdvals(x), xp.linalg.pinv(x), power, xp.linalg.vector_norm(x, axis=-1)


def factors(x: Any) -> Any:
    """A matrix taken apart, in the standard's words."""
    xp = x.__array_namespace__()
    Q, R = xp.linalg.qr(x)
    U, S, Vh = xp.linalg.svd(x, full_matrices=False)
    crossed = xp.linalg.cross(x, xp.linalg.outer(S, xp.linalg.diagonal(R))[:1, :])
    return xp.abs(R), (U * S) @ Vh, xp.linalg.inv(R) @ xp.linalg.matrix_transpose(Q), crossed


@pytest.mark.parametrize("function", [log_density, whitened, sizes, factors])
def test_functions_of_others_that_call_them_have_right_gradients(function: Callable[[Any], Any]) -> None:
    x = dl.tensor(np.sin(np.arange(1, 13) ** 2).reshape(4, 3), requires_grad=True)
    assert gradcheck(function, x)
