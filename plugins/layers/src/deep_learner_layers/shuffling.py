"""`PixelShuffle`, `PixelUnshuffle` and `ChannelShuffle`."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional.shuffling import channel_shuffle, pixel_shuffle, pixel_unshuffle

__all__ = ["ChannelShuffle", "PixelShuffle", "PixelUnshuffle"]


class PixelShuffle(Module):
    """Turns channels into places between the pixels.

    Parameters
    ----------
    upscale_factor
        r, by which height and width grow.

    Notes
    -----
    Shape: (*, C r², H, W) -> (*, C, H r, W r).

    References
    ----------
    Shi et al., "Real-time single image and video super-resolution" (2016), https://arxiv.org/abs/1609.05158.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Enlarge (*, C r², H, W)."""
        return pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Undoes :class:`PixelShuffle`.

    Parameters
    ----------
    downscale_factor
        r, by which height and width shrink.

    Notes
    -----
    Shape: (*, C, H r, W r) -> (*, C r², H, W).
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input: Tensor) -> Tensor:
        """Shrink (*, C, H r, W r)."""
        return pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Deals the channels out anew, one of each group in turn.

    Parameters
    ----------
    groups
        How many groups there are; they divide the channels.

    Notes
    -----
    Shape: (N, C, *) -> (N, C, *).

    References
    ----------
    Zhang et al., "ShuffleNet" (2017), https://arxiv.org/abs/1707.01083.
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, input: Tensor) -> Tensor:
        """Shuffle the channels of (N, C, *)."""
        return channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
