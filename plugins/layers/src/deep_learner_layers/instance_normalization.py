"""`InstanceNorm1d`, `InstanceNorm2d` and `InstanceNorm3d`."""

from __future__ import annotations

import warnings
from typing import Any

from deep_learner import Tensor
from deep_learner.typing import DeviceLike, DTypeLike

from ._channels import ChannelNorm
from .functional.instance_normalization import instance_norm

__all__ = ["InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"]


class InstanceNorm(ChannelNorm):
    """Instance normalisation of any number of dimensions."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (N, C, *) or (C, *), and in training move the running statistics, if there are any."""
        self._check_input_dim(input)
        batched = input.ndim == max(self.dims)
        place = int(batched)
        if input.shape[place] != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={place} to match num_features ({self.num_features}), but got: "
                    f"{input.shape[place]}."
                )
            warnings.warn(
                f"input's size at dim={place} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
                stacklevel=2,
            )
        out = instance_norm(
            input if batched else input.unsqueeze(0),
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return out if batched else out.squeeze(0)

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        if local_metadata.get("version") is None and not self.track_running_stats:
            found = [name for name in ("running_mean", "running_var") if prefix + name in state_dict]
            if found:
                names = " and ".join(f'"{prefix}{name}"' for name in found)
                error_msgs.append(
                    f"Unexpected running stats buffer(s) {names} for {type(self).__name__} with "
                    "track_running_stats=False: remove them from the state, or make the layer with "
                    "track_running_stats=True"
                )
                for name in found:
                    del state_dict[prefix + name]
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )


class InstanceNorm1d(InstanceNorm):
    """Instance normalisation: y = (x - E[x]) / sqrt(Var[x] + eps) * gamma + beta for each channel of each instance.

    Parameters
    ----------
    num_features
        C, the number of channels.
    eps
        Added to the variance.
    momentum
        How far the running statistics move with each batch.
    affine
        Whether there is a gamma.
    track_running_stats
        Whether there are running statistics, by which to normalise in evaluation.
    device, dtype
        Of parameters and statistics.
    bias
        Whether there also is a beta.

    Attributes
    ----------
    weight : Parameter or None
        gamma, (C,); ones.
    bias : Parameter or None
        beta, (C,); zeros.
    running_mean, running_var, num_batches_tracked : Tensor or None
        (C,), (C,) and ().

    Raises
    ------
    ValueError
        If an input has other dimensions, another number of channels than an affine layer, or a single value for
        each channel.

    Notes
    -----
    Shape: (N, C, L) or (C, L) -> the same.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016), https://arxiv.org/abs/1607.08022.
    """

    dims = (2, 3)


class InstanceNorm2d(InstanceNorm):
    """`InstanceNorm1d` for images. Shape: (N, C, H, W) or (C, H, W) -> the same; the rest as there.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016), https://arxiv.org/abs/1607.08022.
    """

    dims = (3, 4)


class InstanceNorm3d(InstanceNorm):
    """`InstanceNorm1d` for volumes. Shape: (N, C, D, H, W) or (C, D, H, W) -> the same; the rest as there.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016), https://arxiv.org/abs/1607.08022.
    """

    dims = (4, 5)
