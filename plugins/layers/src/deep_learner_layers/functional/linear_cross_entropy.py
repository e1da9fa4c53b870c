"""A linear map and the cross entropy of what it gives, without holding all of the latter."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

from deep_learner import DType, Tensor, bfloat16, concat, float16, float32, float64, int64, stack, where
from deep_learner.autograd import checkpoint

from .classification import cross_entropy
from .linear import linear

__all__ = ["linear_cross_entropy"]


@dataclass(slots=True, frozen=True)
class LinearCrossEntropyOptions:
    """How :func:`linear_cross_entropy` takes its batch in pieces, whose logits are computed anew for the gradient.

    Parameters
    ----------
    allow_retain_graph
        Accepted for PyTorch's sake: a graph can always be retained here.
    batch_chunk_size
        How many samples each piece has; by default all of them.
    chunking_method
        How to choose that number: ``"aspect_ratio:n"``, so that a piece's logits take about 1 / n of the memory of
        the input; ``"auto"``, which is ``"aspect_ratio:2"`` unless the number is given; None.
    acc_policy, acc_dtype
        Accepted for PyTorch's sake: sums are taken in the input's dtype, or as the backend does.

    Raises
    ------
    ValueError
        If a value is not one of these.
    """

    allow_retain_graph: bool = False
    batch_chunk_size: int | None = None
    chunking_method: str | None = "auto"
    acc_policy: str = "auto"
    acc_dtype: DType | None = None

    def __post_init__(self) -> None:
        if self.acc_policy not in ("auto", "accurate", "balanced", "compact"):
            raise ValueError(f"invalid acc_policy: {self.acc_policy!r}")
        if self.chunking_method not in (None, "auto"):
            name, colon, factor = str(self.chunking_method).partition(":")
            if name != "aspect_ratio" or (colon and not (factor.isdigit() and int(factor) > 0)):
                raise ValueError(f"invalid chunking_method: {self.chunking_method!r}")
        size = self.batch_chunk_size
        if size is not None and not (isinstance(size, int) and size > 0):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"batch_chunk_size must be positive int or None, got {size!r}")
        if self.acc_dtype not in (None, float16, bfloat16, float32, float64):
            raise ValueError(f"acc_dtype must be None or a floating-point dtype, got {self.acc_dtype!r}")

    def size_of_chunks(self, samples: int, features: int, classes: int) -> int:
        """How many of the samples each piece has."""
        given, method = self.batch_chunk_size, self.chunking_method
        if method == "auto":
            method = None if given is not None else "aspect_ratio:2"
        size = samples if given is None else min(given, samples)
        if method is not None:
            factor = int(method.partition(":")[2] or 1)
            wanted = math.ceil(samples / math.ceil(classes / features))
            size = min((1 << max(wanted - 1, 0).bit_length()) // factor, samples)
            if given is not None and given != size:
                raise ValueError(
                    f"batch_chunk_size={given} and chunking_method={method!r}, which means {size}, disagree; pass one"
                )
        return max(size, 1)


def linear_cross_entropy(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    *,
    linear_bias: Tensor | None = None,
    weight: Tensor | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
    options: LinearCrossEntropyOptions | None = None,
) -> Tensor:
    """:func:`cross_entropy` of the logits ``linear(input, linear_weight, linear_bias)``.

    Parameters
    ----------
    input
        (N, in_features) or (in_features,).
    linear_weight
        (C, in_features), or (C, d1, ..., in_features) for a loss in each of several places.
    target
        Classes, (N,), () or (N, d1, ...); or probabilities, of the shape of the logits.
    linear_bias
        (C,) or (C, d1, ...).
    weight, reduction, label_smoothing
        As for :func:`cross_entropy`.
    ignore_index
        Target classes with this value count for nothing, by default -100. Not for probabilities.
    options
        If given, the logits are computed piece by piece, and again for the gradient, so that they are never all
        in memory. For target classes of dtype int64 in a single place, without smoothing; otherwise all at once,
        with a warning.

    Returns
    -------
    Tensor
        As :func:`cross_entropy`.

    Raises
    ------
    RuntimeError
        If shapes do not fit, or `ignore_index` is given with probabilities.
    NotImplementedError, ValueError
        If `input` is not floating-point, without and with `options`.
    """
    if not 1 <= input.ndim <= 2:
        raise RuntimeError(f"expected input with dimensionality 1 or 2, got {input.ndim}")
    if linear_weight.ndim < 2:
        raise RuntimeError(f"expected linear_weight with dimensionality at least 2, got {linear_weight.ndim}")
    features = input.shape[-1]
    if features != linear_weight.shape[-1]:
        raise RuntimeError(
            "expected equal input and linear_weight last dimensions (in_features), got "
            f"{features} and {linear_weight.shape[-1]}, respectively"
        )
    classes, *places = linear_weight.shape[:-1]
    if linear_bias is not None and tuple(linear_bias.shape) != (classes, *places):
        raise RuntimeError(f"expected linear_bias shape {(classes, *places)}, got {tuple(linear_bias.shape)}")
    if places and input.ndim == 1:
        raise RuntimeError(
            f"K-dimensional loss defined by linear_weight shape {tuple(linear_weight.shape)} requires batched input, "
            f"(N, {features}), got unbatched input with shape {tuple(input.shape)}"
        )
    shape = (*input.shape[:-1], classes, *places)
    if tuple(target.shape) == shape and ignore_index is not None:
        raise RuntimeError("ignore_index cannot be specified when target contains probabilities")
    ignored = -100 if ignore_index is None else ignore_index
    if options is not None:
        if (
            not places
            and reduction in ("mean", "sum", "none")
            and not label_smoothing
            and target.dtype is int64
        ):
            size = options.size_of_chunks(input.shape[0] if input.ndim == 2 else 1, features, classes)
            return _in_chunks(input, linear_weight, target, linear_bias, weight, reduction, ignored, size)
        warnings.warn(
            "linear_cross_entropy: `options` ignored; pieces are for target classes of dtype int64 in one place, "
            f"without label_smoothing. Received: target {target.dtype}, label_smoothing={label_smoothing}, "
            f"reduction={reduction!r}, places {tuple(places)}",
            stacklevel=2,
        )
    outputs = math.prod(places, start=classes)
    flat = linear_weight.reshape(outputs, features)
    bias = None if linear_bias is None else linear_bias.reshape(outputs)
    logits = linear(input, flat, bias).reshape(shape)
    return cross_entropy(
        logits, target, weight, ignore_index=ignored, reduction=reduction, label_smoothing=label_smoothing
    )


def _in_chunks(
    input: Tensor,
    linear_weight: Tensor,
    target: Tensor,
    linear_bias: Tensor | None,
    weight: Tensor | None,
    reduction: str,
    ignore_index: int,
    size: int,
) -> Tensor:
    """The loss piece by piece, each one's logits forgotten."""
    if not input.is_floating_point():
        raise ValueError(
            f"pieces are summed in a floating-point dtype, not in {input.dtype}; cast with .to(dtype)"
        )
    rows, targets = (input, target) if input.ndim == 2 else (input.unsqueeze(0), target.reshape(1))
    if targets.shape[:1] != rows.shape[:1]:
        raise ValueError(
            f"Expected input batch_size ({rows.shape[0]}) to match target batch_size ({targets.shape[0]})"
        )
    each = "none" if reduction == "none" else "sum"

    def loss(part: Tensor, of_part: Tensor, matrix: Tensor, bias: Tensor | None) -> Tensor:
        logits = linear(part, matrix, bias)
        return cross_entropy(logits, of_part, weight, ignore_index=ignore_index, reduction=each)

    losses = [
        checkpoint(
            loss, rows[start : start + size], targets[start : start + size], linear_weight, linear_bias,
            preserve_rng_state=False,
        )
        for start in range(0, max(rows.shape[0], 1), size)
    ]  # fmt: skip
    if reduction == "none":
        return concat(losses) if input.ndim == 2 else concat(losses).squeeze(0)
    total = stack(losses).sum()
    if reduction == "sum":
        return total
    return total / _counting(targets, weight, ignore_index, rows)


def _counting(target: Tensor, weight: Tensor | None, ignore_index: int, like: Tensor) -> Tensor:
    """The sum of the targets' weights."""
    valid = target != ignore_index
    if weight is None:
        return valid.sum().to(like.dtype)
    return where(valid, weight[where(valid, target, 0)], 0.0).sum()
