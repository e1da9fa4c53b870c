"""Connectionist temporal classification: the likelihood of a sequence, whatever its alignment in time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from deep_learner import Tensor, arange, as_tensor, int64, op, tensor, where
from deep_learner.ops.values import has_values
from deep_learner.typing import Array, Namespace

from ._reduction import chosen

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Tensor,
    targets: Tensor,
    input_lengths: Tensor | Sequence[int],
    target_lengths: Tensor | Sequence[int],
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Tensor:
    """The negative log-likelihood of the targets, summed over all alignments with the inputs.

    Parameters
    ----------
    log_probs
        (T, N, C) or (T, C): the log-probabilities of C classes at T times.
    targets
        (N, S), filled up with anything; or (sum(target_lengths),), one after another. Classes but `blank`.
    input_lengths, target_lengths
        (N,), or () without a batch: how many times, and how many targets, count.
    blank
        The class that stands for no target.
    reduction
        ``"none"``; ``"sum"``; or ``"mean"``, of the losses divided by the lengths of their targets.
    zero_infinity
        Whether impossible targets, such as those longer than their input, cost nothing, and have no gradient.

    Returns
    -------
    Tensor
        A scalar; with ``"none"`` (N,) or ().

    Raises
    ------
    RuntimeError
        If lengths or shapes do not fit, or a target is no class.
    ValueError
        If `reduction` is not known.

    Notes
    -----
    The gradient is PyTorch's: that of the logits whose ``log_softmax`` `log_probs` is taken to be.

    References
    ----------
    Graves et al., "Connectionist temporal classification" (2006).
    """
    reduction = chosen(None, None, reduction)
    batched = log_probs.ndim == 3
    if log_probs.ndim not in (2, 3) or log_probs.numel() == 0:
        raise RuntimeError(
            f"log_probs must have the shape (T, N, C) or (T, C) and not be empty. Received: {tuple(log_probs.shape)}"
        )
    if not batched:
        log_probs = log_probs.unsqueeze(1)
    times, count, classes = log_probs.shape
    if not 0 <= blank < classes:
        raise RuntimeError(f"blank must be in label range: one of {classes} classes. Received: {blank}")
    device = log_probs.device
    if all(has_values(one) for one in (input_lengths, target_lengths, targets) if isinstance(one, Tensor)):
        spans = _lengths("input_lengths", input_lengths, count, times)
        sizes = _lengths("target_lengths", target_lengths, count, None)
        padded = _padded(targets, sizes, count)
        if padded.numel() and (int(padded.min().item()) < 0 or int(padded.max().item()) >= classes):
            raise RuntimeError(f"targets must be classes, from 0 to {classes - 1}. Received others")
        steps, lengths = (tensor(values, dtype=int64, device=device) for values in (spans, sizes))
    else:
        steps, lengths = (as_tensor(one).to(int64).reshape(-1) for one in (input_lengths, target_lengths))
        padded = _padded_unseen(targets, lengths)
    losses = ctc_unlikelihood(log_probs, padded, steps, lengths, blank, zero_infinity)
    counting = arange(times, device=device).unsqueeze(1) < steps
    mass = where(counting, log_probs.exp().sum(2), 0.0).sum(0)
    mass = where(losses.isinf(), 0.0, mass) if zero_infinity else mass
    losses = losses + (mass - mass.detach())  # nothing, but for its gradient, which normalising would have
    if reduction == "mean":
        return (losses / lengths.clip(1)).mean()
    if reduction == "sum":
        return losses.sum()
    return losses if batched else losses.squeeze(0)


def _lengths(name: str, lengths: Tensor | Sequence[int], count: int, most: int | None) -> list[int]:
    """Lengths as numbers, refused if they are too many, too few or too long."""
    if isinstance(lengths, Tensor):
        if lengths.is_floating_point():
            raise RuntimeError(f"{name} must be integral. Received: {lengths.dtype}")
        values = lengths.reshape(-1).tolist()
    else:
        values = [int(length) for length in lengths]
    if len(values) != count:
        raise RuntimeError(f"{name} must be of size batch_size {count}. Received: {len(values)}")
    if any(length < 0 or (most is not None and length > most) for length in values):
        raise RuntimeError(
            f"Expected {name} to be from 0 to {'any' if most is None else most}. Received: {values}"
        )
    return values


def _padded(targets: Tensor, sizes: list[int], count: int) -> Tensor:
    """(N, S) classes, each row filled up with 0."""
    longest = max(sizes, default=0)
    targets = targets.to(int64)
    places = arange(longest, device=targets.device)
    lengths = tensor(sizes, dtype=int64, device=targets.device).unsqueeze(1)
    if targets.ndim == 1 and targets.shape[0] == sum(sizes):
        starts = lengths.cumsum(0) - lengths
        flat = (starts + places).clip(None, max(sum(sizes) - 1, 0))
        rows = targets[flat.reshape(-1)].reshape(count, longest)
    else:
        rows = targets.reshape(1, -1) if targets.ndim == 1 and count == 1 else targets
        if rows.ndim != 2 or rows.shape[0] != count or rows.shape[1] < longest:
            raise RuntimeError(
                f"targets must have the shape ({count}, S) with S at least {longest}, or ({sum(sizes)},) for all one "
                f"after another. Received: {tuple(targets.shape)}"
            )
        rows = rows[:, :longest]
    return where(places < lengths, rows, 0)


def _padded_unseen(targets: Tensor, lengths: Tensor) -> Tensor:
    """:func:`_padded` for lengths that cannot be looked at, whose rows keep their width."""
    if targets.ndim != 2:
        raise RuntimeError("targets must have the shape (N, S) where the lengths are not known")
    places = arange(targets.shape[1], device=targets.device)
    return where(places < lengths.unsqueeze(1), targets.to(int64), 0)


@op(refuses="bool integer complex", autocast="float32")
def ctc_unlikelihood(
    xp: Namespace,
    log_probs: Array,
    targets: Array,
    input_lengths: Array,
    target_lengths: Array,
    blank: int,
    zero_infinity: bool,
) -> Array:
    """The negative log-likelihood of each target: (T, N, C), (N, S), (N,), (N,) -> (N,).

    A target of S classes becomes L = 2 S + 1 states, a blank before, between and after all. ``alpha[s]`` is the
    logarithm of the likelihood of being in state s, having passed through those before.
    """
    states, skips = _states(xp, targets, blank)
    emitted = _emitted(xp, log_probs, states)
    alpha = _forward(xp, emitted, skips, input_lengths, target_lengths)[-1]
    return _unlikelihood(xp, alpha, input_lengths, target_lengths, zero_infinity)


@ctc_unlikelihood.vjp("log_probs")
def _(
    xp: Namespace,
    g: Array,
    log_probs: Array,
    targets: Array,
    input_lengths: Array,
    target_lengths: Array,
    blank: int,
    zero_infinity: bool,
) -> Array:
    shares = xp.ctc_occupancy(log_probs, targets, input_lengths, target_lengths, blank, zero_infinity)
    return -shares * xp.reshape(g, (1, -1, 1))


@op
def ctc_occupancy(
    xp: Namespace,
    log_probs: Array,
    targets: Array,
    input_lengths: Array,
    target_lengths: Array,
    blank: int,
    zero_infinity: bool,
) -> Array:
    """The probability of each class at each time, given the target: (T, N, C), as the arguments of
    :func:`ctc_unlikelihood`, whose negative gradient it is.
    """
    states, skips = _states(xp, targets, blank)
    emitted = _emitted(xp, log_probs, states)
    alphas = _forward(xp, emitted, skips, input_lengths, target_lengths)
    loss = _unlikelihood(xp, alphas[-1], input_lengths, target_lengths, zero_infinity)
    betas = _backward(xp, emitted, skips, input_lengths, target_lengths)
    logs = xp.stack(alphas, axis=0) + xp.stack(betas, axis=0) + xp.expand_dims(loss, axis=1)
    times = xp.arange(len(alphas), dtype=input_lengths.dtype, device=logs.device)
    counting = xp.reshape(times, (-1, 1, 1)) < xp.expand_dims(input_lengths, axis=1)
    shares = xp.where(counting, xp.exp(logs), 0.0)
    blank_shares = xp.zeros_like(log_probs)
    return xp.scatter_add(blank_shares, 2, xp.broadcast_to(states, logs.shape), shares)


def _states(xp: Namespace, targets: Array, blank: int) -> tuple[Array, Array]:
    """The class of each state, (N, L), and whether the state before the last may be left out, (N, L)."""
    count, size = targets.shape
    pairs = xp.stack([xp.full_like(targets, blank), targets], axis=2)
    end = xp.full((count, 1), blank, dtype=targets.dtype, device=targets.device)
    states = xp.concat([xp.reshape(pairs, (count, 2 * size)), end], axis=1)
    never = xp.zeros((count, min(2, 2 * size + 1)), dtype=xp.bool, device=targets.device)
    return states, xp.concat([never, states[:, 2:] != states[:, :-2]], axis=1) if size else never


def _emitted(xp: Namespace, log_probs: Array, states: Array) -> list[Array]:
    """The log-probability of each state's class at each time: T of (N, L)."""
    times = log_probs.shape[0]
    index = xp.broadcast_to(states, (times, *states.shape))
    return list(xp.unstack(xp.take_along_axis(log_probs, index, axis=2), axis=0))


