"""complex32 on NumPy, which ml_dtypes brings: operations compute in complex64 and give complex32 back."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

pytestmark = [
    pytest.mark.needs("deep_learner_numpy"),
    pytest.mark.skipif(
        not hasattr(
            pytest.importorskip("ml_dtypes", reason="NumPy has it with ml_dtypes alone"), "complex32"
        ),
        reason="ml_dtypes has complex32 from 0.6 on",
    ),
]
NUMBERS = [[1 + 2j, -0.5j], [3 - 1j, 0.25 + 0j]]

CALLS = {
    "multiply": lambda lib, x: x * x + 1j,
    "beside a number": lambda lib, x: x * 0.5,
    "beside float16": lambda lib, x: x * lib.ones(2, dtype=lib.float16),
    "beside float32": lambda lib, x: x * lib.ones(2, dtype=lib.float32),
    "real": lambda lib, x: x.real,
    "imag": lambda lib, x: x.imag,
    "parts": lambda lib, x: lib.view_as_real(x),
    "conj": lambda lib, x: x.conj().resolve_conj(),
    "equal": lambda lib, x: x == x[0],
    "transposed": lambda lib, x: x.T[1],
    "joined": lambda lib, x: lib.cat([x, x]),
    "picked": lambda lib, x: x[lib.tensor([1, 0])],
    "wider": lambda lib, x: x.to(lib.complex128),
    "windows": lambda lib, x: x.unfold(1, 1, 1),
    "zeros": lambda lib, x: lib.zeros_like(x),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:ComplexHalf support:UserWarning")
@pytest.mark.parametrize("name", CALLS)
def test_results_are_pytorchs(name):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    ours = CALLS[name](dl, dl.tensor(NUMBERS).chalf())
    theirs = CALLS[name](torch, torch.tensor(NUMBERS).chalf())
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    np.testing.assert_allclose(np.array(ours.tolist()), np.array(theirs.tolist()), rtol=2e-3)


def test_parts_are_views():
    x = dl.tensor(NUMBERS, dtype=dl.complex32)
    x.real[0, 0] = 7.0
    assert x[0, 0].item() == 7 + 2j
    x[1] = 0
    assert x.imag.tolist() == [[2.0, -0.5], [0.0, 0.0]]


def test_gradients_come_back_in_its_dtype():
    x = dl.tensor(NUMBERS, dtype=dl.complex32, requires_grad=True)
    wide = dl.tensor(NUMBERS, requires_grad=True)
    for leaf in (x, wide):
        (leaf * leaf).abs().sum().backward()
    assert x.grad.dtype is dl.complex32
    np.testing.assert_allclose(x.grad.to(dl.complex64).numpy(), wide.grad.numpy(), rtol=4e-3)


def test_it_prints_and_names_itself():
    x = dl.tensor([1 + 2j]).chalf()
    assert "1.+2.j" in repr(x)
    assert x.type() == "complex32"
    assert dl.finfo(dl.complex32).max == 65504.0


@pytest.mark.parametrize(
    "other", ["bool_", "int64", "float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
)
def test_it_is_promoted_as_in_pytorch(other):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    name = other.rstrip("_")
    ours = dl.promote_types(dl.complex32, name)
    assert ours.name == str(torch.promote_types(torch.complex32, getattr(torch, name))).removeprefix("torch.")
