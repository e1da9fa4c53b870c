"""Dropout layers: of elements, of channels, and towards a value that keeps mean and variance."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.nn import Module

from .functional import dropout as functions

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _Dropout(Module):
    """A layer that drops with a probability, in training."""

    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        functions.check_probability(p)
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_Dropout):
    """In training, sets elements to zero with probability p and divides the others by 1 - p.

    Parameters
    ----------
    p
        The probability of a zero.
    inplace
        Whether to write the result into the input.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.

    Notes
    -----
    Shape: (*) -> (*). After ``manual_seed`` the zeros are those of PyTorch on the CPU, whatever the backend.

    References
    ----------
    Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors" (2012),
    https://arxiv.org/abs/1207.0580.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop elements of `input`."""
        return functions.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_Dropout):
    """`Dropout` of whole channels. Shape: (N, C, L) or (C, L) -> the same; parameters and errors as there.

    References
    ----------
    Tompson et al., "Efficient object localization using convolutional networks" (2014),
    https://arxiv.org/abs/1411.4280.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of `input`."""
        return functions.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_Dropout):
    """`Dropout` of whole channels. Shape: (N, C, H, W) or (N, C, L) -> the same; parameters and errors as there.

    References
    ----------
    Tompson et al., "Efficient object localization using convolutional networks" (2014),
    https://arxiv.org/abs/1411.4280.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of `input`."""
        return functions.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_Dropout):
    """`Dropout` of whole channels. Shape: (N, C, D, H, W) or (C, D, H, W) -> the same; the rest as there.

    References
    ----------
    Tompson et al., "Efficient object localization using convolutional networks" (2014),
    https://arxiv.org/abs/1411.4280.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of `input`."""
        return functions.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_Dropout):
    """In training, sets elements to the limit of SELU with probability p, then restores mean 0 and variance 1.

    Parameters
    ----------
    p
        The probability of the limit.
    inplace
        Whether to write the result into the input.

    Raises
    ------
    ValueError
        If `p` is not between 0 and 1.

    Notes
    -----
    Shape: (*) -> (*).

    References
    ----------
    Klambauer et al., "Self-normalizing neural networks" (2017), https://arxiv.org/abs/1706.02515.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop elements of `input`."""
        return functions.alpha_dropout(input, self.p, self.training, self.inplace)


class FeatureAlphaDropout(_Dropout):
    """`AlphaDropout` of whole channels. Shape: (N, C, *) -> the same; parameters and errors as there.

    References
    ----------
    Klambauer et al., "Self-normalizing neural networks" (2017), https://arxiv.org/abs/1706.02515.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of `input`."""
        return functions.feature_alpha_dropout(input, self.p, self.training, self.inplace)
