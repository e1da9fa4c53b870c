"""The gated recurrent unit: one layer in one direction, over all steps.

Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), https://arxiv.org/abs/1406.1078, with
the reset gate after the matrix product, as cuDNN and PyTorch have it.
"""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import op
from deep_learner.typing import Array, Namespace

from .steps import Step, arriving, as_steps, beginnings, carried, in_row_order, previous_states

__all__ = ["gru_layer", "gru_layer_backward", "gru_pointwise", "gru_pointwise_backward"]


@op
def gru_pointwise(xp: Namespace, sums_ih: Array, sums_hh: Array, hx: Array) -> tuple[Array, Array]:
    """What a step does once its matrix products are summed.

    Parameters
    ----------
    sums_ih, sums_hh
        What the input and the state before contribute to the gates r, z, n, side by side: (N, 3 H).
    hx
        The states before: (N, H).

    Returns
    -------
    tuple of Tensor
        The states ``h = n + z (hx - n)``, (N, H), with ``n = tanh(input's + r state's)``; and r, z, n and the state's
        contribution to n, (4, N, H).
    """
    size = hx.shape[1]
    both = xp.sigmoid(sums_ih[:, : 2 * size] + sums_hh[:, : 2 * size])
    r, z, inside = both[:, :size], both[:, size:], sums_hh[:, 2 * size :]
    n = xp.tanh(sums_ih[:, 2 * size :] + r * inside)
    return n + z * (hx - n), xp.stack([r, z, n, inside], axis=0)


@op
def gru_pointwise_backward(
    xp: Namespace, grad_hidden: Array, grad_gates: Array | None, hx: Array, gates: Array
) -> tuple[Array, Array, Array]:
    """The gradients of the three operands of :func:`gru_pointwise`.

    `gates` is its second output, which no gradient may have reached.
    """
    r, z, n, inside = [gates[k, ...] for k in range(4)]
    to_z, to_n = grad_hidden * (hx - n), grad_hidden * (1.0 - z)
    if grad_gates is not None:
        to_z, to_n = to_z + grad_gates[1, ...], to_n + grad_gates[2, ...]
    to_n = to_n * (1.0 - n * n)
    to_r, to_inside = to_n * inside, to_n * r
    if grad_gates is not None:
        to_r, to_inside = to_r + grad_gates[0, ...], to_inside + grad_gates[3, ...]
    to_r, to_z = to_r * r * (1.0 - r), to_z * z * (1.0 - z)
    return (
        xp.concat([to_r, to_z, to_n], axis=1),
        xp.concat([to_r, to_z, to_inside], axis=1),
        grad_hidden * z,
    )


@op(autocast={"accelerator": "lower"})
def gru_layer(
    xp: Namespace,
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias_ih: Array | None,
    bias_hh: Array | None,
    steps: Sequence[Step],
) -> tuple[Array, Array]:
    """One layer in one direction: from packed inputs to packed outputs.

    Parameters
    ----------
    input
        (rows, I), packed.
    hx
        The first states, (N, H).
    weight_ih, weight_hh
        (3 H, I) and (3 H, H), the gates r, z, n on top of each other.
    bias_ih, bias_hh
        (3 H,).
    steps
        How to walk over the rows.

    Returns
    -------
    tuple of Tensor
        The outputs, (rows, H), and what :func:`gru_pointwise` keeps, (4, rows, H): an output so that the rule finds it,
        and that second derivatives know what it depends on.
    """
    sums = xp.matmul(input, weight_ih.T)
    sums = sums if bias_ih is None else sums + bias_ih
    recurrent = weight_hh.T
    hidden = None
    outputs: list[Array] = []
    gates: list[Array] = []
    steps = as_steps(steps)
    for step in steps:
        state = carried(xp, hidden, hx, step)
        from_state = xp.matmul(state, recurrent)
        from_state = from_state if bias_hh is None else from_state + bias_hh
        hidden, kept = xp.gru_pointwise(sums[step.start : step.stop, :], from_state, state)
        outputs.append(hidden)
        gates.append(kept)
    return in_row_order(xp, outputs, steps), in_row_order(xp, gates, steps, axis=1)


@gru_layer.vjp("input", "hx", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
def _(
    xp: Namespace,
    g: tuple[Array | None, ...],
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    out: tuple[Array, Array],
    steps: Sequence[Step],
    wanted: tuple[bool, ...],
) -> tuple[Array | None, ...]:
    return xp.gru_layer_backward(*g, input, hx, weight_ih if wanted[0] else None, weight_hh, *out, steps)


@op
def gru_layer_backward(
    xp: Namespace,
    grad_output: Array | None,
    grad_gates: Array | None,
    input: Array,
    hx: Array,
    weight_ih: Array | None,
    weight_hh: Array,
    output: Array,
    gates: Array,
    steps: Sequence[Step],
) -> tuple[Array, ...]:
    """The gradients of all operands of :func:`gru_layer` from those that reached its outputs.

    Without `weight_ih` that of `input` is empty.
    """
    steps = as_steps(steps)
    walked = tuple(reversed(steps))
    before = previous_states(xp, output, hx, steps)
    later = None
    deltas_ih: list[Array] = []
    deltas_hh: list[Array] = []
    first: list[Array] = []
    for step in walked:
        rows = slice(step.start, step.stop)
        delta_ih, delta_hh, direct = xp.gru_pointwise_backward(
            arriving(xp, grad_output, later, step, output),
            None if grad_gates is None else grad_gates[:, rows, :],
            before[rows, :],
            gates[:, rows, :],
        )
        deltas_ih.append(delta_ih)
        deltas_hh.append(delta_hh)
        grad_h = direct + xp.matmul(delta_hh, weight_hh)
        later = grad_h[: step.kept, :]
        first.append(grad_h[step.kept :, :])
    delta_ih, delta_hh = in_row_order(xp, deltas_ih, walked), in_row_order(xp, deltas_hh, walked)
    return (
        xp.zeros((0,), dtype=output.dtype, device=output.device)
        if weight_ih is None
        else xp.matmul(delta_ih, weight_ih),
        beginnings(xp, first),
        xp.matmul(delta_ih.T, input),
        xp.matmul(delta_hh.T, before),
        xp.sum(delta_ih, axis=0),
        xp.sum(delta_hh, axis=0),
    )
