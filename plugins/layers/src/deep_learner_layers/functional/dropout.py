"""Dropout: of elements, of channels, and towards a value that keeps mean and variance."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Final

from deep_learner import Tensor
from deep_learner.random import dropout_noise
from deep_learner.typing import Shape

__all__ = ["alpha_dropout", "dropout", "dropout1d", "dropout2d", "dropout3d", "feature_alpha_dropout"]

SELU_LIMIT: Final = 1.7580993408473766  # minus the value of selu at -infinity


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
    return _dropped(input, p, training, inplace, tuple(input.shape))


def _dropped(input: Tensor, p: float, training: bool, inplace: bool, shape: Shape) -> Tensor:
    """`input` times noise of a shape."""
    check_probability(p)
    if p == 0 or not training or input.numel() == 0:
        return input
    noise = dropout_noise(input, p, shape=shape)
    return input.mul_(noise) if inplace else input * noise


def check_probability(p: float) -> None:
    """Refuse what is no probability."""
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def one_for_each_channel(input: Tensor) -> Shape:
    """(N, C, 1, ...) for (N, C, *)."""
    if input.ndim < 2:
        raise RuntimeError(
            f"Feature dropout requires at least 2 dimensions in the input. Received: shape {tuple(input.shape)}"
        )
    return (*input.shape[:2], *([1] * (input.ndim - 2)))


def feature_dropout(input: Tensor, p: float, train: bool, inplace: bool = False) -> Tensor:
    """Set channels of (N, C, *) to zero with probability `p`, and divide the others by ``1 - p``."""
    check_probability(p)
    if p == 0 or not train or input.numel() == 0:
        return input
    return _dropped(input, p, train, inplace, one_for_each_channel(input))


def dropout1d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """:func:`dropout` of whole channels of (N, C, L) or (C, L). Raises RuntimeError for other dimensions."""
    check_probability(p)
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input: (N, C, L) or (C, L)"
        )
    return _as_batch(input, p, training, inplace, input.ndim == 3)


def dropout2d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """:func:`dropout` of whole channels of (N, C, H, W). Of (N, C, L) it drops channels too, and warns."""
    check_probability(p)
    if input.ndim == 3:
        warnings.warn(
            "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is "
            "desired - input is interpreted as shape (N, C, L). Write dropout1d for that",
            stacklevel=2,
        )
    elif input.ndim != 4:
        _warn_of_dimensions("dropout2d", input)
    return feature_dropout(input, p, training, inplace)


def dropout3d(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """:func:`dropout` of whole channels of (N, C, D, H, W) or (C, D, H, W)."""
    check_probability(p)
    if input.ndim not in (4, 5):
        _warn_of_dimensions("dropout3d", input)
    return _as_batch(input, p, training, inplace, input.ndim == 5)


def _as_batch(input: Tensor, p: float, training: bool, inplace: bool, batched: bool) -> Tensor:
    """:func:`feature_dropout`, also of an instance without a dimension for the batch."""
    if batched:
        return feature_dropout(input, p, training, inplace)
    dropped = feature_dropout(input.unsqueeze(0), p, training).squeeze(0)
    if inplace and training and p > 0 and input.numel():
        return input.copy_(dropped)
    return input if inplace else dropped


def _warn_of_dimensions(name: str, input: Tensor) -> None:
    warnings.warn(
        f"{name}: Received a {input.ndim}-D input to {name}, which is deprecated and will result in an error in a "
        "future release. Write dropout where elements are to be dropped",
        stacklevel=3,
    )


def alpha_dropout(input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False) -> Tensor:
    """Set elements to the limit of ``selu`` with probability `p`, then restore mean 0 and variance 1.

    Parameters
    ----------
    input
        Any shape, floating.
    p
        The probability of the limit.
    training
        If false, the input is returned as it is.
    inplace
        Whether to write the result into `input`.

    Returns
    -------
    Tensor
        The shape of `input`. After ``manual_seed``, PyTorch's numbers.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.

    References
    ----------
    Klambauer et al., "Self-normalizing neural networks" (2017), https://arxiv.org/abs/1706.02515.
    """
    return _towards_limit(input, p, training, inplace, lambda: tuple(input.shape))


def feature_alpha_dropout(
    input: Tensor, p: float = 0.5, training: bool = False, inplace: bool = False
) -> Tensor:
    """:func:`alpha_dropout` of whole channels of (N, C, *). Raises RuntimeError for fewer than two dimensions."""
    return _towards_limit(input, p, training, inplace, lambda: one_for_each_channel(input))


def _towards_limit(
    input: Tensor, p: float, training: bool, inplace: bool, shape: Callable[[], Shape]
) -> Tensor:
    check_probability(p)
    if p == 0 or not training or input.numel() == 0:
        return input
    if p == 1:
        return input.mul_(0.0) if inplace else input * 0.0
    scale = 1.0 / math.sqrt((SELU_LIMIT * SELU_LIMIT * p + 1.0) * (1.0 - p))
    kept = input.detach().new_empty(shape()).bernoulli_(1.0 - p)
    offset = (kept - 1.0) * (SELU_LIMIT * scale) + SELU_LIMIT * scale * p
    factor = kept * scale
    return input.mul_(factor).add_(offset) if inplace else input * factor + offset
