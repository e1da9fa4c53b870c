"""Truths about window functions: SciPy's values, PyTorch's errors."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.signal import windows

COEFFICIENTS = [0.3, 0.5, 0.15, 0.05]
# Each of PyTorch's windows, and the one of SciPy's that it is, with its options.
WINDOWS = {
    "bartlett": ("bartlett", {}),
    "blackman": ("blackman", {}),
    "cosine": ("cosine", {}),
    "exponential": ("exponential", {"tau": 2.5}),
    "gaussian": ("gaussian", {"std": 1.5}),
    "general_cosine": ("general_cosine", {"a": COEFFICIENTS}),
    "general_hamming": ("general_hamming", {"alpha": 0.6}),
    "hamming": ("hamming", {}),
    "hann": ("hann", {}),
    "kaiser": ("kaiser", {"beta": 9.0}),
    "nuttall": ("nuttall", {}),
}
LENGTHS = [(M, sym) for M in (0, 1, 2, 7, 8) for sym in (True, False)]


@pytest.mark.parametrize("name", sorted(WINDOWS))
def test_windows_are_those_of_scipy(name):
    import scipy.signal

    scipys, options = WINDOWS[name]
    for M, sym in LENGTHS:
        # Of a periodic exponential window SciPy lays the center elsewhere.
        center = {"center": M / 2} if name == "exponential" and not sym and M > 1 else {}
        expected = getattr(scipy.signal.windows, scipys)(M, **options, **center, sym=sym)
        found = getattr(windows, name)(M, **options, sym=sym, dtype=dl.float64)
        assert found.dtype is dl.float64
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "scipys", "args", "options"),
    [
        ("bartlett_window", "bartlett", (), {}),
        ("blackman_window", "blackman", (), {}),
        ("hamming_window", "general_cosine", (0.6, 0.3), {"a": (0.6, 0.3)}),
        ("hann_window", "hann", (), {}),
        ("kaiser_window", "kaiser", (5.0,), {"beta": 5.0}),
    ],
)
def test_windows_at_top_level_are_periodic_by_default(name, scipys, args, options):
    import scipy.signal

    for length in (0, 1, 2, 7, 8):
        for given in ((), (False, *args), (True, *args)):
            if given or not args:
                expected = getattr(scipy.signal.windows, scipys)(length, **options, sym=given[:1] == (False,))
                found = getattr(dl, name)(length, *given)
                assert found.dtype is dl.float32
                if length == 1:
                    expected = [1.0]
                np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5, atol=1e-7)


def test_center_of_a_periodic_exponential_window_may_be_chosen():
    found = windows.exponential(3, center=0.5, tau=2, sym=False, dtype=dl.float64)
    np.testing.assert_allclose(found.numpy(), np.exp(-np.abs(np.arange(3) - 0.5) / 2))
    assert windows.exponential(1, center=0.5, tau=2, sym=False).item() == pytest.approx(np.exp(-0.25))


def test_kaiser_window_of_any_beta_is_finite():
    made = windows.kaiser(5, beta=2000.0)
    assert made[2].item() == 1 and 0 <= made[0].item() < 1e-30


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_window_has_the_dtype_and_place_asked_for(dtype):
    made = dl.hann_window(4, dtype=dtype, requires_grad=True)
    assert (
        made.dtype.name == dtype and made.requires_grad and made.tolist() == pytest.approx([0, 0.5, 1, 0.5])
    )
    assert windows.hann(4, device="strict:1").device == "strict:1"


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.hann_window(-1),
        lambda lib: lib.kaiser_window(4, dtype=lib.int32),
        lambda lib: lib.bartlett_window(4.0),
        lambda lib: lib.signal.windows.hann(-1),
        lambda lib: lib.signal.windows.gaussian(4.0),
        lambda lib: lib.signal.windows.hann(4, True),
        lambda lib: lib.signal.windows.kaiser(4, dtype=lib.float16),
        lambda lib: lib.signal.windows.blackman(4, dtype=lib.complex64),
        lambda lib: lib.signal.windows.exponential(4, tau=0),
        lambda lib: lib.signal.windows.exponential(4, center=1.0),
        lambda lib: lib.signal.windows.gaussian(4, std=-1.0),
        lambda lib: lib.signal.windows.kaiser(4, beta=-1.0),
        lambda lib: lib.signal.windows.general_cosine(4, a=2.0),
        lambda lib: lib.signal.windows.general_cosine(4, a=[]),
        lambda lib: lib.signal.windows.general_cosine(4),
    ],
)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call)
