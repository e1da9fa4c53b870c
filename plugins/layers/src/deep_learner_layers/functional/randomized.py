"""Activations that draw random numbers."""

from __future__ import annotations

import warnings

from deep_learner import Generator, Tensor, float64, no_grad, ones_like, rand, zeros_like

from .activation import leaky_relu

__all__ = ["gumbel_softmax", "rrelu"]


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
) -> Tensor:
    """`input` above 0, and elsewhere `input` times a slope that is drawn anew for each element.

    Parameters
    ----------
    input
        Any shape, floating.
    lower, upper
        The slopes are evenly distributed over [lower, upper).
    training
        If false, every slope is the middle of that.
    inplace
        Whether to write the result into `input`.

    Returns
    -------
    Tensor
        The shape of `input`. After ``manual_seed``, the slopes are those of PyTorch on the CPU.

    Raises
    ------
    RuntimeError
        If `lower` exceeds `upper`.
    NotImplementedError
        If `input` is not floating-point.

    References
    ----------
    Xu et al., "Empirical evaluation of rectified activations in convolutional network" (2015),
    https://arxiv.org/abs/1505.00853.
    """
    return leaking_at_random(input, lower, upper, training, inplace)


def leaking_at_random(
    input: Tensor,
    lower: float,
    upper: float,
    training: bool,
    inplace: bool = False,
    generator: Generator | None = None,
) -> Tensor:
    """:func:`rrelu` from a given source of random numbers."""
    if not lower <= upper:
        raise RuntimeError(
            f"Lower bound should be less than or equal to the upper bound; got {lower}, {upper}"
        )
    if not input.is_floating_point():
        raise NotImplementedError(
            f"rrelu() is not implemented for {input.dtype.name}; convert it, as in x.float()"
        )
    if not training:
        return leaky_relu(input, (lower + upper) / 2, inplace)
    with no_grad():
        leaking = input <= 0
        count = int(leaking.sum().item())
        drawn = rand(count, dtype=float64, device=input.device, generator=generator) * (upper - lower) + lower
        slopes = ones_like(input).masked_scatter(leaking, drawn.to(input.dtype))
    return input.mul_(slopes) if inplace else input * slopes


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """The softmax of logits to which noise of the Gumbel distribution is added: a soft sample of the classes.

    Parameters
    ----------
    logits
        (*), unnormalised log-probabilities.
    tau
        The temperature; towards 0 the samples become hard.
    hard
        Whether to give rows of zeros with a single one, with the gradient of the soft sample.
    eps
        Has no effect; deprecated.
    dim
        The dimension of the classes.

    Returns
    -------
    Tensor
        The shape of `logits`. After ``manual_seed``, PyTorch's samples.

    References
    ----------
    Maddison, Mnih and Teh, "The concrete distribution" (2016), https://arxiv.org/abs/1611.00712; Jang, Gu and
    Poole, "Categorical reparameterization with Gumbel-softmax" (2016), https://arxiv.org/abs/1611.01144.
    """
    if eps != 1e-10:
        warnings.warn("`eps` parameter is deprecated and has no effect.", stacklevel=2)
    noise = -logits.detach().clone().exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    chosen = soft.detach().max(dim, keepdim=True)[1]
    return zeros_like(logits.detach()).scatter(dim, chosen, 1.0) - soft.detach() + soft
