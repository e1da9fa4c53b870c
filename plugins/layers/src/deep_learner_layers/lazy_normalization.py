"""Normalisations of channels that learn how many there are from the first batch."""

from __future__ import annotations

from deep_learner.typing import DeviceLike, DTypeLike

from ._channels import LazyChannelNorm
from .batch_normalization import BatchNorm, BatchNorm1d, BatchNorm2d, BatchNorm3d
from .instance_normalization import InstanceNorm, InstanceNorm1d, InstanceNorm2d, InstanceNorm3d

__all__ = [
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
]


class _Lazy(LazyChannelNorm):
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, bias=False)
        self._wait(affine, track_running_stats, device, dtype, bias)


class LazyBatchNorm1d(_Lazy, BatchNorm):
    """A `BatchNorm1d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `BatchNorm1d`. Shape: (N, C) or (N, C, L) -> the same.
    """

    cls_to_become = BatchNorm1d
    dims = BatchNorm1d.dims


class LazyBatchNorm2d(_Lazy, BatchNorm):
    """A `BatchNorm2d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `BatchNorm2d`. Shape: (N, C, H, W) -> the same.
    """

    cls_to_become = BatchNorm2d
    dims = BatchNorm2d.dims


class LazyBatchNorm3d(_Lazy, BatchNorm):
    """A `BatchNorm3d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `BatchNorm3d`. Shape: (N, C, D, H, W) -> the same.
    """

    cls_to_become = BatchNorm3d
    dims = BatchNorm3d.dims


class LazyInstanceNorm1d(_Lazy, InstanceNorm):
    """A `InstanceNorm1d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `InstanceNorm1d`. Shape: (N, C, L) or (C, L) -> the same.
    """

    cls_to_become = InstanceNorm1d
    dims = InstanceNorm1d.dims


class LazyInstanceNorm2d(_Lazy, InstanceNorm):
    """A `InstanceNorm2d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `InstanceNorm2d`. Shape: (N, C, H, W) or (C, H, W) -> the same.
    """

    cls_to_become = InstanceNorm2d
    dims = InstanceNorm2d.dims


class LazyInstanceNorm3d(_Lazy, InstanceNorm):
    """A `InstanceNorm3d` whose `num_features` is the number of channels of the first input.

    Its parameters are the others, of which `affine` and `track_running_stats` are on. After the first call it is a
    `InstanceNorm3d`. Shape: (N, C, D, H, W) or (C, D, H, W) -> the same.
    """

    cls_to_become = InstanceNorm3d
    dims = InstanceNorm3d.dims
