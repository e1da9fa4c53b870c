"""What a step of an LSTM or a GRU does beside matrix products, and its derivative, each in one launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupy

from deep_learner_cupy.kernels.elementwise import elementwise
from deep_learner_cupy.kernels.fallback import floating, generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_LOGISTIC = "template <typename W> __device__ W logistic(W x) { return W(1) / (W(1) + exp(-x)); }\n"

_LSTM = elementwise(
    "lstm_pointwise",
    "T sum_i, T sum_f, T sum_g, T sum_o, T before",
    """
    W at_i = logistic((W)sum_i), at_f = logistic((W)sum_f), at_o = logistic((W)sum_o), at_g = tanh((W)sum_g);
    W cell = at_f * (W)before + at_i * at_g;
    hidden = (T)(at_o * tanh(cell)); cells = (T)cell;
    gate_i = (T)at_i; gate_f = (T)at_f; gate_o = (T)at_o; gate_g = (T)at_g;
    """,
    outputs="T hidden, T cells, T gate_i, T gate_f, T gate_o, T gate_g",
    preamble=_LOGISTIC,
)
_LSTM_BACKWARD = elementwise(
    "lstm_pointwise_backward",
    "T grad_hidden, T grad_cells, T before, T cells, T gate_i, T gate_f, T gate_o, T gate_g",
    """
    W at_i = (W)gate_i, at_f = (W)gate_f, at_o = (W)gate_o, at_g = (W)gate_g;
    W bent = tanh((W)cells), h = (W)grad_hidden;
    W c = (W)grad_cells + h * at_o * (W(1) - bent * bent);
    to_i = (T)(c * at_g * at_i * (W(1) - at_i));
    to_f = (T)(c * (W)before * at_f * (W(1) - at_f));
    to_g = (T)(c * at_i * (W(1) - at_g * at_g));
    to_o = (T)(h * bent * at_o * (W(1) - at_o));
    to_before = (T)(c * at_f);
    """,
    outputs="T to_i, T to_f, T to_g, T to_o, T to_before",
)
_GRU = elementwise(
    "gru_pointwise",
    "T input_r, T input_z, T input_n, T state_r, T state_z, T state_n, T before",
    """
    W at_r = logistic((W)input_r + (W)state_r), at_z = logistic((W)input_z + (W)state_z);
    W at_n = tanh((W)input_n + at_r * (W)state_n);
    hidden = (T)(at_n + at_z * ((W)before - at_n));
    gate_r = (T)at_r; gate_z = (T)at_z; gate_n = (T)at_n; inside = state_n;
    """,
    outputs="T hidden, T gate_r, T gate_z, T gate_n, T inside",
    preamble=_LOGISTIC,
)
_GRU_BACKWARD = elementwise(
    "gru_pointwise_backward",
    "T grad_hidden, T before, T gate_r, T gate_z, T gate_n, T inside",
    """
    W at_r = (W)gate_r, at_z = (W)gate_z, at_n = (W)gate_n, g = (W)grad_hidden;
    W n = g * (W(1) - at_z) * (W(1) - at_n * at_n);
    W r = n * (W)inside * at_r * (W(1) - at_r);
    W z = g * ((W)before - at_n) * at_z * (W(1) - at_z);
    input_r = (T)r; input_z = (T)z; input_n = (T)n;
    state_r = (T)r; state_z = (T)z; state_n = (T)(n * at_r);
    to_before = (T)(g * at_z);
    """,
    outputs="T input_r, T input_z, T input_n, T state_r, T state_z, T state_n, T to_before",
)


def _side_by_side(array: Array, size: int) -> list[Array]:
    """(N, gates * size) as one view for each gate."""
    return [array[:, start : start + size] for start in range(0, array.shape[1], size)]


@floating
def lstm_pointwise(gates: Array, cx: Array) -> tuple[Array, Array, Array]:
    hidden, cells = cupy.empty(cx.shape, cx.dtype), cupy.empty(cx.shape, cx.dtype)
    made = cupy.empty((4, *cx.shape), cx.dtype)
    _LSTM(*_side_by_side(gates, cx.shape[1]), cx, hidden, cells, *made)
    return hidden, cells, made


@floating
def lstm_pointwise_backward(
    grad_hidden: Array, grad_cells: Array, grad_gates: Array | None, cx: Array, cells: Array, gates: Array
) -> tuple[Array, Array]:
    if grad_gates is not None:
        return generic("lstm_pointwise_backward", grad_hidden, grad_cells, grad_gates, cx, cells, gates)
    count, size = cx.shape
    made, to_before = cupy.empty((count, 4 * size), cx.dtype), cupy.empty(cx.shape, cx.dtype)
    _LSTM_BACKWARD(grad_hidden, grad_cells, cx, cells, *gates, *_side_by_side(made, size), to_before)
    return made, to_before


@floating
def gru_pointwise(sums_ih: Array, sums_hh: Array, hx: Array) -> tuple[Array, Array]:
    size = hx.shape[1]
    hidden, made = cupy.empty(hx.shape, hx.dtype), cupy.empty((4, *hx.shape), hx.dtype)
    _GRU(*_side_by_side(sums_ih, size), *_side_by_side(sums_hh, size), hx, hidden, *made)
    return hidden, made


@floating
def gru_pointwise_backward(
    grad_hidden: Array, grad_gates: Array | None, hx: Array, gates: Array
) -> tuple[Array, Array, Array]:
    if grad_gates is not None:
        return generic("gru_pointwise_backward", grad_hidden, grad_gates, hx, gates)
    count, size = hx.shape
    to_input, to_state = (cupy.empty((count, 3 * size), hx.dtype) for _ in range(2))
    direct = cupy.empty(hx.shape, hx.dtype)
    parts = [*_side_by_side(to_input, size), *_side_by_side(to_state, size)]
    _GRU_BACKWARD(grad_hidden, hx, *gates, *parts, direct)
    return to_input, to_state, direct


KERNELS: dict[str, Callable[..., Any]] = {
    "gru_pointwise": gru_pointwise,
    "gru_pointwise_backward": gru_pointwise_backward,
    "lstm_pointwise": lstm_pointwise,
    "lstm_pointwise_backward": lstm_pointwise_backward,
}
