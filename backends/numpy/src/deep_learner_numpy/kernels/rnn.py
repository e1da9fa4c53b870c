"""The plain recurrent network: sums of several steps at once, and in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from deep_learner_numpy.kernels.packing import Carried, groups, state_before, states_before
from deep_learner_numpy.kernels.products import Products, worth
from deep_learner_numpy.threads import assisted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deep_learner.typing import Array


def rnn_layer(
    input: Array,
    hx: Array,
    weight_ih: Array,
    weight_hh: Array,
    bias: Array | None,
    nonlinearity: str,
    steps: Sequence[Any],
) -> Array:
    """The outputs, which are first the sums."""
    output = input @ weight_ih.T
    if bias is not None:
        output += bias
    recurrent = np.ascontiguousarray(weight_hh.T)
    for step in steps:
        rows = output[step[0] : step[1]]
        rows += state_before(output, hx, step) @ recurrent
        if nonlinearity == "tanh":
            np.tanh(rows, out=rows)
        else:
            np.maximum(rows, 0, out=rows)
    return output


def rnn_layer_backward(
    grad_output: Array,
    input: Array,
    hx: Array,
    weight_ih: Array | None,
    weight_hh: Array,
    output: Array,
    nonlinearity: str,
    steps: Sequence[Any],
) -> tuple[Array, ...]:
    """The gradients of all operands."""
    dtype = input.dtype
    grad_input = np.empty((0,), dtype) if weight_ih is None else np.empty(input.shape, dtype)
    grad_ih, grad_hh = np.zeros((hx.shape[1], input.shape[1]), dtype), np.zeros(weight_hh.shape, dtype)
    grad_bias, hidden = np.zeros(hx.shape[1], dtype), Carried(np.zeros(hx.shape, dtype))
    with assisted(worth(input, weight_hh)) as aside:
        products = Products(aside)
        for low, high, group in groups(tuple(reversed(steps))):
            made = output[low:high]
            delta = 1 - made * made if nonlinearity == "tanh" else (made > 0).astype(dtype)
            for step in group:
                start, stop = step[:2]
                grad, part = hidden.array[: stop - start], delta[start - low : stop - low]
                np.add(grad, grad_output[start:stop], out=grad)
                np.multiply(part, grad, out=part)
                np.matmul(part, weight_hh, out=grad)
                hidden.hand_on(step)
            products.add(grad_ih, delta.T, input[low:high])
            products.add(grad_hh, delta.T, states_before(output, hx, group))
            if weight_ih is not None:
                products.write(grad_input[low:high], delta, weight_ih)
            grad_bias += np.ones(high - low, dtype) @ delta
            products.next_group()
        products.end()
    return grad_input, hidden.initial, grad_ih, grad_hh, grad_bias


KERNELS: dict[str, Callable[..., Any]] = {
    "rnn_layer": rnn_layer,
    "rnn_layer_backward": rnn_layer_backward,
}
