"""Truths about ops/fourier*.py: the transforms, what they accept and refuse, are PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

GENERATOR = np.random.default_rng(0)
REAL = GENERATOR.uniform(-2, 2, (3, 4, 5))
COMPLEX = REAL + 1j * GENERATOR.uniform(-2, 2, REAL.shape)
KINDS = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
FROM_REAL = ("rfft", "ihfft")
ONE = ({}, {"n": 3, "dim": 0}, {"n": 7, "dim": -2, "norm": "ortho"}, {"norm": "forward"})
SEVERAL = (
    {},
    {"s": (3, -1), "dim": (0, 2)},
    {"s": (6, 2), "norm": "forward"},
    {"dim": (1, -3), "norm": "ortho"},
)
CALLS = [
    pytest.param(kind + form, options, id=f"{kind}{form} {options}")
    for kind in KINDS
    for form, choices in (("", ONE), ("2", SEVERAL), ("n", SEVERAL))
    for options in choices
]


@pytest.mark.parametrize(("name", "options"), CALLS)
def test_transforms_and_their_gradients_are_those_of_pytorch(name, options):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    for numbers in (REAL, COMPLEX[::-1]):
        if numbers.dtype.kind == "f" or name.rstrip("2n") not in FROM_REAL:
            assert_outputs_like_torch(
                getattr(dl.fft, name), getattr(torch.fft, name), numbers.copy(), **options
            )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["bool", "int16", "float32", "complex64"])
def test_single_precision_stays_single_and_integers_become_it(kind, dtype):
    from tests.ops.oracle import torch

    if dtype == "complex64" and kind in FROM_REAL:
        return
    numbers = COMPLEX.astype(dtype) if dtype == "complex64" else REAL.astype(dtype)
    expected = getattr(torch.fft, kind)(torch.tensor(numbers))
    found = getattr(dl.fft, kind)(dl.tensor(numbers))
    assert found.dtype.name == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(found.numpy(), expected.resolve_conj().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: lib.fft.fft(x, 0),
        lambda lib, x: lib.fft.fft(x, 2.5),
        lambda lib, x: lib.fft.fft(x, dim=3),
        lambda lib, x: lib.fft.fft(x, norm="unitary"),
        lambda lib, x: lib.fft.fft(x[0, 0, 0]),
        lambda lib, x: lib.fft.fft(x.half()),
        lambda lib, x: lib.fft.fft([1.0, 2.0]),
        lambda lib, x: lib.fft.rfft(x + 0j),
        lambda lib, x: lib.fft.ihfft2(x + 0j),
        lambda lib, x: lib.fft.irfft(x[..., :1]),
        lambda lib, x: lib.fft.fftn(x, dim=(0, -3)),
        lambda lib, x: lib.fft.fftn(x, s=(1, 2, 3, 4)),
        lambda lib, x: lib.fft.ifftn(x, s=(1,), dim=(0, 1)),
        lambda lib, x: lib.fft.rfftn(x, dim=()),
        lambda lib, x: lib.fft.hfftn(x, dim=()),
        lambda lib, x: lib.fft.fftfreq(-1),
        lambda lib, x: lib.fft.rfftfreq(4, dtype=lib.int64),
        lambda lib, x: lib.fft.fftshift(x, 3),
    ],
)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, REAL)


def test_no_dimension_transforms_nothing_but_the_dtype():
    x = dl.tensor([1, 2])
    assert dl.fft.fftn(x, dim=()).tolist() == [1, 2] and dl.fft.ifftn(x, s=()).dtype is dl.complex64


def test_result_may_be_written_into_a_given_tensor():
    out = dl.empty(3, dtype=dl.complex128)
    assert dl.fft.rfft(dl.tensor(REAL[0, :, 0]), out=out) is out
    np.testing.assert_allclose(out.numpy(), np.fft.rfft(REAL[0, :, 0]))


@pytest.mark.parametrize("n", [0, 1, 2, 7, 8])
@pytest.mark.parametrize("name", ["fftfreq", "rfftfreq"])
def test_frequencies_are_those_of_pytorch(name, n):
    from tests.ops.oracle import torch

    for options in ({}, {"d": 0.3, "dtype": "float64"}, {"d": 2, "dtype": "float16", "requires_grad": True}):
        found = getattr(dl.fft, name)(n, **options)
        if "dtype" in options:
            options = options | {"dtype": getattr(torch, options["dtype"])}
        expected = getattr(torch.fft, name)(n, **options)
        assert found.requires_grad is expected.requires_grad
        assert found.dtype.name == str(expected.dtype).removeprefix("torch.")
        np.testing.assert_allclose(found.numpy(force=True), expected.detach().numpy(), rtol=1e-3 if n else 0)


@pytest.mark.parametrize("dim", [None, 1, (0, -1), (2, 2)])
@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
def test_shifts_are_those_of_pytorch(name, dim):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    assert_outputs_like_torch(getattr(dl.fft, name), getattr(torch.fft, name), REAL, dim=dim)


@pytest.mark.parametrize("place", ["strict", "strict:1"])
def test_other_arrays_are_transformed_where_they_are(place):
    x = dl.tensor(REAL, device=place, requires_grad=True)
    out = dl.fft.irfft2(dl.fft.hfft(dl.fft.fft(x)))
    out.backward(dl.ones_like(out))
    assert out.device == x.grad.device == place


@pytest.mark.parametrize("numbers", [REAL[0, 0], COMPLEX[0, 0]])
def test_transform_undoes_its_inverse(numbers):
    for norm in ("backward", "ortho", "forward"):
        back = dl.fft.ifft(dl.fft.fft(dl.tensor(numbers), norm=norm), norm=norm)
        np.testing.assert_allclose(back.numpy(), numbers)
