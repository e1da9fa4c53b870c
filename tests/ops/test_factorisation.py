"""Truths about ops/factorisation: factors multiply to what was factorised, derivatives to second order, refusals."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import linalg
from deep_learner.ops.factorisation.householder import geqrf
from deep_learner.ops.factorisation.lu import linalg_lu_factor_ex
from deep_learner.testing import gradcheck, gradgradcheck
from tests.ops.outputs import assert_outputs_like_torch

COMPLEX = [False, True]


def matrices(*shape: int, is_complex: bool = False, seed: int = 0) -> np.ndarray:
    """Random matrices."""
    generator = np.random.default_rng(seed)
    values = generator.standard_normal(shape)
    return values + 1j * generator.standard_normal(shape) if is_complex else values


def positive(A: Any) -> Any:
    """Hermitian, positive definite."""
    return A @ A.mH + (A * 0 + 1).triu().tril()


def scaled(vectors: Any, values: Any) -> Any:
    """The matrix with these orthonormal eigenvectors, and the squares of these eigenvalues."""
    return (vectors * (values * values).unsqueeze(-2)) @ vectors.mH


def eigh(lib: Any, A: Any, UPLO: str = "L") -> Any:
    """What of eigenvectors does not depend on their phases."""
    values, vectors = lib.linalg.eigh(positive(A), UPLO)
    return values, vectors.abs(), scaled(vectors, values)


def eig(lib: Any, A: Any) -> Any:
    """What of eigenvectors does not depend on their phases; of values in an order that is anyone's."""
    values, vectors = lib.linalg.eig(A)
    return (values**2).sum(-1), (vectors.abs() * values.abs().unsqueeze(-2)).sum(-1)


def svd(lib: Any, A: Any, full: bool = False) -> Any:
    """What of singular vectors does not depend on their phases."""
    U, S, Vh = lib.linalg.svd(A, full)
    size = S.shape[-1]
    return (
        U[..., :size].abs(),
        S,
        Vh[..., :size, :].abs(),
        (U[..., :size] * S.unsqueeze(-2) ** 3) @ Vh[..., :size, :],
    )


def reflected(lib: Any, A: Any) -> Any:
    """The reflections that A's own columns make."""
    tau = A[..., 0, :]
    other = A @ A.mH
    return (
        lib.linalg.householder_product(A, tau),
        lib.ormqr(A, tau, other, True, True),
        lib.ormqr(A, tau, other, False, False),
    )


def lu_solve(lib: Any, A: Any) -> Any:
    """All four equations."""
    LU, pivots = lib.linalg.lu_factor(A)
    return tuple(
        lib.linalg.lu_solve(LU, pivots, A, left=left, adjoint=adjoint)
        for left in (True, False)
        for adjoint in (True, False)
    )


SQUARE = {
    "cholesky": lambda lib, A: lib.linalg.cholesky(positive(A)),
    "cholesky upper": lambda lib, A: lib.linalg.cholesky(positive(A), upper=True),
    "cholesky_ex": lambda lib, A: lib.linalg.cholesky_ex(positive(A))[0],
    "cholesky_solve": lambda lib, A: lib.cholesky_solve(A, lib.linalg.cholesky(positive(A))),
    "cholesky_solve upper": lambda lib, A: lib.cholesky_solve(A, A.triu() + 3 * A.tril().triu(), True),
    "cholesky_inverse": lambda lib, A: lib.cholesky_inverse(lib.linalg.cholesky(positive(A))),
    "cholesky_inverse upper": lambda lib, A: lib.cholesky_inverse(
        lib.linalg.cholesky(positive(A), upper=True), True
    ),
    "eigh": eigh,
    "eigh upper": functools.partial(eigh, UPLO="U"),
    "eigvalsh": lambda lib, A: lib.linalg.eigvalsh(A + A.mH),
    "eig": eig,
    "eigvals": lambda lib, A: (lib.linalg.eigvals(A) ** 2).sum(-1),
    "lu_solve": lu_solve,
    "qr complete": lambda lib, A: tuple(lib.linalg.qr(A, "complete")),
    "svd full": functools.partial(svd, full=True),
}
ANY = {
    "svd": svd,
    "svdvals": lambda lib, A: lib.linalg.svdvals(A),
    "qr": lambda lib, A: tuple(lib.linalg.qr(A)),
    "lu": lambda lib, A: tuple(lib.linalg.lu(A)),
    "lu_factor": lambda lib, A: lib.linalg.lu_factor(A)[0],
}
TALL = {"householder_product, ormqr": reflected}
CALLS = [
    pytest.param(function, shape, id=f"{name} {shape}")
    for table, shapes in (
        (SQUARE, [(3, 3), (2, 1, 2, 2)]),
        (ANY, [(3, 3), (2, 4, 3), (3, 4)]),
        (TALL, [(3, 3), (2, 4, 3)]),
    )
    for name, function in table.items()
    for shape in shapes
]
SMALL = [
    pytest.param(function, shape, id=f"{name} {shape}")
    for table, shapes in ((SQUARE, [(2, 2)]), (ANY, [(2, 2), (3, 2), (2, 3)]), (TALL, [(3, 2)]))
    for name, function in table.items()
    for shape in shapes
]


