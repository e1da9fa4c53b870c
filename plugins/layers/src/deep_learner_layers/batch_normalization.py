"""`BatchNorm1d`, `BatchNorm2d`, `BatchNorm3d` and `SyncBatchNorm`."""

from __future__ import annotations

from typing import Any

from deep_learner import Tensor, no_grad
from deep_learner.nn import Module
from deep_learner.typing import DeviceLike, DTypeLike

from ._channels import ChannelNorm
from .functional.batch_normalization import batch_norm

__all__ = ["BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm"]


class BatchNorm(ChannelNorm):
    """Batch normalisation of any number of dimensions."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (N, C, *), and in training move the running statistics."""
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked.item())
        kept = not self.training or self.track_running_stats
        return batch_norm(
            input,
            self.running_mean if kept else None,
            self.running_var if kept else None,
            self.weight,
            self.bias,
            self.training or (self.running_mean is None and self.running_var is None),
            momentum,
            self.eps,
        )


class BatchNorm1d(BatchNorm):
    """Batch normalisation: y = (x - E[x]) / sqrt(Var[x] + eps) * gamma + beta for each channel.

    Parameters
    ----------
    num_features
        C, the number of channels.
    eps
        Added to the variance.
    momentum
        How far the running statistics move with each batch; None for the mean over all batches.
    affine
        Whether there is a gamma.
    track_running_stats
        Whether there are running statistics, by which to normalise in evaluation; else it is always by the
        batch's own.
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
        (C,), (C,), with the unbiased variance, and (): the statistics, and of how many batches.

    Notes
    -----
    Shape: (N, C) or (N, C, L) -> the same.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization" (2015), https://arxiv.org/abs/1502.03167.
    """

    dims = (2, 3)


class BatchNorm2d(BatchNorm):
    """`BatchNorm1d` for images. Shape: (N, C, H, W) -> the same; parameters and attributes as there.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization" (2015), https://arxiv.org/abs/1502.03167.
    """

    dims = (4,)


class BatchNorm3d(BatchNorm):
    """`BatchNorm1d` for volumes. Shape: (N, C, D, H, W) -> the same; parameters and attributes as there.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization" (2015), https://arxiv.org/abs/1502.03167.
    """

    dims = (5,)


class SyncBatchNorm(BatchNorm):
    """`BatchNorm1d` over the batches of all processes. There is one process here, so it is batch normalisation.

    Parameters
    ----------
    num_features, eps, momentum, affine, track_running_stats, device, dtype, bias
        As of `BatchNorm1d`.
    process_group
        Kept for PyTorch's sake.

    Notes
    -----
    Shape: (N, C, *) -> the same.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")
        if input.shape[1] == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """A module with a `SyncBatchNorm` in the place of each batch normalisation, sharing its tensors.

        Parameters
        ----------
        module
            Changed in place, unless it is a batch normalisation itself.
        process_group
            Kept for PyTorch's sake.
        """
        converted = module
        if isinstance(module, BatchNorm):
            converted = SyncBatchNorm(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                process_group,
                bias=module.bias is not None,
            )
            with no_grad():
                for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
                    if getattr(module, name) is not None:
                        setattr(converted, name, getattr(module, name))
            converted.training = module.training
        for name, child in module.named_children():
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted
