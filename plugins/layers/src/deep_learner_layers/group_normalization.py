"""`GroupNorm`."""

from __future__ import annotations

from deep_learner import Tensor
from deep_learner.typing import DeviceLike, DTypeLike

from ._affine import Affine
from .functional.group_normalization import group_norm

__all__ = ["GroupNorm"]


class GroupNorm(Affine):
    """Group normalisation: y = (x - E[x]) / sqrt(Var[x] + eps) * gamma + beta, over groups of channels.

    Parameters
    ----------
    num_groups
        Into how many groups of neighbours the channels fall.
    num_channels
        C, the number of channels.
    eps
        Added to the variance.
    affine
        Whether there is a gamma.
    device, dtype
        Of the parameters.
    bias
        Whether there also is a beta.

    Attributes
    ----------
    weight : Parameter or None
        gamma, (C,); ones.
    bias : Parameter or None
        beta, (C,); zeros.

    Raises
    ------
    ValueError
        If the channels do not fall into so many groups.

    Notes
    -----
    Shape: (N, C, *) -> the same.

    References
    ----------
    Wu and He, "Group normalization" (2018), https://arxiv.org/abs/1803.08494.
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._make_affine(num_channels, affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (N, C, *)."""
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