@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize(("function", "shape"), CALLS)
def test_values_and_gradients_are_those_of_pytorch(function, shape, is_complex):
    from tests.ops.oracle import torch

    A = matrices(*shape, is_complex=is_complex)
    assert_outputs_like_torch(
        functools.partial(function, dl), functools.partial(function, torch), A, rtol=1e-8
    )


def of_reals(function: Any, is_complex: bool) -> Any:
    """The function with real numbers in and out."""

    def call(*parts: Any) -> Any:
        out = function(dl, parts[0] + 1j * parts[1] if is_complex else parts[0])
        outs = out if isinstance(out, tuple) else (out,)
        reals = [part for x in outs for part in ((x.real, x.imag) if x.is_complex() else (x,))]
        return tuple(x * 1.0 for x in reals)

    return call


@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize(("function", "shape"), SMALL)
def test_derivatives_of_both_orders_agree_with_finite_differences(function, shape, is_complex):
    inputs = [
        dl.tensor(matrices(*shape, seed=seed), requires_grad=True)
        for seed in ((1, 2) if is_complex else (1,))
    ]
    call = of_reals(function, is_complex)
    assert gradcheck(call, tuple(inputs))
    assert gradgradcheck(call, tuple(inputs), atol=1e-4)


@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize(("function", "shape"), SMALL)
def test_other_arrays_give_the_same_gradients(function, shape, is_complex):
    A = matrices(*shape, is_complex=is_complex)
    found = []
    for device in (None, "strict:1"):
        x = dl.tensor(A, device=device, requires_grad=True)
        out = function(dl, x)
        outs = out if isinstance(out, tuple) else (out,)
        (g,) = dl.autograd.grad(
            [(y.abs() ** 2).sum() for y in outs if y.requires_grad], [x], create_graph=True
        )
        assert g.device == x.device
        found.append(g.numpy(force=True))
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 3), (2, 3, 4), (0, 3, 3), (2, 0, 3), (3, 0), (0, 0)])
def test_factors_multiply_to_what_was_factorised(shape, is_complex):
    A = dl.tensor(matrices(*shape, is_complex=is_complex))
    U, S, Vh = linalg.svd(A, full_matrices=False)
    Q, R = linalg.qr(A)
    P, L, upper = linalg.lu(A)
    a, tau = dl.geqrf(A)
    older = dl.svd(A)
    size = min(shape[-2:])
    products = [
        (U * S.unsqueeze(-2)) @ Vh,
        Q @ R,
        P @ L @ upper,
        (older.U * older.S.unsqueeze(-2)) @ older.V.mH,
    ]
    products.append(dl.ormqr(a, tau, a.triu()))
    unpivoted = linalg.lu(A, pivot=False)
    assert unpivoted.P.shape == (0,)
    products.append(unpivoted.L @ unpivoted.U)
    for product in products:
        np.testing.assert_allclose(product.numpy(), A.numpy(), atol=1e-12)
    full = linalg.svd(A)
    assert full.U.shape == (*shape[:-1], shape[-2])
    assert full.Vh.shape == (*shape[:-2], shape[-1], shape[-1])
    assert not S.is_complex()
    assert linalg.svdvals(A).shape == (*shape[:-2], size)
    if shape[-1] == shape[-2]:
        values, vectors = linalg.eig(A)
        assert values.dtype is vectors.dtype is dl.complex128
        np.testing.assert_allclose(
            (A.to(dl.complex128) @ vectors).numpy(),
            (vectors * values.unsqueeze(-2)).numpy(),
            atol=1e-12,
        )


