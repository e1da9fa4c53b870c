"""Negative log-likelihoods of counts and of real numbers."""

from __future__ import annotations

import math

from deep_learner import Tensor, full_like, op
from deep_learner.ops.values import has_values
from deep_learner.typing import Array, Namespace

from ._reduction import REDUCTIONS, chosen, reduced

__all__ = ["gaussian_nll_loss", "poisson_nll_loss"]


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of counts from a Poisson distribution, up to a constant unless `full`.

    Parameters
    ----------
    input
        The expected counts, or their logarithms.
    target
        The counts, of a shape that broadcasts.
    log_input
        Whether `input` holds logarithms x: ``exp(x) - target x``; else ``x - target log(x + eps)``.
    full
        Whether to add Stirling's approximation of ``log(target!)``, for targets above 1.
    eps
        Added to expected counts in the logarithm.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.
    size_average, reduce
        Older ways to choose the reduction.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If `reduction` is not known.
    """
    reduction = chosen(size_average, reduce, reduction)
    return unlikelihood_of_counts(input, target, log_input, full, eps, reduction)


@op(name="poisson_nll_loss", promote="float", refuses="bool complex", autocast="float32")
def unlikelihood_of_counts(
    xp: Namespace, input: Array, target: Array, log_input: bool, full: bool, eps: float, reduction: str
) -> Array:
    """:func:`poisson_nll_loss` for a known reduction."""
    losses = xp.exp(input) - target * input if log_input else input - target * xp.log(input + eps)
    if full:
        many = target > 1
        count = xp.where(many, target, 2.0)
        stirling = count * xp.log(count) - count + 0.5 * xp.log(2.0 * math.pi * count)
        losses = losses + xp.where(many, stirling, 0.0)
    return reduced(xp, losses, reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """The negative log-likelihood of normally distributed targets: ``(log v + (input - target)**2 / v) / 2``.

    Parameters
    ----------
    input
        (*), the expectations.
    target
        Of a shape that broadcasts.
    var
        The variances: a number; (*); or (*) without its last dimension, or with a single 1 in place of a size.
    full
        Whether to add the constant ``log(2 π) / 2``.
    eps
        The least variance v that is computed with; gradients pass as if there were none.
    reduction
        ``"none"``, ``"mean"`` or ``"sum"``.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` the shape of `input`.

    Raises
    ------
    ValueError
        If a variance is negative, their shape does not fit or `reduction` is not known.

    References
    ----------
    Nix and Weigend, "Estimating the mean and variance of the target probability distribution" (1994).
    """
    if not isinstance(var, Tensor):
        var = full_like(input, float(var))
    if has_values(var) and bool((var < 0).any().item()):
        raise ValueError("var has negative entry/entries")
    wanted, given = tuple(input.shape), tuple(var.shape)
    if given != wanted:
        if wanted[:-1] == given:
            var = var.unsqueeze(-1)
        elif len(given) != len(wanted) or sum(y for x, y in zip(wanted, given, strict=True) if x != y) != 1:
            raise ValueError(f"var is of incorrect size: {given} for an input of shape {wanted}")
    if reduction not in REDUCTIONS:
        raise ValueError(f"{reduction} is not valid; write one of {REDUCTIONS}")
    short = (eps - var.detach()).clip(0)
    return unlikelihood_of_numbers(input, target, var + short, full, reduction)


@op(
    name="gaussian_nll_loss",
    promote="float",
    refuses="bool integer complex",
    autocast={"accelerator": "float32"},
)
def unlikelihood_of_numbers(
    xp: Namespace, input: Array, target: Array, var: Array, full: bool, reduction: str
) -> Array:
    """:func:`gaussian_nll_loss` for variances that have been limited."""
    difference = input - target
    losses = 0.5 * (xp.log(var) + difference * difference / var)
    if full:
        losses = losses + 0.5 * math.log(2.0 * math.pi)
    return reduced(xp, losses, reduction)
