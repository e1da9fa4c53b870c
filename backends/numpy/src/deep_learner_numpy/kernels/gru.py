"""The gated recurrent unit: sums of several steps at once, gates in place, nothing allocated in a step."""

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
    """Rows for the gates r, z, n as (3, `size`, *); those of the first two are halved, as in `lstm`."""
    made = weight.reshape(3, size, *weight.shape[1:]).copy()
    made[:2] *= 0.5
    return made


def gru_layer(
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias_ih: Array | None,
    bias_hh: Array | None,
    steps: Sequence[Any],
) -> tuple[Array, Array]:
    """Outputs, and the gates r, z, n with the state's contribution to n."""
    rows, size, dtype = input.shape[0], hx.shape[1], input.dtype
    from_input = np.ascontiguousarray(_by_gate(weight_ih, size).transpose(0, 2, 1))
    from_state = np.ascontiguousarray(_by_gate(weight_hh, size).transpose(0, 2, 1))
    biases = np.zeros((3, 1, size), dtype)
    if bias_ih is not None:
        biases[:, 0] += _by_gate(bias_ih, size)
    inside_bias = None if bias_hh is None else _by_gate(bias_hh, size)
    if inside_bias is not None:
        biases[:2, 0] += inside_bias[:2]
    output, gates = np.empty((rows, size), dtype), np.empty((4, rows, size), dtype)
    most = max((step[1] - step[0] for step in steps), default=0)
    sums, half = np.empty((3, most, size), dtype), np.asarray(0.5, dtype)

    def begin(group: tuple[int, int, Sequence[Any]]) -> None:
        low, high, _ = group
        np.matmul(input[low:high], from_input, out=gates[:3, low:high])
        gates[:3, low:high] += biases

    def go_on(step: Any) -> None:
        start, stop = step[:2]
        r, z, n, inside = gates[:, start:stop]
        logistic, part, before = (
            gates[:2, start:stop],
            sums[:, : stop - start],
            state_before(output, hx, step),
        )
        np.matmul(before, from_state, out=part)
        np.add(logistic, part[:2], out=logistic)
        np.tanh(logistic, out=logistic)
        np.multiply(logistic, half, out=logistic)
        np.add(logistic, half, out=logistic)
        if inside_bias is None:
            inside[...] = part[2]
        else:
            np.add(part[2], inside_bias[2], out=inside)
        hidden = output[start:stop]
        np.multiply(r, inside, out=hidden)
        np.add(n, hidden, out=n)
        np.tanh(n, out=n)
        np.subtract(before, n, out=hidden)
        np.multiply(hidden, z, out=hidden)
        np.add(hidden, n, out=hidden)

    with assisted(worth(input, weight_ih)) as aside:
        for _, _, group in prepared(aside, begin, groups(steps)):
            for step in group:
                go_on(step)
    return output, gates


def gru_layer_backward(
    grad_output: Array | None,
    grad_gates: Array | None,
    input: Array,
    hx: Array,
    weight_ih: Array | None,
    weight_hh: Array,
    output: Array,
    gates: Array,
    steps: Sequence[Any],
) -> tuple[Array, ...]:
    """The gradients of all operands. The sums' gradients are that of a step's outputs times factors, which are made for
    several steps at once; they lie side by side as n, r, z, and the state's contribution to n.
    """
    size, dtype = hx.shape[1], input.dtype
    grad_input = np.empty((0,), dtype) if weight_ih is None else np.empty(input.shape, dtype)
    turned = None if weight_ih is None else np.roll(weight_ih, size, axis=0)
    grad_ih, grad_hh = np.zeros((3 * size, input.shape[1]), dtype), np.zeros(weight_hh.shape, dtype)
    grad_bias = np.zeros(4 * size, dtype)
    hidden = Carried(np.zeros(hx.shape, dtype))
    scratch = np.empty(hx.shape, dtype)
    with assisted(worth(input, weight_hh)) as aside:
        products = Products(aside)
        for low, high, group in groups(tuple(reversed(steps))):
            r, z, n, inside = gates[:, low:high]
            before, count = states_before(output, hx, group), high - low
            factors = np.empty((4, count, size), dtype)
            np.multiply(n, n, out=factors[0])
            np.subtract(1, factors[0], out=factors[0])
            np.subtract(1, gates[:2, low:high], out=factors[1:3])
            factors[0] *= factors[2]
            factors[1:3] *= gates[:2, low:high]
            factors[1] *= inside
            factors[1] *= factors[0]
            factors[2] *= before - n
            np.multiply(factors[0], r, out=factors[3])
            through_gates = (
                None if grad_gates is None else _through_gates(grad_gates[:, low:high], gates[:, low:high])
            )
            delta = np.empty((count, 4, size), dtype)
            for step in group:
                start, stop = step[:2]
                own, rows = slice(start - low, stop - low), stop - start
                grad, product, part = hidden.array[:rows], scratch[:rows], delta[own]
                if grad_output is not None:
                    np.add(grad, grad_output[start:stop], out=grad)
                np.multiply(factors[:, own], grad, out=part.transpose(1, 0, 2))
                if through_gates is not None:
                    part += through_gates[own]
                np.multiply(grad, z[own], out=product)
                np.matmul(part.reshape(rows, 4 * size)[:, size:], weight_hh, out=grad)
                np.add(grad, product, out=grad)
                hidden.hand_on(step)
            sums = delta.reshape(count, 4 * size)
            products.add(grad_ih, sums[:, : 3 * size].T, input[low:high])
            products.add(grad_hh, sums[:, size:].T, before)
            if turned is not None:
                products.write(grad_input[low:high], sums[:, : 3 * size], turned)
            grad_bias += np.ones(count, dtype) @ sums
            products.next_group()
        products.end()
    return (
        grad_input,
        hidden.initial,
        np.roll(grad_ih, -size, axis=0),
        grad_hh,
        np.roll(grad_bias[: 3 * size], -size),
        grad_bias[size:].copy(),
    )


def _through_gates(grad_gates: Array, gates: Array) -> Array:
    """What reaches the sums from gradients of the gates' values: (rows, 4, size), ordered as n, r, z, state's part."""
    r, z, n, inside = gates
    to_r, to_z, to_n, to_inside = grad_gates
    to_n = to_n * (1 - n * n)
    to_r = (to_r + to_n * inside) * r * (1 - r)
    return np.stack([to_n, to_r, to_z * z * (1 - z), to_inside + to_n * r], axis=1)


KERNELS: dict[str, Callable[..., Any]] = {
    "gru_layer": gru_layer,
    "gru_layer_backward": gru_layer_backward,
}