def test_results_have_pytorchs_names():
    A = dl.tensor(matrices(2, 3, 3))
    spd = positive(A)
    for result, names in (
        (linalg.qr(A), ("Q", "R")),
        (dl.qr(A), ("Q", "R")),
        (linalg.svd(A), ("U", "S", "Vh")),
        (dl.svd(A), ("U", "S", "V")),
        (linalg.eigh(spd), ("eigenvalues", "eigenvectors")),
        (linalg.eig(A), ("eigenvalues", "eigenvectors")),
        (linalg.cholesky_ex(spd), ("L", "info")),
        (linalg.lu(A), ("P", "L", "U")),
        (dl.lu_unpack(*linalg.lu_factor(A)), ("P", "L", "U")),
        (linalg.lu_factor(A), ("LU", "pivots")),
        (linalg.lu_factor_ex(A), ("LU", "pivots", "info")),
        (dl.geqrf(A), ("a", "tau")),
    ):
        assert result._fields == names


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize("upper", [False, True])
def test_what_is_not_positive_definite_is_said_with_its_place(is_complex, upper):
    A = np.broadcast_to(np.eye(4), (2, 3, 4, 4)).astype(complex if is_complex else float)
    A[1, 0, 2, 2] = -1
    for device in (None, "strict"):
        L, info = linalg.cholesky_ex(dl.tensor(A, device=device), upper=upper)
        assert info.tolist() == [[0, 0, 0], [3, 0, 0]]
        assert info.dtype is dl.int32
        np.testing.assert_allclose(L[0].numpy(), A[0])
        np.testing.assert_allclose(L[1, 0, :2, :2].numpy(), np.eye(2))
        with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 3\).*minor of order 3 is not"):
            linalg.cholesky_ex(dl.tensor(A, device=device), upper=upper, check_errors=True)
    with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 3\).*minor of order 3 is not"):
        linalg.cholesky(dl.tensor(A), upper=upper)
    assert issubclass(linalg.LinAlgError, RuntimeError)


def test_singular_matrices_are_factorised_and_said_to_be():
    A = np.ones((2, 3, 3))
    A[0] = matrices(3, 3)
    for device in (None, "strict"):
        x = dl.tensor(A, device=device)
        assert linalg.lu_factor_ex(x).info.tolist() == [0, 2]
        with pytest.raises(RuntimeError, match=r"\(Batch element 1\): U\[2,2\] is zero"):
            linalg.lu_factor(x)
        P, L, U = linalg.lu(x)
        np.testing.assert_allclose((P @ L @ U).numpy(), A, atol=1e-14)
    with pytest.raises(linalg.LinAlgError, match="diagonal element 2 is zero"):
        dl.cholesky_inverse(dl.tensor([[1.0, 0.0], [1.0, 0.0]]))


def test_a_loss_that_depends_on_phases_is_refused():
    A = matrices(3, 3, is_complex=True)
    for name, part in (("eigh", 1), ("eig", 1), ("svd", 0), ("svd", 2)):
        x = dl.tensor(A, requires_grad=True)
        with pytest.raises(RuntimeError, match=r"up to multiplication by e\^\{i phi\}"):
            getattr(linalg, name)(x)[part].imag.sum().backward()


def test_equal_values_have_gradients_where_no_vectors_are_used():
    for function in (
        linalg.svdvals, linalg.eigvalsh, lambda x: linalg.svd(x).S, lambda x: linalg.eigh(x).eigenvalues
    ):  # fmt: skip
        x = dl.eye(3, dtype=dl.float64).requires_grad_()
        function(x).sum().backward()
        np.testing.assert_allclose(x.grad.numpy(), np.eye(3), atol=1e-12)
    tall = dl.zeros(3, 2, dtype=dl.float64).requires_grad_()
    linalg.svd(tall, full_matrices=False).S.sum().backward()
    assert np.isfinite(tall.grad.numpy()).all()


def test_what_has_no_derivative_says_so():
    tall = dl.tensor(matrices(3, 2), requires_grad=True)
    with pytest.raises(RuntimeError, match="mode='complete'"):
        linalg.qr(tall, "complete").R.sum().backward()
    with pytest.raises(RuntimeError, match="mode='reduced'"):
        linalg.qr(tall, "r").R.sum().backward()


@pytest.mark.needs("deep_learner_numpy", "scipy")
@pytest.mark.parametrize("is_complex", COMPLEX)
@pytest.mark.parametrize("hermitian", [False, True])
def test_indefinite_matrices_are_factorised_and_solved_as_by_pytorch(is_complex, hermitian):
    from tests.ops.oracle import torch

    A = matrices(2, 4, 4, is_complex=is_complex)
    A = A + (A.conj() if hermitian else A).swapaxes(-1, -2)
    A[:, range(4), range(4)] *= 0.01  # so that rows are exchanged and blocks of size 2 arise
    B = matrices(4, 3, is_complex=is_complex, seed=1)
    LD, pivots, info = linalg.ldl_factor_ex(dl.tensor(A), hermitian=hermitian)
    expected = torch.linalg.ldl_factor_ex(torch.tensor(A), hermitian=hermitian)
    np.testing.assert_allclose(LD.numpy(), expected.LD.numpy(), atol=1e-12)
    assert pivots.tolist() == expected.pivots.tolist()
    assert info.tolist() == [0, 0]
    assert linalg.ldl_factor(dl.tensor(A), hermitian=hermitian)._fields == ("LD", "pivots")
    X = linalg.ldl_solve(LD, pivots, dl.tensor(B), hermitian=hermitian)
    np.testing.assert_allclose(A @ X.numpy(), np.broadcast_to(B, X.shape), atol=1e-11)
    with pytest.raises(RuntimeError, match="zero"):
        linalg.ldl_factor(dl.zeros(2, 2))
    factors = linalg.ldl_factor(dl.tensor(A, requires_grad=True), hermitian=hermitian)
    with pytest.raises(NotImplementedError, match="derivative"):
        factors.LD.abs().sum().backward()


