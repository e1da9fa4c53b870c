"""Frames of a signal, one every few samples: cut out of it, weighed by a window, and laid over one another again."""

from __future__ import annotations

import operator
import warnings
from typing import NamedTuple

from ..tensor import Tensor
from .arithmetic import abs
from .filling import ones, zeros
from .padding import constant_pad_nd
from .reduction import any
from .windows import unfold, unfold_backward

LEAST_OVERLAP = 1e-11  # of squared windows, below which the signal cannot be recovered


class Frames(NamedTuple):
    """Sizes in samples: of a frame, from one to the next, of the window in its middle."""

    n_fft: int
    hop_length: int
    win_length: int

    @staticmethod
    def of(n_fft: int, hop_length: int | None, win_length: int | None) -> Frames:
        """Frames with PyTorch's defaults: a quarter of a frame from one to the next, windows of a whole one."""
        size = operator.index(n_fft)
        hop = size // 4 if hop_length is None else operator.index(hop_length)
        return Frames(size, hop, size if win_length is None else operator.index(win_length))

    def window(self, function: str, window: Tensor | None, beside: Tensor) -> Tensor | None:
        """The window with zeros around it, as long as a frame; None if it changes nothing.

        Raises
        ------
        RuntimeError
            If it has not the length that was named, or is longer than a frame.
        """
        if not 0 < self.win_length <= self.n_fft:
            raise RuntimeError(
                f"{function}: expected 0 < win_length <= n_fft={self.n_fft}, but got win_length={self.win_length}"
            )
        if window is not None and tuple(window.shape) != (self.win_length,):
            raise RuntimeError(
                f"{function}: expected a 1D window tensor of size equal to win_length={self.win_length}, but got "
                f"window with size {list(window.shape)}"
            )
        if self.win_length == self.n_fft:
            return window
        if window is None:
            window = ones(self.win_length, dtype=beside.dtype.to_real(), device=beside.device)
        return self.filled(window)

    def filled(self, x: Tensor) -> Tensor:
        """Zeros at both ends of the last dimension, as many as make a window a frame."""
        missing = self.n_fft - self.win_length
        return constant_pad_nd(x, (missing // 2, missing - missing // 2))

    def cut(self, signals: Tensor, count: int) -> Tensor:
        """The first `count` frames of signals: (B, L) -> (B, count, n_fft)."""
        return unfold(signals, 1, self.n_fft, self.hop_length)[:, :count]

    def overlapped(self, pieces: Tensor, weights: Tensor | None, start: int, length: int | None) -> Tensor:
        """Frames laid over one another, weighed once more: (B, count, n_fft) -> (B, length) from sample `start` on.

        Without `length`, as many samples are left out at the end as before `start`.

        Raises
        ------
        RuntimeError
            If the windows leave out a sample.
        """
        count = pieces.shape[1]
        whole = self.n_fft + self.hop_length * (count - 1)
        end = whole - start if length is None else start + operator.index(length)
        if weights is None:
            weights = ones(self.n_fft, dtype=pieces.dtype.to_real(), device=pieces.device)
        squares = weights * weights + zeros(1, count, self.n_fft, dtype=weights.dtype, device=weights.device)
        overlap = self._added(squares, whole)[:, start:end]
        if not overlap.numel() or bool(any(abs(overlap) < LEAST_OVERLAP)):
            raise RuntimeError(
                "istft: window overlap add min: the squared windows add up to less than 1e-11 at a sample of the "
                "signal, which cannot be recovered. Take a window without zeros at its ends, a smaller hop_length or "
                "center=True"
            )
        made = self._added(pieces * weights, whole)[:, start:end] / overlap
        if end <= whole:
            return made
        warnings.warn(
            "The length of signal is shorter than the length parameter: zeros are added for its last "
            f"{end - whole} samples. Please check your center, hop_length settings.",
            UserWarning,
            stacklevel=4,
        )
        return constant_pad_nd(made, (0, end - whole))

    def _added(self, pieces: Tensor, length: int) -> Tensor:
        return unfold_backward(pieces, (pieces.shape[0], length), 1, self.n_fft, self.hop_length)
