"""The long short-term memory: sums of several steps at once, gates in place, nothing allocated in a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.packing import Carried, groups, state_before, states_before
from deep_learner_numpy.kernels.products import Products, prepared, worth
from deep_learner_numpy.threads import assisted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array


def _by_gate(weight: Array, size: int) -> Array:
    """Rows for the gates i, f, g, o as (4, `size`, *) in the order i, f, o, g.

    Those of the first three are halved: σ(x) = (1 + tanh(x / 2)) / 2, so that one tanh serves all.
    """
    i, f, g, o = weight.reshape(4, size, *weight.shape[1:])
    made = np.stack([i, f, o, g])
    made[:3] *= 0.5
    return made


def lstm_layer(
    input: Array,
    hx: Array,
    cx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | None,
    weight_hr: Array | None,
    steps: Sequence[Any],
) -> tuple[Array, Array, Array]:
    """Outputs, cells and gates."""
    rows, size, dtype = input.shape[0], cx.shape[1], input.dtype
    from_input = np.ascontiguousarray(_by_gate(weight_ih, size).transpose(0, 2, 1))
    from_state = np.ascontiguousarray(_by_gate(weight_hh, size).transpose(0, 2, 1))
    biases = None if bias is None else _by_gate(bias, size)[:, None, :]
    output = np.empty((rows, hx.shape[1]), dtype)
    cells, gates = np.empty((rows, size), dtype), np.empty((4, rows, size), dtype)
    most = max((step[1] - step[0] for step in steps), default=0)
    sums, scratch = np.empty((4, most, size), dtype), np.empty((most, size), dtype)
    half = np.asarray(0.5, dtype)

    def begin(group: tuple[int, int, Sequence[Any]]) -> None:
        low, high, _ = group
        np.matmul(input[low:high], from_input, out=gates[:, low:high])
        if biases is not None:
            gates[:, low:high] += biases

    def go_on(step: Any) -> None:
        start, stop = step[:2]
        count = stop - start
        block, part = gates[:, start:stop], sums[:, :count]
        np.matmul(state_before(output, hx, step), from_state, out=part)
        np.add(block, part, out=block)
        np.tanh(block, out=block)
        logistic = block[:3]
        np.multiply(logistic, half, out=logistic)
        np.add(logistic, half, out=logistic)
        i, f, o, g = block
        cell, product = cells[start:stop], scratch[:count]
        np.multiply(f, state_before(cells, cx, step), out=cell)
        np.multiply(i, g, out=product)
        np.add(cell, product, out=cell)
        np.tanh(cell, out=product)
        if weight_hr is None:
            np.multiply(o, product, out=output[start:stop])
        else:
            np.multiply(o, product, out=product)
            np.matmul(product, weight_hr.T, out=output[start:stop])

    with assisted(worth(input, weight_ih)) as aside:
        for _, _, group in prepared(aside, begin, groups(steps)):
            for step in group:
                go_on(step)
    return output, cells, gates


def lstm_layer_backward(
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
    steps: Sequence[Any],
) -> tuple[Array, ...]:
    """The gradients of all operands. All that does not depend on later steps is done for several at once.

    With the gradients H of a step's outputs and C of its cells, the latter's part from later steps included, those of
    the sums are C' (K_i, K_f, K_g) and H K_o for C' = C + H A, and that of the cells before is C' f.
    """
    size, dtype = cx.shape[1], input.dtype
    grad_input = np.empty((0,), dtype) if weight_ih is None else np.empty(input.shape, dtype)
    grad_ih, grad_hh = np.zeros((4 * size, input.shape[1]), dtype), np.zeros(weight_hh.shape, dtype)
    grad_bias = np.zeros(4 * size, dtype)
    grad_hr = np.zeros((0,) if weight_hr is None else weight_hr.shape, dtype)
    hidden, cell = Carried(np.zeros(hx.shape, dtype)), Carried(np.zeros(cx.shape, dtype))
    scratch = np.empty(cx.shape, dtype)
    with assisted(worth(input, weight_hh)) as aside:
        products = Products(aside)
        for low, high, group in groups(tuple(reversed(steps))):
            i, f, o, g = gates[:, low:high]
            tanh = np.tanh(cells[low:high])
            count = high - low
            k, k_o, a = np.empty((3, count, size), dtype), 1 - o, np.empty((count, size), dtype)
            np.subtract(1, gates[:2, low:high], out=k[:2])
            k[:2] *= gates[:2, low:high]
            k[0] *= g
            k[1] *= states_before(cells, cx, group)
            np.multiply(g, g, out=k[2])
            np.subtract(1, k[2], out=k[2])
            k[2] *= i
            np.multiply(tanh, tanh, out=a)
            np.subtract(1, a, out=a)
            a *= o
            k_o *= o
            through_gates = (
                None if grad_gates is None else _through_gates(grad_gates[:, low:high], gates[:, low:high])
            )
            k_o *= tanh
            delta = np.empty((count, 4, size), dtype)
            reached = None if weight_hr is None else np.empty((count, hx.shape[1]), dtype)
            for step in group:
                start, stop = step[:2]
                own, rows = slice(start - low, stop - low), stop - start
                grad_h, grad_c, product = hidden.array[:rows], cell.array[:rows], scratch[:rows]
                if grad_output is not None:
                    np.add(grad_h, grad_output[start:stop], out=grad_h)
                if reached is not None:
                    reached[own] = grad_h
                    grad_h = grad_h @ weight_hr
                if grad_cells is not None:
                    np.add(grad_c, grad_cells[start:stop], out=grad_c)
                part = delta[own]
                np.multiply(grad_h, k_o[own], out=part[:, 3])
                np.multiply(grad_h, a[own], out=product)
                np.add(grad_c, product, out=grad_c)
                np.multiply(k[:, own], grad_c, out=part[:, :3].transpose(1, 0, 2))
                np.multiply(grad_c, f[own], out=grad_c)
                if through_gates is not None:
                    part += through_gates[own]
                np.matmul(part.reshape(rows, 4 * size), weight_hh, out=hidden.array[:rows])
                hidden.hand_on(step)
                cell.hand_on(step)
            sums = delta.reshape(count, 4 * size)
            products.add(grad_ih, sums.T, input[low:high])
            products.add(grad_hh, sums.T, states_before(output, hx, group))
            if weight_ih is not None:
                products.write(grad_input[low:high], sums, weight_ih)
            if reached is not None:
                products.add(grad_hr, reached.T, o * tanh)
            grad_bias += np.ones(count, dtype) @ sums
            products.next_group()
        products.end()
    return grad_input, hidden.initial, cell.initial, grad_ih, grad_hh, grad_bias, grad_hr


def _through_gates(grad_gates: Array, gates: Array) -> Array:
    """What reaches the sums from gradients of the gates' values: (rows, 4, size), in the order i, f, g, o."""
    slopes = gates * (1 - gates)
    slopes[3] = 1 - gates[3] * gates[3]
    i, f, o, g = grad_gates * slopes
    return np.stack([i, f, g, o], axis=1)


KERNELS: dict[str, Callable[..., Any]] = {
    "lstm_layer": lstm_layer,
    "lstm_layer_backward": lstm_layer_backward,
}
