"""Fourier transforms of a signal's overlapping frames, and the signal that such transforms belong to.

Frame t holds the `n_fft` samples from t * hop_length on, weighed by a window of `win_length` in its middle. Frames that
are laid over one another again, weighed once more and divided by the sum of the squared windows, give the signal:
D. Griffin, J. Lim, "Signal estimation from modified short-time Fourier transform", 1984.
https://pytorch.org/docs/stable/generated/torch.stft.html, .../torch.istft.html
"""

from __future__ import annotations

from ..dtypes import COMPLEX, REAL
from ..tensor import Tensor
from .complex_parts import view_as_real
from .fourier import fft_c2c, fft_c2r, fft_r2c
from .fourier_arguments import as_complex, promoted
from .frames import Frames
from .messages import describe
from .padding import pad
from .shape import transpose


def stft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    pad_mode: str = "reflect",
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> Tensor:
    """The short-time Fourier transform: one transform for each frame of a signal.

    Parameters
    ----------
    input
        Signals: (L) or (B, L), real or complex.
    n_fft
        The number of samples in a frame, and of points in its transform.
    hop_length
        The number of samples from one frame to the next; ``n_fft // 4`` by default.
    win_length
        The length of the window, which stands in the middle of the frame; ``n_fft`` by default.
    window
        (win_length), real or complex; ones by default.
    center
        Whether frame t has sample ``t * hop_length`` in its middle, for which the signal is continued by ``n_fft // 2``
        samples at both ends.
    pad_mode
        How it is continued: a mode of ``nn.functional.pad``.
    normalized
        Whether to divide by ``sqrt(n_fft)``.
    onesided
        Whether to give ``n_fft // 2 + 1`` of the ``n_fft`` frequencies, which say all about a real signal; by default
        if signal and window are real.
    return_complex
        Whether the result is complex; else real and imaginary part are side by side in a last dimension of size 2. Must
        be given if signal and window are real.
    align_to_window
        Without `center`, whether the first window (rather than the first frame) begins with the signal.

    Returns
    -------
    Tensor
        (B, frequencies, frames), without B for a single signal.

    Raises
    ------
    RuntimeError
        For a signal of another shape or shorter than a frame; sizes that are not positive, a window that does
        not fit; `onesided` for complex numbers; `align_to_window` beside `center`; no `return_complex` where it is
        needed.
    NotImplementedError
        For a signal of integers, or an unknown `pad_mode`.
    """
    if center and align_to_window is not None:
        raise RuntimeError("stft align_to_window should only be set when center = false")
    kind = "complex" if input.is_complex() or (window is not None and window.is_complex()) else "real"
    if return_complex is None and kind == "real":
        raise RuntimeError(
            "stft requires the return_complex parameter be given for real inputs: write return_complex=True"
        )
    if onesided and kind == "complex":
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if input.dtype.kind not in (REAL, COMPLEX):
        raise NotImplementedError(
            f"stft: expected floating point or complex values. Received: {describe(input)}"
        )
    if input.ndim not in (1, 2):
        raise RuntimeError(f"stft: expected a 1D or 2D tensor. Received: {describe(input)}")
    frames = Frames.of(n_fft, hop_length, win_length)
    signals = promoted("stft", input if input.ndim == 2 else input[None])
    if center:
        signals = pad(signals, (frames.n_fft // 2,) * 2, pad_mode)
    length = signals.shape[-1]
    if not 0 < frames.n_fft <= length:
        raise RuntimeError(f"stft: expected 0 < n_fft <= {length}, but got n_fft={frames.n_fft}")
    if frames.hop_length <= 0:
        raise RuntimeError(f"stft: expected hop_length > 0, but got hop_length={frames.hop_length}")
    weights = frames.window("stft", window, input)
    framed = frames.win_length if align_to_window else frames.n_fft
    count = 1 + (length - framed) // frames.hop_length
    picked = frames.cut(frames.filled(signals) if align_to_window else signals, count)
    if weights is not None:
        picked = picked * weights
    norm = "ortho" if normalized else "backward"
    if onesided or (onesided is None and kind == "real"):
        spectra = fft_r2c(picked, (2,), norm)
    else:
        spectra = fft_c2c(as_complex(picked), (2,), norm)
    spectra = transpose(spectra, 1, 2)
    if input.ndim == 1:
        spectra = spectra[0]
    return spectra if return_complex or return_complex is None else view_as_real(spectra)


def istft(
    input: Tensor,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Tensor | None = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> Tensor:
    """The inverse of :func:`stft`: the signal whose transform is closest to `input`.

    Parameters
    ----------
    input
        (frequencies, frames) or (B, frequencies, frames), complex.
    n_fft, hop_length, win_length, window, center, normalized, onesided
        As they were for :func:`stft`; `hop_length` at most `win_length`.
    length
        The length of the signal; by default as far as the frames reach, less what `center` added.
    return_complex
        Whether the signal is complex.

    Returns
    -------
    Tensor
        (L) or (B, L), real or complex.

    Raises
    ------
    RuntimeError
        If the input is not complex, of another shape or empty; for sizes and windows as :func:`stft`; if the windows
        leave out a part of the signal; if a complex window shall give a real signal, or a half spectrum a complex one.
    """
    if not input.is_complex():
        raise RuntimeError(
            "istft requires a complex-valued input tensor matching the output from stft with return_complex=True. "
            f"Received: {describe(input)}"
        )
    if not input.numel() or input.ndim not in (2, 3):
        raise RuntimeError(
            f"istft: expected a tensor with 2 or 3 dimensions, not empty. Received: {describe(input)}"
        )
    frames = Frames.of(n_fft, hop_length, win_length)
    size, bins = frames.n_fft, input.shape[-2]
    half = bins != size if onesided is None else onesided
    if bins != (size // 2 + 1 if half else size):
        wanted = (
            f"n_fft // 2 + 1 = {size // 2 + 1} when onesided=True"
            if half
            else f"n_fft = {size} when onesided=False"
        )
        raise RuntimeError(
            f"istft: expected the frequency dimension of the input tensor to match {wanted}, but got {bins}"
        )
    if not 0 < frames.hop_length <= frames.win_length:
        raise RuntimeError(
            f"istft: expected 0 < hop_length <= win_length={frames.win_length}, but got hop_length={frames.hop_length}"
        )
    weights = frames.window("istft", window, input)
    if return_complex and half:
        raise RuntimeError("Cannot have onesided output if window or input is complex")
    if window is not None and window.is_complex() and not return_complex:
        raise RuntimeError("Complex windows are incompatible with return_complex=False")
    spectra = transpose(input if input.ndim == 3 else input[None], 1, 2)
    norm = "ortho" if normalized else "backward"
    if return_complex:
        signals = fft_c2c(spectra, (2,), norm, True)
    else:
        signals = fft_c2r(spectra[..., : size // 2 + 1], (2,), norm, size)
    made = frames.overlapped(signals, weights, size // 2 if center else 0, length)
    return made if input.ndim == 3 else made[0]
