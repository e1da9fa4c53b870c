"""Truths about ops/short_time_fourier.py: PyTorch's spectra, and the signals that belong to them."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

GENERATOR = np.random.default_rng(0)
SIGNAL = GENERATOR.uniform(-2, 2, (2, 21))
WINDOW = GENERATOR.uniform(0.5, 1, 8)
COMPLEX = GENERATOR.uniform(-1, 1, 8) * 1j
OPTIONS = [
    {},
    {"hop_length": 3, "normalized": True},
    {"win_length": 5, "window": WINDOW[:5]},
    {"win_length": 6},
    {"window": WINDOW, "center": False, "onesided": False},
    {"window": WINDOW, "pad_mode": "constant", "return_complex": False},
    {"window": WINDOW + COMPLEX, "pad_mode": "circular", "return_complex": None},
    {"window": WINDOW[:4], "win_length": 4, "center": False, "align_to_window": True},
]


def of(lib, name, options):
    """A transform of a library as a function of the signal, and of the window where there is one."""
    options = {"return_complex": True} | options

    def call(input, window=None):
        return getattr(lib, name)(input, 8, **(options | {"window": window}))

    return call


@pytest.mark.filterwarnings("ignore:A window was not provided", "ignore:stft with return_complex")
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "defaults")
def test_spectra_and_their_gradients_are_those_of_pytorch(options):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    window = [options["window"]] if "window" in options else []
    for signal in (SIGNAL, SIGNAL[0]):
        assert_outputs_like_torch(of(dl, "stft", options), of(torch, "stft", options), signal, *window)
    numbers = SIGNAL + 1j * SIGNAL[::-1]
    assert_outputs_like_torch(of(dl, "stft", options), of(torch, "stft", options), numbers, *window)


@pytest.mark.filterwarnings("ignore:A window was not provided", "ignore:The length of signal")
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"hop_length": 3, "normalized": True, "length": 15},
        {"win_length": 5, "window": WINDOW[:5]},
        {"window": WINDOW, "center": False, "length": 25},
        {"window": WINDOW, "onesided": False},
        {"window": WINDOW, "onesided": False, "return_complex": True},
        {"window": WINDOW + COMPLEX, "onesided": False, "return_complex": True},
    ],
    ids=lambda options: " ".join(options) or "defaults",
)
def test_signals_and_their_gradients_are_those_of_pytorch(options):
    from tests.ops.oracle import torch
    from tests.ops.outputs import assert_outputs_like_torch

    options = {"return_complex": False} | options
    bins = 8 if options.get("onesided") is False else 5
    spectra = GENERATOR.uniform(-1, 1, (2, bins, 7)) + 1j * GENERATOR.uniform(-1, 1, (2, bins, 7))
    window = [options["window"]] if "window" in options else []
    for numbers in (spectra, spectra[0]):
        assert_outputs_like_torch(of(dl, "istft", options), of(torch, "istft", options), numbers, *window)


@pytest.mark.needs("deep_learner_numpy")
@pytest.mark.parametrize("place", ["cpu", "strict:1"])
def test_signal_comes_back_from_its_spectra(place):
    x = dl.tensor(SIGNAL, device=place)
    window = dl.hann_window(8, dtype=dl.float64, device=place)
    spectra = x.stft(8, window=window, return_complex=True)
    back = spectra.istft(8, window=window, length=21)
    assert back.device == place
    np.testing.assert_allclose(back[:, :20].numpy(), SIGNAL[:, :20])


def test_samples_that_no_frame_reaches_are_zero_with_a_warning():
    spectra = dl.stft(dl.tensor(SIGNAL), 8, return_complex=True)
    with pytest.warns(UserWarning, match="zeros are added for its last 6 samples"):
        assert dl.istft(spectra, 8, length=30)[:, -6:].abs().sum().item() == 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x, w: lib.stft(x, 8),
        lambda lib, x, w: lib.stft(x, 8, window=w + 0j, onesided=True),
        lambda lib, x, w: lib.stft(x.long(), 8, center=False, return_complex=True),
        lambda lib, x, w: lib.stft(x.half(), 8, center=False, return_complex=True),
        lambda lib, x, w: lib.stft(x[None], 8, center=False, return_complex=True),
        lambda lib, x, w: lib.stft(x, 0, return_complex=True),
        lambda lib, x, w: lib.stft(x, 50, center=False, return_complex=True),
        lambda lib, x, w: lib.stft(x, 50, return_complex=True),
        lambda lib, x, w: lib.stft(x, 8, hop_length=0, return_complex=True),
        lambda lib, x, w: lib.stft(x, 8, win_length=9, return_complex=True),
        lambda lib, x, w: lib.stft(x, 8, window=w[:7], return_complex=True),
        lambda lib, x, w: lib.stft(x, 8, pad_mode="mirror", return_complex=True),
        lambda lib, x, w: lib.stft(x, 8, align_to_window=True, return_complex=True),
        lambda lib, x, w: lib.stft(x, 8.0, return_complex=True),
        lambda lib, x, w: lib.istft(x, 8),
        lambda lib, x, w: lib.istft(x[:, :0] + 0j, 8),
        lambda lib, x, w: lib.istft(x + 0j, 8),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, hop_length=9),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, window=w[:7]),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, window=w + 0j),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, window=w * 0),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, return_complex=True),
        lambda lib, x, w: lib.istft(lib.stft(x, 8, return_complex=True), 8, onesided=False),
    ],
)
def test_what_pytorch_refuses_is_refused(call):
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, SIGNAL, WINDOW)