def _never(xp: Namespace, like: Array, width: int | None = None) -> Array:
    """The logarithm of probabilities 0."""
    shape = like.shape if width is None else (like.shape[0], width)
    return xp.full(shape, -math.inf, dtype=like.dtype, device=like.device)


def _log_of_sum(xp: Namespace, *logs: Array) -> Array:
    """log(sum(exp(x))) of arrays, whose derivatives are numbers also where all are -inf."""
    top = logs[0]
    for other in logs[1:]:
        top = xp.maximum(top, other)
    top = xp.where(top == -math.inf, 0.0, top)
    total = xp.exp(logs[0] - top)
    for other in logs[1:]:
        total = total + xp.exp(other - top)
    possible = total > 0
    return xp.where(possible, xp.log(xp.where(possible, total, 1.0)) + top, -math.inf)


def _later(xp: Namespace, logs: Array, steps: int) -> Array:
    """What lies `steps` states earlier (later, if negative); nothing beyond the ends."""
    width = min(abs(steps), logs.shape[1])
    kept = logs.shape[1] - width
    parts = (
        [_never(xp, logs, width), logs[:, :kept]] if steps > 0 else [logs[:, width:], _never(xp, logs, width)]
    )
    return xp.concat(parts, axis=1)


def _forward(
    xp: Namespace, emitted: list[Array], skips: Array, input_lengths: Array, target_lengths: Array
) -> list[Array]:
    """alpha at each time; after the input's end it stays."""
    first = emitted[0]
    place = xp.arange(first.shape[1], dtype=target_lengths.dtype, device=first.device)
    lengths, ends = (xp.expand_dims(x, axis=1) for x in (target_lengths, input_lengths))
    begin = xp.logical_or(place == 0, xp.logical_and(place == 1, lengths > 0))
    alphas = [xp.where(begin, first, -math.inf)]
    for time, emission in enumerate(emitted[1:], 1):
        before = alphas[-1]
        skipped = xp.where(skips, _later(xp, before, 2), -math.inf)
        after = emission + _log_of_sum(xp, before, _later(xp, before, 1), skipped)
        alphas.append(xp.where(ends > time, after, before))
    return alphas


