"""`ConvTranspose1d`, `ConvTranspose2d` and `ConvTranspose3d`."""

from __future__ import annotations

from ._convolution import TransposedConvolution

__all__ = ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


class ConvTranspose1d(TransposedConvolution):
    """Transposed convolution along one dimension; arguments as of `ConvTranspose2d`.

    Notes
    -----
    Shape: (N, C, L) -> (N, O, L'), or without N.
    """

    dims = 1


class ConvTranspose2d(TransposedConvolution):
    """Transposed convolution of images: the adjoint of a convolution, which enlarges.

    Parameters
    ----------
    in_channels, out_channels
        C and O.
    kernel_size
        The window's height and width; here as below one number, or one for each dimension.
    stride, padding, dilation, groups
        Those of the convolution whose adjoint it is.
    output_padding
        How much larger than it must be the output is.
    bias
        Whether there is a bias.
    padding_mode
        Only "zeros".
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter
        (C, O / groups, *kernel_size); drawn evenly from [-k, k] with k = 1 / sqrt(O / groups * prod(kernel_size)).
    bias : Parameter or None
        (O,); the same distribution.

    Notes
    -----
    Shape: (N, C, H, W) -> (N, O, H', W'), or without N; see `functional.conv_transpose2d`.
    """

    dims = 2


class ConvTranspose3d(TransposedConvolution):
    """Transposed convolution of volumes; arguments as of `ConvTranspose2d`.

    Notes
    -----
    Shape: (N, C, D, H, W) -> (N, O, D', H', W'), or without N.
    """

    dims = 3
