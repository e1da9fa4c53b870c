"""The plain recurrent network (Elman 1990): one layer in one direction, over all steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from deep_learner import op
from deep_learner.typing import Array, Namespace

from .steps import Step, arriving, as_steps, beginnings, carried, in_row_order, previous_states

__all__ = ["Nonlinearity", "rnn_layer", "rnn_layer_backward"]

Nonlinearity = Literal["tanh", "relu"]


@op(autocast="lower")
def rnn_layer(
    xp: Namespace,
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | None,
    nonlinearity: Nonlinearity,
    steps: Sequence[Step],
) -> Array:
    """One layer in one direction: from packed inputs, (rows, I), to packed outputs, (rows, H).

    Parameters
    ----------
    input
        (rows, I), packed.
    hx
        The first states, (N, H).
    weight_ih, weight_hh
        (H, I) and (H, H).
    bias
        (H,).
    nonlinearity
        What is applied to the sums of a step.
    steps
        How to walk over the rows.
    """
    sums = xp.matmul(input, weight_ih.T)
    sums = sums if bias is None else sums + bias
    recurrent, activation = weight_hh.T, getattr(xp, nonlinearity)
    hidden = None
    outputs: list[Array] = []
    steps = as_steps(steps)
    for step in steps:
        state = carried(xp, hidden, hx, step)
        hidden = activation(sums[step.start : step.stop, :] + xp.matmul(state, recurrent))
        outputs.append(hidden)
    return in_row_order(xp, outputs, steps)


@rnn_layer.vjp("input", "hx", "weight_ih", "weight_hh", "bias")
def _(
    xp: Namespace,
    g: Array,
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    out: Array,
    nonlinearity: Nonlinearity,
    steps: Sequence[Step],
    wanted: tuple[bool, ...],
) -> tuple[Array | None, ...]:
    weight = weight_ih if wanted[0] else None
    return xp.rnn_layer_backward(g, input, hx, weight, weight_hh, out, nonlinearity, steps)


@op
def rnn_layer_backward(
    xp: Namespace,
    grad_output: Array,
    input: Array,
    hx: Array,
    weight_ih: Array | None,
    weight_hh: Array,
    output: Array,
    nonlinearity: Nonlinearity,
    steps: Sequence[Step],
) -> tuple[Array, ...]:
    """The gradients of all operands of :func:`rnn_layer`. Without `weight_ih` that of `input` is empty."""
    steps = as_steps(steps)
    walked = tuple(reversed(steps))
    slope = _slope(xp, output, nonlinearity)
    later = None
    deltas: list[Array] = []
    first: list[Array] = []
    for step in walked:
        grad = arriving(xp, grad_output, later, step, output)
        deltas.append(grad * slope[step.start : step.stop, :])
        grad = xp.matmul(deltas[-1], weight_hh)
        later = grad[: step.kept, :]
        first.append(grad[step.kept :, :])
    delta = in_row_order(xp, deltas, walked)
    return (
        xp.zeros((0,), dtype=output.dtype, device=output.device)
        if weight_ih is None
        else xp.matmul(delta, weight_ih),
        beginnings(xp, first),
        xp.matmul(delta.T, input),
        xp.matmul(delta.T, previous_states(xp, output, hx, steps)),
        xp.sum(delta, axis=0),
    )


def _slope(xp: Namespace, output: Array, nonlinearity: Nonlinearity) -> Array:
    """The derivative of the nonlinearity, from its value."""
    return 1.0 - output * output if nonlinearity == "tanh" else xp.astype(output > 0, output.dtype)
