"""Dropout."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.random import dropout_noise

__all__ = ["dropout"]


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set elements to zero with probability `p`, and divide the others by ``1 - p``.

    Parameters
    ----------
    input
        Any shape, floating.
    p
        The probability of a zero.
    training
        If false, the input is returned as it is.
    inplace
        Whether to write the result into `input`.

    Returns
    -------
    Tensor
        The shape of `input`. After ``manual_seed``, the zeros are those of PyTorch on the CPU.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.

    References
    ----------
    Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors" (2012),
    https://arxiv.org/abs/1207.0580.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if p == 0 or not training or input.numel() == 0:
        return input
    noise = dropout_noise(input, p)
    return input.mul_(noise) if inplace else input * noise
