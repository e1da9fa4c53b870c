"""Truths about ops/complex_parts.py: what complex numbers are made of, and the memory that they share with it."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

EDGES = np.array([0.0, -0.0, 1.5, -2.0, np.inf, -np.inf, np.nan])
NUMBERS = (np.arange(24) * (1 - 0.5j)).reshape(4, 6)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("place", ["cpu", "strict"])
def test_parts_are_kept_whatever_they_are(place):
    real, imag = np.meshgrid(EDGES, EDGES)
    made = dl.complex(dl.tensor(real, device=place), dl.tensor(imag, device=place)).numpy()
    np.testing.assert_array_equal(made.real, real)
    np.testing.assert_array_equal(made.imag, imag)


@pytest.mark.parametrize("name", ["complex", "polar"])
def test_parts_get_the_gradients_of_pytorch(name):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch, floats

    first = np.abs(floats(4, 1))
    assert_outputs_like_torch(getattr(dl, name), getattr(torch, name), first, floats(3, seed=1))


def test_negative_absolute_value_lies_on_the_other_side():
    """PyTorch 2.13 gives the gradient of its absolute value the wrong sign there."""
    size = dl.tensor([-2.0], requires_grad=True)
    made = dl.polar(size, dl.tensor([0.0]))
    made.real.backward()
    assert made.tolist() == [-2] and size.grad.tolist() == [1]


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x, z: lib.complex(x, x.float()),
        lambda lib, x, z: lib.complex(x.long(), x.long()),
        lambda lib, x, z: lib.complex(z, z),
        lambda lib, x, z: lib.complex(x, 1.0),
        lambda lib, x, z: lib.complex(x, x[:, :3]),
        lambda lib, x, z: lib.polar(x, x.float()),
        lambda lib, x, z: lib.polar(x.long(), x.long()),
        lambda lib, x, z: lib.view_as_real(x),
        lambda lib, x, z: lib.view_as_complex(x),
        lambda lib, x, z: lib.view_as_complex(x[:, :2].long()),
        lambda lib, x, z: lib.view_as_complex(z[:, :2]),
        lambda lib, x, z: lib.view_as_complex(x[0, 0]),
    ],
)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, NUMBERS.real.copy(), NUMBERS)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize(
    "numbers", [NUMBERS, NUMBERS.T, NUMBERS[::-1, ::-2], NUMBERS[0, :1], np.asarray(NUMBERS[1, 1])]
)
def test_parts_are_views_of_the_numbers_memory(numbers):
    z = dl.from_numpy(numbers.copy(order="K"))
    parts = dl.view_as_real(z)
    parts[..., 1] = 7.0
    dl.view_as_complex(parts).mul_(2.0)
    np.testing.assert_array_equal(z.numpy(), 2 * (numbers.real + 7j))


@pytest.mark.needs("deep_learner_numpy")
def test_pairs_that_do_not_lie_side_by_side_are_no_complex_numbers():
    with pytest.raises(RuntimeError, match="contiguous"):
        dl.view_as_complex(dl.ones(2, 4).T)
    assert dl.view_as_complex(dl.ones(2, 4).T.contiguous()).tolist() == [1 + 1j] * 4


def test_gradients_pass_through_views_of_parts():
    z = dl.tensor(NUMBERS, requires_grad=True)
    out = dl.view_as_complex(dl.view_as_real(z) * dl.tensor([2.0, 3.0], dtype="float64"))
    out.backward(dl.tensor(NUMBERS))
    np.testing.assert_allclose(z.grad.numpy(), 2 * NUMBERS.real + 3j * NUMBERS.imag)


def test_conjugation_is_never_put_off():
    z = dl.tensor(NUMBERS)
    assert not dl.is_conj(z.conj()) and not z.conj().imag.is_neg()
    assert dl.resolve_conj(z) is z and z.resolve_neg() is z


def test_sign_and_conjugate_may_be_written_in_place():
    z = dl.tensor([3 + 4j, 0j])
    assert z.conj_physical_() is z and z.tolist() == [3 - 4j, 0]
    np.testing.assert_allclose(z.sgn_().numpy(), [0.6 - 0.8j, 0], rtol=1e-6)
    assert dl.tensor([-2, 0, 3]).sgn().tolist() == [-1, 0, 1]
