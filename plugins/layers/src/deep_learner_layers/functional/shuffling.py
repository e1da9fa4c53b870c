"""Channels traded for places and among each other: `pixel_shuffle`, `pixel_unshuffle`, `channel_shuffle`."""

from __future__ import annotations

from deep_learner import op
from deep_learner.typing import Array, Namespace, Shape

__all__ = ["channel_shuffle", "native_channel_shuffle", "pixel_shuffle", "pixel_unshuffle"]


@op
def pixel_shuffle(xp: Namespace, input: Array, upscale_factor: int) -> Array:
    """Channels become places between the pixels: (*, C r², H, W) -> (*, C, H r, W r), with r = `upscale_factor`.

    Raises RuntimeError if the channels are no multiple of r², or there are fewer than three dimensions.
    Shi et al., "Real-time single image and video super-resolution" (2016), https://arxiv.org/abs/1609.05158.
    """
    _check_image("pixel_shuffle", input, upscale_factor)
    *lead, channels, height, width = input.shape
    r = upscale_factor
    if channels % r**2:
        raise RuntimeError(
            f"pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, "
            f"but input.size(-3)={channels} is not divisible by {r**2}"
        )
    n = len(lead)
    split = xp.reshape(input, (*lead, channels // r**2, r, r, height, width))
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return _arranged(xp, split, order, (*lead, channels // r**2, height * r, width * r))


@op
def pixel_unshuffle(xp: Namespace, input: Array, downscale_factor: int) -> Array:
    """Undo :func:`pixel_shuffle`: (*, C, H r, W r) -> (*, C r², H, W), with r = `downscale_factor`.

    Raises RuntimeError if height or width is no multiple of r, or there are fewer than three dimensions.
    """
    _check_image("pixel_unshuffle", input, downscale_factor)
    *lead, channels, height, width = input.shape
    r = downscale_factor
    if height % r or width % r:
        raise RuntimeError(
            f"pixel_unshuffle expects height and width to be divisible by downscale_factor, but {height} and {width} "
            f"are not both divisible by {r}"
        )
    n = len(lead)
    split = xp.reshape(input, (*lead, channels, height // r, r, width // r, r))
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return _arranged(xp, split, order, (*lead, channels * r**2, height // r, width // r))


def _arranged(xp: Namespace, split: Array, order: Shape, shape: Shape) -> Array:
    """Dimensions in another order, merged into a shape; a copy also where the elements keep their order."""
    out = xp.reshape(xp.permute_dims(split, order), shape)
    moving = [dim for dim in order if split.shape[dim] > 1]
    return xp.clone(out) if moving == sorted(moving) else out


def _check_image(name: str, input: Array, factor: int) -> None:
    if input.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim}"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive factor, but got {factor}")


@op
def channel_shuffle(xp: Namespace, input: Array, groups: int) -> Array:
    """Deal the channels out anew, one of each group in turn: (N, C, *) -> (N, C, *).

    Raises RuntimeError if the groups do not divide the channels, or there are fewer than three dimensions.
    Zhang et al., "ShuffleNet" (2017), https://arxiv.org/abs/1707.01083.
    """
    if input.ndim < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(input.shape)}"
        )
    channels = input.shape[1]
    if groups <= 0 or channels % groups:
        raise RuntimeError(
            f"number of groups must be positive and divide the channels, but is {groups} with {channels} channels"
        )
    split = xp.reshape(input, (input.shape[0], groups, channels // groups, *input.shape[2:]))
    order = (0, 2, 1, *range(3, input.ndim + 1))
    return _arranged(xp, split, order, input.shape)


native_channel_shuffle = channel_shuffle
