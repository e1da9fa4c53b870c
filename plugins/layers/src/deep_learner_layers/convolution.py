"""`Conv1d`, `Conv2d` and `Conv3d`."""

from __future__ import annotations

from ._convolution import Convolution

__all__ = ["Conv1d", "Conv2d", "Conv3d"]


class Conv1d(Convolution):
    """Convolution along one dimension; arguments as of `Conv2d`.

    Notes
    -----
    Shape: (N, C, L) -> (N, O, L'), or without N.
    """

    dims = 1


class Conv2d(Convolution):
    """Convolution of images.

    Parameters
    ----------
    in_channels, out_channels
        C and O.
    kernel_size
        The window's height and width; here as below one number, or one for each dimension.
    stride
        How far the window moves.
    padding
        What is added at either side; "valid" for nothing, "same" for as much as keeps the size where `stride` is 1.
    dilation
        The distance between the elements of a window.
    groups
        How many parts the channels fall into; each is convolved by itself.
    bias
        Whether there is a bias.
    padding_mode
        What is added: "zeros", or "reflect", "replicate" or "circular" as of `functional.pad`.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        (O, C / groups, *kernel_size); drawn evenly from [-k, k] with k = 1 / sqrt(C / groups * prod(kernel_size)).
    bias : Parameter or None
        (O,); the same distribution.

    Notes
    -----
    Shape: (N, C, H, W) -> (N, O, H', W'), or without N; see `functional.conv2d`.
    """

    dims = 2


class Conv3d(Convolution):
    """Convolution of volumes; arguments as of `Conv2d`.

    Notes
    -----
    Shape: (N, C, D, H, W) -> (N, O, D', H', W'), or without N.
    """

    dims = 3
