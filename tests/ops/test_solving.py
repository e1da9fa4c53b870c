"""Truths about ops/solving and matrix functions: singular and deficient matrices, tolerances, errors, drivers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import linalg, tensor
from deep_learner.autograd import gradcheck, gradgradcheck
from tests.ops.outputs import assert_outputs_like_torch, floats
from tests.ops.refusals import assert_refused_alike

INF, NAN = float("inf"), float("nan")
SINGULAR = {
    "of rank 1": [[1.0, 2.0], [2.0, 4.0]],
    "with one zero": [[1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 2.0]],
    "with two zeros": [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0]],
    "of zeros": [[0.0, 0.0], [0.0, 0.0]],
    "the identity": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
}  # fmt: skip


def complexes(*shape: int, seed: int = 0) -> np.ndarray:
    """Random complex128 numbers."""
    return floats(*shape, seed=seed) + 1j * floats(*shape, seed=seed + 100)


def of_rank(rank: int, rows: int, columns: int, make: Any = floats) -> np.ndarray:
    """Random matrices of a given rank."""
    return make(2, rows, rank, seed=1) @ make(2, rank, columns, seed=2)


@pytest.mark.parametrize("device", ["cpu", "strict"])
@pytest.mark.parametrize("name", SINGULAR)
def test_determinants_have_both_derivatives_where_there_is_no_inverse(name: str, device: str) -> None:
    x = tensor(np.array(SINGULAR[name]), device=device, requires_grad=True)
    assert gradcheck(linalg.det, x)
    assert gradgradcheck(linalg.det, x)


def test_determinants_of_a_batch_do_not_mind_each_other() -> None:
    batch = np.stack(
        [floats(3, 3), np.array(SINGULAR["with one zero"]), np.zeros((3, 3)), floats(3, 3) * 1e200]
    )
    x = tensor(batch, requires_grad=True)
    with np.errstate(over="ignore"):  # of the last one, which is infinite
        linalg.det(x).sum().backward()
        for matrix, gradient in zip(batch, x.grad.numpy(), strict=True):
            alone = tensor(matrix, requires_grad=True)
            linalg.det(alone).backward()
            np.testing.assert_allclose(gradient, alone.grad.numpy(), rtol=1e-12)
    assert np.isfinite(x.grad.numpy()[:3]).all()


def test_the_gradient_of_a_determinant_is_the_matrix_of_cofactors() -> None:
    x = tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    dl.det(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), [[4.0, -2.0], [-2.0, 1.0]], rtol=1e-6)


def test_the_logarithm_of_no_determinant_is_infinite_and_of_a_negative_one_is_not_a_number() -> None:
    matrices = tensor([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]], [[2.0, 0.0], [0.0, 1.0]]])
    matrices.requires_grad_()
    sign, logabsdet = dl.slogdet(matrices)
    assert sign.tolist() == [0.0, -1.0, 1.0]
    assert logabsdet.tolist() == [-INF, 0.0, pytest.approx(np.log(2))]
    values = dl.logdet(matrices)
    assert np.isneginf(values.tolist()[0]) and np.isnan(values.tolist()[1])
    logabsdet.sum().backward()
    gradient = matrices.grad.numpy()
    assert np.isnan(gradient[0]).all()
    np.testing.assert_allclose(gradient[1:], [[[0, 1], [1, 0]], [[0.5, 0], [0, 1]]], rtol=1e-6)


def test_phases_of_complex_determinants_have_pytorchs_gradients() -> None:
    from tests.ops.oracle import torch

    for name in ("det", "slogdet", "inv"):
        assert_outputs_like_torch(getattr(linalg, name), getattr(torch.linalg, name), complexes(2, 3, 3))
    assert_outputs_like_torch(dl.logdet, torch.logdet, complexes(3, 3))


def test_singular_matrices_are_named() -> None:
    x = tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]])
    for call in (linalg.inv, lambda x: linalg.solve(x, dl.ones(2)), lambda x: linalg.matrix_power(x, -2)):
        with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 1\).*singular"):
            call(x)
    for call in (linalg.inv_ex, lambda x, **options: linalg.solve_ex(x, dl.ones(2), **options)):
        result, info = call(x)
        assert info.dtype is dl.int32 and info.tolist() == [0, 2]
        assert np.isfinite(result[0].numpy()).all() and not np.isfinite(result[1].numpy()).any()
        with pytest.raises(linalg.LinAlgError, match=r"\(Batch element 1\).*singular"):
            call(x, check_errors=True)


def test_errors_of_linear_algebra_are_runtime_errors() -> None:
    assert issubclass(linalg.LinAlgError, RuntimeError)
    with pytest.raises(RuntimeError, match="singular"):
        linalg.tensorinv(dl.zeros(2, 2, 4))


def test_only_one_triangle_is_read_and_zeros_on_its_diagonal_give_infinities() -> None:
    x = linalg.solve_triangular(tensor([[2.0, 1.0], [NAN, 4.0]]), tensor([[4.0], [4.0]]), upper=True)
    assert x.tolist() == [[1.5], [1.0]]
    x = linalg.solve_triangular(
        tensor([[NAN, NAN], [3.0, NAN]]), tensor([[1.0], [4.0]]), upper=False, unitriangular=True
    )
    assert x.tolist() == [[1.0], [1.0]]
    x = linalg.solve_triangular(tensor([[1.0, 1.0], [0.0, 0.0]]), tensor([[1.0], [1.0]]), upper=True)
    assert x.tolist() == [[-INF], [INF]]


@pytest.mark.parametrize("make", [floats, complexes])
@pytest.mark.parametrize(("rows", "columns"), [(5, 4), (4, 5)])
def test_matrices_of_low_rank_have_pytorchs_pseudo_inverses(make: Any, rows: int, columns: int) -> None:
    from tests.ops.oracle import torch

    x = of_rank(2, rows, columns, make)
    assert_outputs_like_torch(linalg.pinv, torch.linalg.pinv, x, rtol=1e-8)
    assert linalg.matrix_rank(tensor(x)).tolist() == [2, 2]
    solution, _, rank, _ = linalg.lstsq(tensor(x), tensor(make(2, rows, 2, seed=3)))
    expected = np.linalg.pinv(x, rcond=1e-10) @ make(2, rows, 2, seed=3)
    np.testing.assert_allclose(solution.numpy(), expected, rtol=1e-8)
    assert rank.tolist() == [2, 2]


@pytest.mark.parametrize("make", [floats, complexes])
def test_hermitian_matrices_may_be_said_to_be_so(make: Any) -> None:
    from tests.ops.oracle import torch

    half = make(2, 4, 4)
    x = half + np.conj(np.swapaxes(half, -1, -2))
    assert_outputs_like_torch(linalg.pinv, torch.linalg.pinv, x, hermitian=True, rtol=1e-9)
    assert linalg.matrix_rank(tensor(x), hermitian=True).tolist() == [4, 4]
    diagonal = tensor(np.diag([1.0, 0.0, -2.0, 0.0]), requires_grad=True)
    linalg.pinv(diagonal, hermitian=True).sum().backward()
    assert np.isfinite(diagonal.grad.numpy()).all()


@pytest.mark.parametrize(
    "tolerances",
    [{"atol": 0.9}, {"rtol": 0.5}, {"atol": 0.5, "rtol": 0.4}, {"atol": 0.0}, {"atol": [0.5, 0.0, 2.0]},
     {"rtol": [0.5, 0.1, 0.7]}, {"atol": [0.1, 0.5, 3.0], "rtol": [0.5, 0.1, 0.0]}],
    ids=str,
)  # fmt: skip
def test_tolerances_are_pytorchs(tolerances: dict[str, Any]) -> None:
    from tests.ops.oracle import torch

    x = floats(3, 4, 3)
    for name in ("pinv", "matrix_rank"):

        def call(library: Any, make: Any, name: str = name) -> Any:
            options = {k: make(v) if isinstance(v, list) else v for k, v in tolerances.items()}
            return lambda x: getattr(library.linalg, name)(x, **options)

        assert_outputs_like_torch(call(dl, dl.tensor), call(torch, torch.tensor), x, rtol=1e-8)


def test_older_names_of_tolerances() -> None:
    x = tensor(np.diag([3.0, 1.0, 0.1]))
    assert linalg.matrix_rank(x, 0.5).item() == 2
    assert linalg.matrix_rank(x, tol=dl.tensor([0.05, 2.0])).tolist() == [3, 1]
    np.testing.assert_allclose(linalg.pinv(x, 0.5).numpy(), np.diag([1 / 3, 0, 0]))
    np.testing.assert_allclose(dl.pinverse(x, 0.2).numpy(), np.diag([1 / 3, 1, 0]))
    with pytest.raises(TypeError, match="either rcond or atol and rtol"):
        linalg.pinv(x, 0.5, atol=0.1)


DRIVERS = [None, "gels", "gelsy", "gelsd", "gelss"]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("shapes", [((5, 3), (5, 2)), ((2, 5, 3), (2, 5)), ((3, 5), (3, 2)), ((3, 3), (3,))])
def test_least_squares_are_pytorchs_with_every_driver(driver: str | None, shapes: Any) -> None:
    from tests.ops.oracle import torch

    operands = [floats(*shape, seed=i) for i, shape in enumerate(shapes)]
    assert_outputs_like_torch(linalg.lstsq, torch.linalg.lstsq, *operands, driver=driver, rtol=1e-8)
    fields = ("solution", "residuals", "rank", "singular_values")
    assert linalg.lstsq(*map(tensor, operands), driver=driver)._fields == fields


def test_residuals_of_matrices_of_low_rank_are_left_out() -> None:
    x, b = tensor(of_rank(2, 5, 4)), tensor(floats(2, 5, 1))
    assert linalg.lstsq(x, b, driver="gelsd").residuals.shape == (0,)
    with pytest.raises(linalg.LinAlgError, match="full rank"):
        linalg.lstsq(x, b, driver="gels")


@pytest.mark.parametrize("order", [None, 2, -2, 1, -1, INF, -INF, "fro", "nuc"])
def test_conditions_of_singular_and_of_no_matrices_are_pytorchs(order: Any) -> None:
    from tests.ops.oracle import torch

    for x in (np.diag([1.0, 0.0, 2.0]), np.zeros((2, 0, 0)), np.zeros((0, 3, 3))):
        mine, theirs = linalg.cond(tensor(x), order), torch.linalg.cond(torch.tensor(x), order)
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


@pytest.mark.parametrize("scale", [1e-8, 0.3, 3.0, 30.0])
@pytest.mark.parametrize("make", [floats, complexes])
def test_matrix_exponentials_and_their_gradients_are_pytorchs(make: Any, scale: float) -> None:
    from tests.ops.oracle import torch

    x = make(2, 3, 3) * scale / 3
    assert_outputs_like_torch(linalg.matrix_exp, torch.linalg.matrix_exp, x, rtol=1e-9)


def test_matrices_of_one_batch_are_squared_as_often_as_each_needs() -> None:
    small = np.array([[0.0, 1e-9], [0.0, 0.0]])
    batch = tensor(np.stack([small, np.diag([-1e3, 5.0]), np.full((2, 2), NAN)]))
    out = linalg.matrix_exp(batch).numpy()
    np.testing.assert_array_equal(out[0], [[1.0, 1e-9], [0.0, 1.0]])
    np.testing.assert_allclose(out[1], np.diag([0.0, np.exp(5.0)]), rtol=1e-11)
    assert np.isnan(out[2]).all()


def test_powers_are_tensors_of_their_own() -> None:
    x = tensor(np.eye(2))
    linalg.matrix_power(x, 1)[0, 0] = 5.0
    assert x[0, 0] == 1.0
    unknown = tensor(np.full((2, 2), NAN), requires_grad=True)
    linalg.matrix_power(unknown, 0).sum().backward()
    assert unknown.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("dtype", [dl.float16, dl.bfloat16])
def test_short_numbers_stay_short(dtype: Any) -> None:
    x = tensor([[0.5, 1.0], [0.25, -0.5]])
    for call in (linalg.matrix_exp, lambda x: linalg.matrix_power(x, 3), lambda x: dl.vander(x[0], 3)):
        out = call(x.to(dtype))
        assert out.dtype is dtype
        np.testing.assert_allclose(out.float().numpy(), call(x).numpy(), rtol=1e-2)


def test_integers_have_powers() -> None:
    x = tensor([[1, 1], [1, 0]])
    assert dl.matrix_power(x, 10).tolist() == [[89, 55], [55, 34]]
    assert dl.vander(tensor([1, 2, 3])).tolist() == [[1, 1, 1], [4, 2, 1], [9, 3, 1]]
    assert linalg.vander(tensor([2, 3], dtype=dl.uint8), N=3).dtype is dl.int64


def test_methods_are_the_functions() -> None:
    x = tensor(floats(3, 3) + 4 * np.eye(3))
    for name in ("det", "inverse", "logdet", "matrix_exp", "pinverse"):
        assert getattr(x, name)().tolist() == getattr(dl, name)(x).tolist()
    assert x.slogdet().logabsdet.item() == dl.slogdet(x)[1].item()
    assert x.matrix_power(3).tolist() == dl.matrix_power(x, 3).tolist()
    solution, copy = dl.ones(3, 1, dtype=dl.float64).triangular_solve(x)
    np.testing.assert_allclose((x.triu() @ solution).numpy(), np.ones((3, 1)))
    assert copy.tolist() == x.tolist()


def test_forms_of_linalg_have_its_defaults() -> None:
    x, y = tensor(floats(3, 3)), tensor(floats(3, 3, seed=1))
    np.testing.assert_allclose(linalg.cross(x, y).numpy(), np.cross(x.numpy(), y.numpy()))
    assert linalg.diagonal(tensor(floats(2, 3, 4))).shape == (2, 3)
    assert linalg.vecdot(x, y, dim=0).tolist() == (x * y).sum(0).tolist()


REFUSED = {
    "solve other dtypes": (lambda lib, a, b: lib.linalg.solve(a, b), np.eye(2), np.ones(2, "f")),
    "solve other sizes": (lambda lib, a, b: lib.linalg.solve(a, b), np.eye(2), np.ones((3, 2))),
    "solve vectors from the right": (lambda lib, a, b: lib.linalg.solve(a, b, left=False), np.eye(2), np.ones(2)),
    "solve no square": (lambda lib, a, b: lib.linalg.solve(a, b), np.ones((2, 3)), np.ones(2)),
    "solve integers": (lambda lib, a, b: lib.linalg.solve(a, b), np.eye(2, dtype=int), np.ones(2, int)),
    "solve_ex other sizes": (lambda lib, a, b: lib.linalg.solve_ex(a, b), np.eye(2), np.ones((3, 2))),
    "triangular vectors": (lambda lib, a, b: lib.linalg.solve_triangular(a, b, upper=True), np.eye(2), np.ones(2)),
    "inv no square": (lambda lib, a: lib.linalg.inv(a), np.ones((2, 3))),
    "det vectors": (lambda lib, a: lib.linalg.det(a), np.ones(2)),
    "slogdet integers": (lambda lib, a: lib.linalg.slogdet(a), np.eye(2, dtype=int)),
    "pinv vectors": (lambda lib, a: lib.linalg.pinv(a), np.ones(2)),
    "pinv no square": (lambda lib, a: lib.linalg.pinv(a, hermitian=True), np.ones((2, 3))),
    "pinv complex tolerance": (lambda lib, a, t: lib.linalg.pinv(a, rtol=t), np.eye(2), np.ones(1, complex)),
    "rank of integers": (lambda lib, a: lib.linalg.matrix_rank(a), np.eye(2, dtype=int)),
    "power no square": (lambda lib, a: lib.linalg.matrix_power(a, 2), np.ones((2, 3))),
    "power of a fraction": (lambda lib, a: lib.linalg.matrix_power(a, 2.0), np.eye(2)),
    "inverse power of integers": (lambda lib, a: lib.linalg.matrix_power(a, -1), np.eye(2, dtype=int)),
    "exp of integers": (lambda lib, a: lib.linalg.matrix_exp(a), np.eye(2, dtype=int)),
    "exp no square": (lambda lib, a: lib.linalg.matrix_exp(a), np.ones((2, 3))),
    "cond of an unknown order": (lambda lib, a: lib.linalg.cond(a, 3), np.eye(2)),
    "cond no square": (lambda lib, a: lib.linalg.cond(a, 1), np.ones((2, 3))),
    "lstsq other driver": (lambda lib, a: lib.linalg.lstsq(a, a, driver="x"), np.eye(2)),
    "lstsq other rows": (lambda lib, a, b: lib.linalg.lstsq(a, b), np.eye(2), np.ones((3, 1))),
    "lstsq other ranks": (lambda lib, a, b: lib.linalg.lstsq(a, b), np.eye(2), np.ones((4, 2, 1))),
    "tensorinv ind": (lambda lib, a: lib.linalg.tensorinv(a, ind=0), np.eye(2)),
    "tensorinv no square": (lambda lib, a: lib.linalg.tensorinv(a, ind=1), np.ones((2, 3))),
    "tensorsolve no square": (lambda lib, a, b: lib.linalg.tensorsolve(a, b), np.ones((2, 3)), np.ones(2)),
    "vander of one": (lambda lib, a: lib.linalg.vander(a), np.ones(1)),
    "vander of booleans": (lambda lib, a: lib.linalg.vander(a), np.ones(2, bool)),
    "older vander of matrices": (lambda lib, a: lib.vander(a), np.ones((2, 2))),
    "older vander of a negative number": (lambda lib, a: lib.vander(a, -1), np.ones(2)),
    "diagonal of one dimension": (lambda lib, a: lib.linalg.diagonal(a, dim1=0, dim2=0), np.ones((2, 2))),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_pytorch_refuses_is_refused_with_its_type(name: str) -> None:
    assert_refused_alike(*REFUSED[name])
