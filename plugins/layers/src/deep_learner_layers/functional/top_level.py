"""What PyTorch also has at its top level, with the arguments in another order than in ``nn.functional``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deep_learner import Generator, Tensor, empty, rsqrt
from deep_learner.autograd import Function
from deep_learner.ops.out import with_out

from . import dropout as dropping
from . import group_normalization as grouped
from .adaptive_pooling import adaptive_max_pool1d_with_indices as adaptive_max_pool1d
from .batch_normalization import normalized_batch
from .embedding import embedding as table_rows
from .embedding_bag import MODES, bags_of_rows
from .instance_normalization import normalized_instances
from .normalization import layer_norm as normalized_layer
from .randomized import leaking_at_random

__all__ = [
    "adaptive_max_pool1d",
    "alpha_dropout",
    "alpha_dropout_",
    "batch_norm",
    "dropout",
    "dropout_",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "feature_alpha_dropout_",
    "feature_dropout",
    "feature_dropout_",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "native_batch_norm",
    "native_dropout",
    "native_group_norm",
    "rrelu",
]


def batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """:func:`deep_learner.nn.functional.batch_norm`, also of single values; `cudnn_enabled` has no effect."""
    return normalized_batch(input, weight, bias, running_mean, running_var, training, momentum, eps)[0]


@with_out
def native_batch_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`batch_norm`, the mean and the reciprocal standard deviation: both (C,), or (0,) if not in training.

    Those two carry no gradient.
    """
    out, mean, variance = normalized_batch(
        input, weight, bias, running_mean, running_var, training, momentum, eps
    )
    dtype = (input if weight is None else weight).dtype
    if mean is None or variance is None:
        return out, empty(0, dtype=dtype, device=input.device), empty(0, dtype=dtype, device=input.device)
    return out, mean.detach().to(dtype), rsqrt(variance.detach() + eps).to(dtype)


def instance_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool = True,
) -> Tensor:
    """:func:`deep_learner.nn.functional.instance_norm`, also of single values; `cudnn_enabled` has no effect."""
    return normalized_instances(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps
    )


def group_norm(
    input: Tensor,
    num_groups: int,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enabled: bool = True,
) -> Tensor:
    """:func:`deep_learner.nn.functional.group_norm`, also of single values; `cudnn_enabled` has no effect."""
    return grouped.normalized_groups(input, num_groups, weight, bias, eps)


class _Statistics(Function):
    """Mean and deviation as they are; gradients pass where both have one, as PyTorch's formula has it."""

    @staticmethod
    def forward(ctx: Any, mean: Tensor, rstd: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        return mean.clone(), rstd.clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        return grads if all(grad is not None for grad in grads) else (None, None)


def native_group_norm(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    N: int,
    C: int,
    HxW: int,
    group: int,
    eps: float,
) -> tuple[Tensor, Tensor, Tensor]:
    """:func:`group_norm` into `group` groups, the mean and the reciprocal standard deviation, both (N, group).

    A gradient of one of those two alone counts for nothing. `N`, `C` and `HxW` are the sizes of the batch, of the
    channels and of all the rest.
    """
    grouped.check_groups(input, group, weight, bias)
    if tuple(input.shape[:2]) != (N, C) or input.numel() != N * C * HxW:
        raise RuntimeError(
            f"an input of shape {list(input.shape)} is not N={N} instances of C={C} channels with HxW={HxW} elements"
        )
    out, mean, rstd = grouped.group_norm_and_statistics(input, weight, bias, N, C, HxW, group, eps)
    dtype = (input if weight is None else weight).dtype
    return out, *_Statistics.apply(mean.to(dtype), rstd.to(dtype))


def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> Tensor:
    """:func:`deep_learner.nn.functional.layer_norm`; `cudnn_enable` has no effect."""
    return normalized_layer(input, normalized_shape, weight, bias, eps)


def embedding(
    weight: Tensor,
    indices: Tensor,
    padding_idx: int = -1,
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
) -> Tensor:
    """The rows of `weight` at `indices`; a negative `padding_idx` is none."""
    padding = padding_idx if padding_idx >= 0 else None
    return table_rows(indices, weight, padding, None, 2.0, scale_grad_by_freq, sparse)


def embedding_bag(
    weight: Tensor,
    indices: Tensor,
    offsets: Tensor,
    scale_grad_by_freq: bool = False,
    mode: int = 0,
    sparse: bool = False,
    per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False,
    padding_idx: int | None = None,
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """:func:`deep_learner.nn.functional.embedding_bag` with `mode` 0 for sums, 1 for means and 2 for maxima.

    Returns the reduced bags, the bag of each index, how many rows counted in each bag, and for maxima the rows
    that they are from, else those numbers once more.
    """
    return bags_of_rows(
        weight, indices, offsets, scale_grad_by_freq, MODES[mode], per_sample_weights, include_last_offset,
        padding_idx,
    )  # fmt: skip


def _checked(p: float) -> float:
    """A probability; what is none is another error here than in ``nn.functional``, as in PyTorch."""
    if not 0.0 <= p <= 1.0:
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`deep_learner.nn.functional.dropout`."""
    return dropping.dropout(input, _checked(p), train)


def dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place version of :func:`dropout`."""
    return dropping.dropout(input, _checked(p), train, inplace=True)


def native_dropout(input: Tensor, p: float, train: bool | None) -> tuple[Tensor, Tensor]:
    """:func:`dropout`, and a boolean for each element: whether it was kept."""
    _checked(p)
    kept = input.detach().new_ones(input.shape)
    if input.numel() == 0 or train is False:
        return input.clone(), kept.bool()
    mask = kept.bernoulli_(1.0 - p) if p < 1 else kept.zero_()
    return input * mask * (0.0 if p == 1 else 1.0 / (1.0 - p)), mask.bool()


def feature_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """Set channels of (N, C, *) to zero with probability `p`, and divide the others by ``1 - p``."""
    return dropping.feature_dropout(input, _checked(p), train)


def feature_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place version of :func:`feature_dropout`."""
    return dropping.feature_dropout(input, _checked(p), train, inplace=True)


def alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`deep_learner.nn.functional.alpha_dropout`."""
    return dropping.alpha_dropout(input, _checked(p), train)


def alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place version of :func:`alpha_dropout`."""
    return dropping.alpha_dropout(input, _checked(p), train, inplace=True)


def feature_alpha_dropout(input: Tensor, p: float, train: bool) -> Tensor:
    """:func:`deep_learner.nn.functional.feature_alpha_dropout`."""
    return dropping.feature_alpha_dropout(input, _checked(p), train)


def feature_alpha_dropout_(input: Tensor, p: float, train: bool) -> Tensor:
    """In-place version of :func:`feature_alpha_dropout`."""
    return dropping.feature_alpha_dropout(input, _checked(p), train, inplace=True)


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """:func:`deep_learner.nn.functional.rrelu`."""
    return leaking_at_random(input, lower, upper, training, False, generator)
