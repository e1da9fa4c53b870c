"""Truths about deep_learner.special: PyTorch's names and edge values, and the generic forwards against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

import deep_learner as dl
from deep_learner import special, tensor
from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops.registry import OPERATIONS
from tests.ops.oracle import torch

pytestmark = pytest.mark.needs("deep_learner_numpy")

INF, NAN = float("inf"), float("nan")
EDGES = [NAN, INF, -INF, 0.0, -0.0, -1.0, 1.0, 0.5, 1e-30]
LINE = np.concatenate([np.linspace(-30, 30, 1001), np.geomspace(1e-300, 700, 300), [8.0, -8.0, 0.5, 0.46875]])
UNARY = (
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2",
    "expit", "expm1", "gammaln", "i0", "i0e", "i1", "i1e", "log1p", "log_ndtr", "logit", "modified_bessel_i0",
    "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1", "ndtr", "ndtri", "psi",
    "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "sinc", "spherical_bessel_j0",
)  # fmt: skip
POLYNOMIALS = tuple(name for name in special.__all__ if "polynomial" in name)


def generic(operation, x):
    """The forward written in the standard's functions, whatever kernel a backend has."""
    with np.errstate(all="ignore"):
        return OPERATIONS[operation].operation.forward(NAMESPACES[np.ndarray], x)


def agree(ours, theirs, **tolerance):
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_allclose(ours.numpy(force=True), theirs.detach().numpy(), **tolerance)


def test_every_name_of_pytorch_is_there():
    assert sorted(special.__all__) == sorted(torch.special.__all__)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("name", UNARY)
def test_edge_values_are_those_of_pytorch(name, dtype):
    x = np.array(EDGES if dtype != "int64" else [0, 1, 2], dtype=dtype)
    with np.errstate(all="ignore"):
        ours = getattr(special, name)(tensor(x))
    agree(ours, getattr(torch.special, name)(torch.from_numpy(x)), rtol=2e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["erfcx", "i0e", "i1", "i1e", "log_ndtr", "ndtr"])
def test_generic_forms_are_exact_over_the_whole_line(name):
    x = LINE if name != "erfcx" else LINE[LINE > -26]
    np.testing.assert_allclose(
        generic(f"special_{name}", x), getattr(scipy.special, name)(x), rtol=1e-13, atol=1e-300
    )


def test_the_normal_quantile_is_exact_on_both_tails():
    p = np.concatenate(
        [np.linspace(0.001, 0.999, 999), np.geomspace(1e-300, 1e-3, 200), 1 - np.geomspace(1e-15, 1e-3, 50)]
    )
    np.testing.assert_allclose(generic("special_ndtri", p), scipy.special.ndtri(p), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_polynomials_are_those_of_pytorch(name):
    x = np.linspace(-1.3, 1.3, 7)[:, None]
    ours, theirs = getattr(special, name), getattr(torch.special, name)
    for n in (np.array([-2.0, 0.0, 1.0, 2.7, 9.0]), 5, 2.7, -1):
        several = isinstance(n, np.ndarray)
        agree(
            ours(tensor(x), tensor(n) if several else n),
            theirs(torch.from_numpy(x), torch.from_numpy(n) if several else n),
            rtol=1e-9, atol=1e-9,
        )  # fmt: skip
    agree(ours(tensor([1, 2]), tensor([2, 3])), theirs(torch.tensor([1, 2]), torch.tensor([2, 3])), rtol=1e-6)
    agree(ours(0.5, tensor([2, 3])), theirs(0.5, torch.tensor([2, 3])), rtol=1e-6)
    assert ours(tensor([]), tensor([], dtype="int64")).shape == (0,)


@pytest.mark.parametrize("name", ["zeta", "gammainc", "gammaincc", "xlog1py"])
def test_functions_of_two_operands_are_those_of_pytorch(name):
    first, second = np.meshgrid(
        [0.0, 0.5, 1.0, 2.0, 3.5, 40.0, -1.0], [0.0, 0.3, 1.0, 2.5, 30.0, -0.5, -1.0, -2.0]
    )
    with np.errstate(all="ignore"):
        ours = getattr(special, name)(tensor(first), tensor(second))
    agree(
        ours,
        getattr(torch.special, name)(torch.from_numpy(first), torch.from_numpy(second)),
        rtol=1e-6,
        atol=1e-9,
    )


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("entr", ([0.0, 0.5, -1.0, NAN],)), ("xlog1py", ([0.0, 0.0, 2.0], [-1.0, -2.0, 3.0])), ("i1e", ([0.0, -2.0],)),
        ("erfcx", ([-3.0, 0.0, 40.0],)), ("log_ndtr", ([-40.0, 0.0, 9.0],)), ("ndtri", ([0.01, 0.5],)),
    ],
)  # fmt: skip
def test_gradients_at_edges_are_those_of_pytorch(name, operands):
    here = [tensor(values, dtype="float64", requires_grad=True) for values in operands]
    there = [torch.tensor(values, dtype=torch.float64, requires_grad=True) for values in operands]
    getattr(special, name)(*here).sum().backward()
    getattr(torch.special, name)(*there).sum().backward()
    for ours, theirs in zip(here, there, strict=True):
        np.testing.assert_allclose(ours.grad.numpy(), theirs.grad.numpy(), rtol=1e-9)


def test_the_parameter_of_an_incomplete_gamma_function_has_no_gradient():
    for function in (dl.igamma, dl.igammac, special.zeta):
        out = function(dl.ones(2, requires_grad=True) * 2, dl.ones(2))
        with pytest.raises(NotImplementedError, match="detach"):
            out.sum().backward()


def test_what_no_formula_gives_says_which_package_brings_it():
    with pytest.raises(dl.errors.MissingFunctionError, match="special_airy_ai"):
        special.airy_ai(dl.ones(2, device="strict"))


def test_the_multivariate_gamma_function_of_one_dimension_is_the_gamma_function():
    x = tensor([0.7, 4.2], dtype="float64")
    np.testing.assert_allclose(dl.mvlgamma(x, 1).numpy(), dl.lgamma(x).numpy())
    assert dl.mvlgamma(tensor(3.0, dtype="float64"), 2).item() == pytest.approx(
        0.5 * math.log(math.pi) + math.lgamma(3.0) + math.lgamma(2.5)
    )
    with pytest.raises(RuntimeError, match="p="):
        dl.mvlgamma(x, 0)
