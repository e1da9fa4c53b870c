"""The long short-term memory: one layer in one direction, over all steps.

Hochreiter and Schmidhuber, "Long short-term memory" (1997), with forget gates (Gers, Schmidhuber and Cummins 2000) and
projections (Sak, Senior and Beaufays 2014, https://arxiv.org/abs/1402.1128).
"""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import op
from deep_learner.typing import Array, Namespace

from .steps import Step, arriving, as_steps, beginnings, carried, in_row_order, previous_states

__all__ = ["lstm_layer", "lstm_layer_backward", "lstm_pointwise", "lstm_pointwise_backward"]


@op
def lstm_pointwise(xp: Namespace, gates: Array, cx: Array) -> tuple[Array, Array, Array]:
    """What a step does once its matrix products are summed.

    Parameters
    ----------
    gates
        The sums for the gates i, f, g, o, side by side: (N, 4 H).
    cx
        The cells before: (N, H).

    Returns
    -------
    tuple of Tensor
        ``o tanh(c)`` and the cells ``c = f cx + i g``, each (N, H); the gates' values, (4, N, H), in the order i, f, o,
        g, which has those together that a logistic function makes.
    """
    size = cx.shape[1]
    i, f, g, o = [gates[:, k * size : (k + 1) * size] for k in range(4)]
    i, f, o, g = xp.sigmoid(i), xp.sigmoid(f), xp.sigmoid(o), xp.tanh(g)
    cells = f * cx + i * g
    return o * xp.tanh(cells), cells, xp.stack([i, f, o, g], axis=0)


@op
def lstm_pointwise_backward(
    xp: Namespace,
    grad_hidden: Array,
    grad_cells: Array,
    grad_gates: Array | None,
    cx: Array,
    cells: Array,
    gates: Array,
) -> tuple[Array, Array]:
    """The gradients of the sums for the gates, (N, 4 H), and of `cx`, from those of what :func:`lstm_pointwise` gave.

    `cells` and `gates` are its second and third output; no gradient may have reached the third.
    """
    i, f, o, g = [gates[k, ...] for k in range(4)]
    tanh = xp.tanh(cells)
    grad_cells = grad_cells + grad_hidden * o * (1.0 - tanh * tanh)
    grads = [grad_cells * g, grad_cells * cx, grad_hidden * tanh, grad_cells * i]
    if grad_gates is not None:
        grads = [grad + grad_gates[k, ...] for k, grad in enumerate(grads)]
    to_i, to_f, to_o, to_g = grads
    sums = [to_i * i * (1.0 - i), to_f * f * (1.0 - f), to_g * (1.0 - g * g), to_o * o * (1.0 - o)]
    return xp.concat(sums, axis=1), grad_cells * f


@op(autocast="lower")
def lstm_layer(
    xp: Namespace,
    input: Array,
    hx: Array,
    cx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | None,
    weight_hr: Array | None,
    steps: Sequence[Step],
) -> tuple[Array, Array, Array]:
    """One layer in one direction: from packed inputs to packed outputs.

    Parameters
    ----------
    input
        (rows, I), packed.
    hx, cx
        The first states, (N, P), and cells, (N, H). P is H without projections.
    weight_ih, weight_hh
        (4 H, I) and (4 H, P), the gates i, f, g, o on top of each other.
    bias
        (4 H,).
    weight_hr
        The projection, (P, H).
    steps
        How to walk over the rows.

    Returns
    -------
    tuple of Tensor
        The outputs, (rows, P); the cells, (rows, H); the gates, (4, rows, H), ordered as by :func:`lstm_pointwise`.
        The last two are outputs so that the rule finds them, and that second derivatives know what they depend on.
    """
    sums = xp.matmul(input, weight_ih.T)
    sums = sums if bias is None else sums + bias
    recurrent, projection = weight_hh.T, None if weight_hr is None else weight_hr.T
    hidden = cell = None
    outputs: list[Array] = []
    cells: list[Array] = []
    gates: list[Array] = []
    steps = as_steps(steps)
    for step in steps:
        state = carried(xp, hidden, hx, step)
        both = sums[step.start : step.stop, :] + xp.matmul(state, recurrent)
        hidden, cell, activations = xp.lstm_pointwise(both, carried(xp, cell, cx, step))
        if projection is not None:
            hidden = xp.matmul(hidden, projection)
        outputs.append(hidden)
        cells.append(cell)
        gates.append(activations)
    return (
        in_row_order(xp, outputs, steps),
        in_row_order(xp, cells, steps),
        in_row_order(xp, gates, steps, axis=1),
    )


@lstm_layer.vjp("input", "hx", "cx", "weight_ih", "weight_hh", "bias", "weight_hr")
def _(
    xp: Namespace,
    g: tuple[Array | None, ...],
    input: Array,
    hx: Array,
    cx: Array,
    weight_ih: Array,
    weight_hh: Array,
    weight_hr: Array | None,
    out: tuple[Array, Array, Array],
    steps: Sequence[Step],
    wanted: tuple[bool, ...],
) -> tuple[Array | None, ...]:
    return xp.lstm_layer_backward(
        *g, input, hx, cx, weight_ih if wanted[0] else None, weight_hh, weight_hr, *out, steps
    )


@op
def lstm_layer_backward(
    xp: Namespace,
    grad_output: Array | None,
    grad_cells: Array | None,
    grad_gates: Array | None,
    input: Array,
    hx: Array,
    cx: Array,
    weight_ih: Array | None,
    weight_hh: Array,
    weight_hr: Array | None,
    output: Array,
    cells: Array,
    gates: Array,
    steps: Sequence[Step],
) -> tuple[Array, ...]:
    """The gradients of all operands of :func:`lstm_layer` from those that reached its outputs.

    Without `weight_ih` that of `input`, and without `weight_hr` that of `weight_hr`, are empty.
    """
    steps = as_steps(steps)
    walked = tuple(reversed(steps))
    before = previous_states(xp, cells, cx, steps)
    later_h = later_c = None
    reached: list[Array] = []
    deltas: list[Array] = []
    first_h: list[Array] = []
    first_c: list[Array] = []
    for step in walked:
        rows = slice(step.start, step.stop)
        grad_h = arriving(xp, grad_output, later_h, step, output)
        reached.append(grad_h)
        delta, grad_c = xp.lstm_pointwise_backward(
            grad_h if weight_hr is None else xp.matmul(grad_h, weight_hr),
            arriving(xp, grad_cells, later_c, step, cells),
            None if grad_gates is None else grad_gates[:, rows, :],
            before[rows, :],
            cells[rows, :],
            gates[:, rows, :],
        )
        deltas.append(delta)
        grad_h = xp.matmul(delta, weight_hh)
        later_h, later_c = grad_h[: step.kept, :], grad_c[: step.kept, :]
        first_h.append(grad_h[step.kept :, :])
        first_c.append(grad_c[step.kept :, :])
    delta = in_row_order(xp, deltas, walked)
    nothing = xp.zeros((0,), dtype=output.dtype, device=output.device)
    grad_weight_hr = nothing
    if weight_hr is not None:
        grad_weight_hr = xp.matmul(in_row_order(xp, reached, walked).T, gates[2, ...] * xp.tanh(cells))
    return (
        nothing if weight_ih is None else xp.matmul(delta, weight_ih),
        beginnings(xp, first_h),
        beginnings(xp, first_c),
        xp.matmul(delta.T, input),
        xp.matmul(delta.T, previous_states(xp, output, hx, steps)),
        xp.sum(delta, axis=0),
        grad_weight_hr,
    )