@pytest.mark.parametrize("shape", [(7, 5), (2, 4, 9), (3, 3)])
def test_low_rank_approximations_draw_pytorchs_numbers(shape):
    from tests.ops.oracle import torch

    A, M = matrices(*shape), matrices(*shape, seed=1)
    for name, options in (
        ("svd_lowrank", {"q": 3}),
        ("svd_lowrank", {}),
        ("svd_lowrank", {"q": 2, "niter": 0, "M": True}),
        ("pca_lowrank", {}),
        ("pca_lowrank", {"q": 2, "center": False}),
    ):
        found = []
        for lib in (dl, torch):
            lib.manual_seed(3)
            given = options | ({"M": lib.tensor(M)} if "M" in options else {})
            U, S, V = getattr(lib, name)(lib.tensor(A), **given)
            found.append([S.numpy(), ((U * S.unsqueeze(-2)) @ V.mT).numpy()])
        for mine, theirs in zip(*found, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-10)
    with pytest.raises(ValueError, match="not greater than min"):
        dl.pca_lowrank(dl.tensor(A), q=10)


REFUSED = [
    lambda lib, x: lib.linalg.cholesky(x.new_zeros(2, 3)),
    lambda lib, x: lib.linalg.cholesky(x.new_zeros(2)),
    lambda lib, x: lib.linalg.cholesky(x.int()),
    lambda lib, x: lib.linalg.cholesky(x.half()),
    lambda lib, x: lib.linalg.cholesky_ex(x.half()),
    lambda lib, x: lib.linalg.qr(x, mode="raw"),
    lambda lib, x: lib.linalg.qr(x.half()),
    lambda lib, x: lib.linalg.svd(x[0]),
    lambda lib, x: lib.linalg.svd(x.int()),
    lambda lib, x: lib.linalg.svdvals(x, driver="unknown"),
    lambda lib, x: lib.linalg.eigh(x, UPLO="X"),
    lambda lib, x: lib.linalg.eigh(x.int()),
    lambda lib, x: lib.linalg.eigvals(x[:1]),
    lambda lib, x: lib.linalg.eig(x * float("nan")),
    lambda lib, x: lib.linalg.lu(x[0]),
    lambda lib, x: lib.linalg.lu_factor(x.half()),
    lambda lib, x: lib.linalg.lu_solve(x, x.int()[0], x[0]),
    lambda lib, x: lib.linalg.lu_solve(x, x.int()[0], x[:1]),
    lambda lib, x: lib.linalg.lu_solve(x, x[0], x),
    lambda lib, x: lib.linalg.lu_solve(x, x.int()[0], x.float()),
    lambda lib, x: lib.lu_unpack(x, x.long()[0]),
    lambda lib, x: lib.lu_unpack(x, x.int()[0] * 0),
    lambda lib, x: lib.linalg.householder_product(x[:2], x[0]),
    lambda lib, x: lib.linalg.householder_product(x[:, :2], x[0]),
    lambda lib, x: lib.linalg.householder_product(x, x),
    lambda lib, x: lib.linalg.householder_product(x, x[0].float()),
    lambda lib, x: lib.ormqr(x, x[0], x[:2]),
    lambda lib, x: lib.ormqr(x, x[0], x[0]),
    lambda lib, x: lib.geqrf(x[0]),
    lambda lib, x: lib.cholesky_solve(x[0], x),
    lambda lib, x: lib.cholesky_solve(x[:2], x),
    lambda lib, x: lib.cholesky_solve(x.float(), x),
    lambda lib, x: lib.cholesky_inverse(x[:2]),
]


@pytest.mark.parametrize("call", REFUSED)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, np.eye(3) + 1.0)


def test_exchanges_do_not_depend_on_the_library():
    """The generic forms, also for the arrays that have kernels."""
    A = matrices(2, 5, 4, is_complex=True)
    here, there = dl.tensor(A), dl.tensor(A, device="strict")
    for function in (linalg_lu_factor_ex, geqrf):
        for mine, other in zip(function(here), function(there), strict=True):
            np.testing.assert_allclose(mine.numpy(), other.numpy(), atol=1e-12)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_not_finite_is_not_positive_definite(number):
    """LAPACK passes over it without a word."""
    matrix = dl.eye(3, device="cpu")
    matrix[1, 1] = number
    with pytest.raises(dl.linalg.LinAlgError, match="not positive-definite"):
        linalg.cholesky(matrix)
    assert linalg.cholesky_ex(matrix).info.item() > 0
