"""PyTorch's functions of whole recurrent networks: layers on top of each other, in one direction or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from deep_learner import Tensor

from ..dropout import dropout as dropped_out
from .checks import check_operands
from .gru import gru_layer
from .lstm import lstm_layer
from .rnn import Nonlinearity, rnn_layer
from .steps import Step, last_states, walk

__all__ = ["gru", "lstm", "rnn_relu", "rnn_tanh"]

# One layer in one direction: from rows, first states, parameters and steps to what it makes, outputs first.
Layer = Callable[[Tensor, Sequence[Tensor], Sequence[Tensor], Sequence[Step]], tuple[Tensor, ...]]


def lstm(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor, Tensor]:
    """A long short-term memory: ``lstm(input, hx, params, has_biases, num_layers, dropout, train, bidirectional,
    batch_first)``, or for packed sequences ``lstm(data, batch_sizes, hx, params, has_biases, num_layers, dropout,
    train, bidirectional)``.

    Parameters
    ----------
    input : Tensor
        (T, N, I), or (N, T, I) if `batch_first`.
    data, batch_sizes : Tensor
        Those of a `PackedSequence`.
    hx : tuple of Tensor
        The first states (layers * directions, N, P) and cells (layers * directions, N, H).
    params : list of Tensor
        For each layer and direction ``weight_ih`` (4 H, I), ``weight_hh`` (4 H, P), if `has_biases` ``bias_ih`` and
        ``bias_hh`` (4 H,), and with a projection ``weight_hr`` (P, H).
    has_biases : bool
    num_layers : int
    dropout : float
        The probability with which outputs of all layers but the last are dropped, if `train`.
    train, bidirectional, batch_first : bool

    Returns
    -------
    tuple of Tensor
        Outputs of the last layer, directions side by side; the last states and cells of all layers and directions.

    Raises
    ------
    RuntimeError
        If there are no steps, or shapes or dtypes do not fit.
    """
    output, hidden, cells = _network(_lstm, args, kwargs, 4, isinstance(args[1], Tensor))
    return output, hidden, cells


def gru(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """A network of gated recurrent units: as :func:`lstm`, but `hx` is a Tensor, there are 3 H gates and no
    projections. Returns outputs and last states.
    """
    output, hidden = _network(_gru, args, kwargs, 3, isinstance(args[2], Tensor))
    return output, hidden


def rnn_tanh(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """A plain recurrent network with tanh: as :func:`gru`, with H rows in place of 3 H."""
    output, hidden = _network(_rnn("tanh"), args, kwargs, 1, isinstance(args[2], Tensor))
    return output, hidden


def rnn_relu(*args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
    """A plain recurrent network with ReLU: as :func:`gru`, with H rows in place of 3 H."""
    output, hidden = _network(_rnn("relu"), args, kwargs, 1, isinstance(args[2], Tensor))
    return output, hidden


def _lstm(
    input: Tensor, states: Sequence[Tensor], params: Sequence[Tensor], steps: Sequence[Step]
) -> tuple[Tensor, ...]:
    hidden, cells = states
    weight_ih, weight_hh, *rest = params
    bias = rest[0] + rest[1] if len(rest) > 1 else None
    projection = rest[-1] if len(rest) % 2 else None
    output, cells, _ = lstm_layer(input, hidden, cells, weight_ih, weight_hh, bias, projection, steps)
    return output, cells


def _gru(
    input: Tensor, states: Sequence[Tensor], params: Sequence[Tensor], steps: Sequence[Step]
) -> tuple[Tensor, ...]:
    weight_ih, weight_hh, *biases = params
    bias_ih, bias_hh = biases or (None, None)
    output, _ = gru_layer(input, states[0], weight_ih, weight_hh, bias_ih, bias_hh, steps)
    return (output,)


def _rnn(nonlinearity: Nonlinearity) -> Layer:
    def layer(
        input: Tensor, states: Sequence[Tensor], params: Sequence[Tensor], steps: Sequence[Step]
    ) -> tuple[Tensor, ...]:
        weight_ih, weight_hh, *biases = params
        bias = biases[0] + biases[1] if biases else None
        return (rnn_layer(input, states[0], weight_ih, weight_hh, bias, nonlinearity, steps),)

    return layer


def _network(
    layer: Layer, args: Sequence[Any], kwargs: dict[str, Any], gates: int, packed: bool
) -> tuple[Tensor, ...]:
    """Bring both forms of call to packed sequences, and the result back."""
    if packed:
        data, batch_sizes, *rest = args
        return _layers(layer, data, tuple(batch_sizes.tolist()), gates, *rest, **kwargs)
    input, *rest, batch_first = (*args, kwargs.pop("batch_first")) if "batch_first" in kwargs else args
    if input.ndim != 3:
        raise RuntimeError(f"input must have 3 dimensions, got {input.ndim}")
    steps_first = input.transpose(0, 1) if batch_first else input
    length, count, features = steps_first.shape
    data = steps_first.reshape(length * count, features)
    output, *last = _layers(layer, data, (count,) * length, gates, *rest, **kwargs)
    output = output.reshape(length, count, output.shape[1])
    return (output.transpose(0, 1) if batch_first else output, *last)


def _layers(
    layer: Layer,
    data: Tensor,
    batch_sizes: tuple[int, ...],
    gates: int,
    hx: Tensor | Sequence[Tensor],
    params: Sequence[Tensor],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
) -> tuple[Tensor, ...]:
    """All layers over packed sequences: the last one's outputs, and the last states of all."""
    if not batch_sizes:
        raise RuntimeError("Expected sequence length to be larger than 0 in RNN")
    states = (hx,) if isinstance(hx, Tensor) else tuple(hx)
    walks = [walk(batch_sizes, reverse) for reverse in ((False, True) if bidirectional else (False,))]
    parts = num_layers * len(walks)
    if not params or len(params) % parts:
        raise RuntimeError(f"{len(params)} parameters cannot be those of {parts} layers and directions")
    count = len(params) // parts
    xp = data.__array_namespace__()
    ends: list[list[Tensor]] = []
    for number in range(num_layers):
        outputs: list[Tensor] = []
        for direction, steps in enumerate(walks):
            part = number * len(walks) + direction
            own = params[part * count : (part + 1) * count]
            first = [state[part] for state in states]
            check_operands(data, first, own, gates, batch_sizes[0])
            made = layer(data, first, own, steps)
            outputs.append(made[0])
            ends.append([last_states(xp, one, batch_sizes, direction == 1) for one in made])
        data = outputs[0] if len(outputs) == 1 else xp.concat(outputs, axis=1)
        if train and dropout and number < num_layers - 1:
            data = dropped_out(data, dropout)
    return (data, *(xp.stack(one, axis=0) for one in zip(*ends, strict=True)))
