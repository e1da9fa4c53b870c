"""Truths about ops/complex.py: values and gradients on complex numbers."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import tensor
from deep_learner.ops import complex as complex_

VALUES = np.array([1 + 2j, -0.5 + 0.3j, -2 - 1j, 3 + 0j])


@pytest.mark.parametrize("name", ["real", "imag", "angle"])
def test_parts_and_their_gradients_are_those_of_pytorch(name):
    from tests.ops.oracle import assert_like_torch, torch

    assert_like_torch(getattr(complex_, name), getattr(torch, name), VALUES)


def test_conjugation_is_its_own_inverse():
    z = tensor(VALUES)
    np.testing.assert_array_equal(complex_.conj(complex_.conj(z)).numpy(), VALUES)
    np.testing.assert_array_equal(complex_.conj(z).numpy(), VALUES.conj())


def test_gradient_of_the_squared_modulus_is_twice_the_number():
    z = tensor(VALUES, requires_grad=True)
    complex_.real(z * complex_.conj(z)).backward()
    np.testing.assert_allclose(z.grad.numpy(), 2 * VALUES)


def test_real_numbers_have_no_imaginary_part():
    with pytest.raises(RuntimeError, match="complex"):
        complex_.imag(tensor([1.0]))


def test_conjugate_of_real_numbers_is_a_copy():
    x = tensor([1.0, 2.0])
    assert complex_.conj(x).tolist() == [1.0, 2.0]


def test_angle_of_real_numbers_is_zero_or_pi_with_a_zero_gradient():
    x = tensor([-2, 0, 3])
    assert complex_.angle(x).tolist() == pytest.approx([np.pi, 0.0, 0.0])
    y = tensor([-2.0, 3.0], requires_grad=True)
    complex_.angle(y).backward()
    assert y.grad.tolist() == [0.0, 0.0]


def test_hermitian_transpose_is_of_matrices_alone():
    from tests.ops.refusals import assert_refused_alike

    z = tensor(VALUES.reshape(2, 2))
    np.testing.assert_array_equal(z.H.numpy(), VALUES.reshape(2, 2).conj().T)
    assert_refused_alike(lambda lib, x: x.H, VALUES)
    assert_refused_alike(lambda lib, x: x[None].H, VALUES.reshape(2, 2))
    assert_refused_alike(lambda lib, x: x.mH, VALUES)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("device", ["cpu", "strict:1"])
def test_complex_number_is_true_unless_it_is_zero(device):
    z = tensor([1j, 0j, 2.0, complex("nan")], device=device)
    assert z.to(dl.bool).tolist() == z.bool().tolist() == [True, False, True, True]
    assert z[:1].all().item() is True and z[1:2].any().item() is False
