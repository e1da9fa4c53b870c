"""Recurrent layers over whole sequences; packed ones of several lengths run step by step in the general form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from deep_learner.typing import Array
from deep_learner_onnx.array import known
from deep_learner_onnx.backend import OnnxBackend
from deep_learner_onnx.emission import emit_several, unavailable
from deep_learner_onnx.sizes import same

__all__ = ["KERNELS"]

xp = OnnxBackend.namespace
_LSTM = (0, 3, 1, 2)  # ONNX has the gates i, o, f, g
_GRU = (1, 0, 2)  # and z, r, n


def lstm_layer(
    input: Any, hx: Any, cx: Any, weight_ih: Any, weight_hh: Any, bias: Any, weight_hr: Any, steps: Any
) -> Any:
    """LSTM without projections. Of the cells there are the last alone, in the place of each step's."""
    if weight_hr is not None or not _whole(steps):
        return NotImplemented
    gates = [_reordered(one, _LSTM, "iofc") for one in (weight_ih, weight_hh, bias)]
    outputs, cells = _run("LSTM", input, gates, None, (hx, cx), steps)
    size, count = hx.shape[1], outputs.shape[0] // cells.shape[1]
    rows = xp.reshape(xp.broadcast_to(cells, (count, *cells.shape[1:])), (input.shape[0], size))
    return outputs, rows, unavailable(outputs.graph, "an LSTM's gates", (4, *outputs.shape), input.dtype)


def gru_layer(
    input: Any, hx: Any, weight_ih: Any, weight_hh: Any, bias_ih: Any, bias_hh: Any, steps: Any
) -> Any:
    """GRU, whose reset gate acts behind the product with the state."""
    if not _whole(steps):
        return NotImplemented
    weights = [_reordered(one, _GRU, "zrh") for one in (weight_ih, weight_hh, bias_ih)]
    outputs, _ = _run(
        "GRU", input, weights, _reordered(bias_hh, _GRU, "zrh"), (hx,), steps, linear_before_reset=1
    )
    return outputs, unavailable(outputs.graph, "a GRU's gates", (4, *outputs.shape), input.dtype)


def rnn_layer(
    input: Any, hx: Any, weight_ih: Any, weight_hh: Any, bias: Any, nonlinearity: str, steps: Any
) -> Any:
    """RNN with one of two activations."""
    if not _whole(steps):
        return NotImplemented
    activation = {"tanh": "Tanh", "relu": "Relu"}[nonlinearity]
    return _run("RNN", input, [weight_ih, weight_hh, bias], None, (hx,), steps, activations=[activation])[0]


def _whole(steps: Sequence[Sequence[int]]) -> bool:
    """Whether all sequences have all steps."""
    sizes = [stop - start for start, stop, *_ in steps]
    return bool(sizes) and all(same(size, sizes[0]) for size in sizes)


def _reordered(weight: Any, order: Sequence[int], gates: str) -> Any:
    """The rows of a parameter, gate by gate in another order."""
    if weight is None:
        return None
    size = weight.shape[0] // len(order)
    rows = xp.concat([weight[number * size : (number + 1) * size, ...] for number in order], axis=0)
    return known(rows.array, f"{weight.value}.{gates}") if rows.array is not None and weight.value else rows


def _run(
    operator: str,
    input: Any,
    weights: Sequence[Any],
    second_bias: Any,
    states: Sequence[Any],
    steps: Sequence[Sequence[int]],
    **options: Any,
) -> tuple[Array, Array]:
    """Outputs as rows, and the last of the last states, (1, N, H)."""
    weight_ih, weight_hh, bias = weights
    size, count = weight_hh.shape[1], steps[0][1] - steps[0][0]
    length = input.shape[0] // count  # maybe a dynamic size, other than the number of steps
    backwards = len(steps) > 1 and steps[0][0] > steps[-1][0]
    biases = None
    if bias is not None:
        second = xp.zeros(bias.shape, dtype=bias.dtype) if second_bias is None else second_bias
        biases = xp.expand_dims(xp.concat([bias, second], axis=0), axis=0)
    sequence = xp.reshape(input, (length, count, input.shape[1]))
    first = [xp.expand_dims(state, axis=0) for state in states]
    parameters = [_first(weight) for weight in (weight_ih, weight_hh)]
    shapes = [((length, 1, count, size), input.dtype)] + [((1, count, size), input.dtype)] * len(states)
    outputs, *last = emit_several(
        operator, [sequence, *parameters, biases, None, *first], shapes,
        hidden_size=size, direction="reverse" if backwards else "forward", **options,
    )  # fmt: skip
    return xp.reshape(outputs, (input.shape[0], size)), last[-1]


def _first(weight: Any) -> Any:
    """A parameter of one direction, with its name."""
    wide = xp.expand_dims(weight, axis=0)
    return known(wide.array, weight.value) if wide.array is not None else wide


KERNELS: dict[str, Callable[..., Any]] = {
    "lstm_layer": lstm_layer, "gru_layer": gru_layer, "rnn_layer": rnn_layer,
}  # fmt: skip
