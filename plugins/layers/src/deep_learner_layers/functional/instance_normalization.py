"""Normalising each channel over one instance of the batch."""

from __future__ import annotations

import math

from deep_learner import Tensor, no_grad

from .batch_normalization import check_channels, normalized_batch

__all__ = ["instance_norm"]


def instance_norm(
    input: Tensor,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Shift and scale each channel of each instance to mean 0 and variance 1, then by `weight` and `bias`.

    Parameters
    ----------
    input
        (N, C, *), floating.
    running_mean, running_var
        (C,), or neither: if the input's statistics are used, they move towards the mean of those over the
        batch, in place; else they are what is normalised by.
    weight, bias
        (C,).
    use_input_stats
        Whether to normalise by each instance's own mean and (biased) variance.
    momentum
        How far the running statistics move.
    eps
        Added to the variance.

    Returns
    -------
    Tensor
        The shape and dtype of `input`.

    Raises
    ------
    ValueError
        If there is a single value per channel and instance.
    RuntimeError
        If a parameter does not have one element for each channel, or running statistics are missing where
        they are needed.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance normalization" (2016), https://arxiv.org/abs/1607.08022.
    """
    if use_input_stats and math.prod(input.shape[2:]) == 1:
        raise ValueError(
            f"Expected more than 1 spatial element when training, got input size {tuple(input.shape)}"
        )
    return normalized_instances(
        input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps
    )


def normalized_instances(
    input: Tensor,
    weight: Tensor | None,
    bias: Tensor | None,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """:func:`instance_norm`: all channels of all instances as the channels of one batch of one."""
    if not use_input_stats and (running_mean is None or running_var is None):
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when use_input_stats is false"
        )
    check_channels(input, weight=weight, bias=bias, running_mean=running_mean, running_var=running_var)
    instances, channels = input.shape[:2]

    def repeated(values: Tensor | None) -> Tensor | None:
        return None if values is None else values.repeat(instances)

    merged = input.reshape(1, instances * channels, *input.shape[2:])
    mean, variance = repeated(running_mean), repeated(running_var)
    out, _, _ = normalized_batch(
        merged, repeated(weight), repeated(bias), mean, variance, use_input_stats, momentum, eps
    )
    if use_input_stats and instances:
        with no_grad():
            for own, each in ((running_mean, mean), (running_var, variance)):
                if own is not None and each is not None:
                    own.copy_(each.reshape(instances, channels).mean(0))
    return out.reshape(input.shape)