def _backward(
    xp: Namespace, emitted: list[Array], skips: Array, input_lengths: Array, target_lengths: Array
) -> list[Array]:
    """beta at each time: the log-likelihood of all that comes after, from each state."""
    last = emitted[-1]
    place = xp.arange(last.shape[1], dtype=target_lengths.dtype, device=last.device)
    lengths, ends = (xp.expand_dims(x, axis=1) for x in (target_lengths, input_lengths))
    final = xp.logical_or(place == 2 * lengths, xp.logical_and(place == 2 * lengths - 1, lengths > 0))
    beta = _never(xp, last)
    betas: list[Array] = []
    for time in range(len(emitted) - 1, -1, -1):
        if betas:
            after = beta + emitted[time + 1]
            skipped = _later(xp, xp.where(skips, after, -math.inf), -2)
            beta = _log_of_sum(xp, after, _later(xp, after, -1), skipped)
        beta = xp.where(xp.logical_and(ends == time + 1, final), 0.0, beta)
        betas.append(beta)
    return betas[::-1]


def _unlikelihood(
    xp: Namespace, alpha: Array, input_lengths: Array, target_lengths: Array, zero_infinity: bool
) -> Array:
    """Minus the logarithm of the likelihood of the last two states."""
    last = xp.expand_dims(2 * target_lengths, axis=1)
    ends = xp.concat([last, xp.clip(last - 1, 0, None)], axis=1)
    logs = xp.take_along_axis(alpha, ends, axis=1)
    alternative = xp.where(target_lengths > 0, logs[:, 1], -math.inf)
    total = _log_of_sum(xp, logs[:, 0], alternative)
    none = xp.where(
        target_lengths > 0, -math.inf, xp.zeros_like(total)
    )  # of no input, which only no target fits
    loss = -xp.where(input_lengths > 0, total, none)
    return xp.where(xp.isinf(loss), 0.0, loss) if zero_infinity else loss
