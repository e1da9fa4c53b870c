"""Normalising by the size of neighbouring channels."""

from __future__ import annotations

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace

__all__ = ["local_response_norm"]


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Divide each element by ``(k + alpha mean(x²))**beta``, the mean taken over `size` neighbouring channels.

    Parameters
    ----------
    input
        (N, C, *), at least three dimensions. Beyond the channels there are zeros.
    size
        The number of channels that count: ``size // 2`` before, the channel itself, and the rest after it.
    alpha, beta, k
        The constants of the formula.

    Returns
    -------
    Tensor
        The shape of `input`.

    Raises
    ------
    ValueError
        If `input` has fewer than three dimensions.
    RuntimeError
        If `size` is not positive.

    References
    ----------
    Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks"
    (2012), section 3.3.
    """
    if input.ndim < 3:
        raise ValueError(f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)")
    if size < 1:
        raise RuntimeError(f"local_response_norm takes at least one channel. Received: size={size}")
    if input.numel() == 0:
        return input
    return divided_by_response(input, size // 2, (size - 1) // 2, alpha / size, beta, k)


@op(name="local_response_norm", promote="float", refuses="bool complex")
def divided_by_response(
    xp: Namespace, input: Array, before: int, after: int, alpha: float, beta: float, k: float
) -> Array:
    """``input / (k + alpha sum(x²))**beta``, the sum over the channel, some `before` and some `after` it."""
    channels = input.shape[1]
    squares = input * input

    def edge(width: int) -> Array:
        shape = (input.shape[0], width, *input.shape[2:])
        return xp.zeros(shape, dtype=input.dtype, device=input.device)

    squares = xp.concat([edge(before), squares, edge(after)], axis=1)
    total = squares[:, :channels, ...]
    for start in range(1, before + after + 1):
        total = total + squares[:, start : start + channels, ...]
    return input / (total * alpha + k) ** beta
