"""`RNNCell`, `LSTMCell` and `GRUCell`: one step of a recurrent layer."""

from __future__ import annotations

import math
from typing import Any

from deep_learner import Tensor, empty
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.recurrent.cells import gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


class RNNCellBase(Module):
    """What recurrent cells have in common.

    Parameters
    ----------
    input_size, hidden_size
        I and H, how many features input and state have.
    bias
        Whether there are biases.
    num_chunks
        How many gates there are.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight_ih, weight_hh : Parameter
        (gates * H, I) and (gates * H, H).
    bias_ih, bias_hh : Parameter or None
        (gates * H,); both are added.

    Notes
    -----
    All are drawn evenly from [-1/sqrt(H), 1/sqrt(H)].
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(
                name, Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
            )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0.0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _batch(self, input: Tensor, hx: Any, **states: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Input and given states as batches, or None in place of states that are not given."""
        for name, one in {"input": input, **states}.items():
            if one.ndim not in (1, 2):
                raise ValueError(
                    f"{type(self).__name__}: Expected {name} to be 1D or 2D, got {one.ndim}D instead"
                )
        data = input if input.ndim == 2 else input.unsqueeze(0)
        if hx is None:
            return data, [data.new_zeros((data.shape[0], self.hidden_size))] * 2
        return data, [one if input.ndim == 2 else one.unsqueeze(0) for one in states.values()]

    def _parameters_of_gates(self) -> tuple[Any, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.bias is not True:
            parts.append(f"bias={self.bias}")
        if getattr(self, "nonlinearity", "tanh") != "tanh":
            parts.append(f"nonlinearity={self.nonlinearity}")
        return ", ".join(parts)


class RNNCell(RNNCellBase):
    """A step of a plain recurrent network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or with ReLU in place of tanh.

    Parameters
    ----------
    input_size, hidden_size, bias, device, dtype
        As of :class:`RNNCellBase`, whose attributes it has.
    nonlinearity
        ``"tanh"`` or ``"relu"``.

    Notes
    -----
    Shape: input (N, I) or (I,), state (N, H) or (H,), zeros by default -> the next state.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state. Raises ValueError for inputs and states of other ranks."""
        cells = {"tanh": rnn_tanh_cell, "relu": rnn_relu_cell}
        if self.nonlinearity not in cells:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}; it may be 'tanh' or 'relu'")
        data, states = self._batch(input, hx, **({} if hx is None else {"hidden": hx}))
        out = cells[self.nonlinearity](data, states[0], *self._parameters_of_gates())
        return out if input.ndim == 2 else out.squeeze(0)


class LSTMCell(RNNCellBase):
    """A step of a long short-term memory: c' = f c + i g, h' = o tanh(c'), where i, f, g, o are σ, σ, tanh and σ of
    W_ih x + b_ih + W_hh h + b_hh.

    Parameters
    ----------
    input_size, hidden_size, bias, device, dtype
        As of :class:`RNNCellBase`, whose attributes it has.

    Notes
    -----
    Shape: input (N, I) or (I,), a pair of state and cells (N, H) or (H,), zeros by default -> the next pair.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """The next state and cells. Raises ValueError for inputs and states of other ranks."""
        named = {} if hx is None else {"hx[0]": hx[0], "hx[1]": hx[1]}
        data, states = self._batch(input, hx, **named)
        hidden, cells = lstm_cell(data, states, *self._parameters_of_gates())
        return (hidden, cells) if input.ndim == 2 else (hidden.squeeze(0), cells.squeeze(0))


class GRUCell(RNNCellBase):
    """A step of a gated recurrent unit: h' = (1 - z) n + z h, where r, z = σ(W_ih x + b_ih + W_hh h + b_hh) and
    n = tanh(W_ih x + b_ih + r (W_hh h + b_hh)), each gate with its third of the rows.

    Parameters
    ----------
    input_size, hidden_size, bias, device, dtype
        As of :class:`RNNCellBase`, whose attributes it has.

    Notes
    -----
    Shape: input (N, I) or (I,), state (N, H) or (H,), zeros by default -> the next state.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state. Raises ValueError for inputs and states of other ranks."""
        data, states = self._batch(input, hx, **({} if hx is None else {"hidden": hx}))
        out = gru_cell(data, states[0], *self._parameters_of_gates())
        return out if input.ndim == 2 else out.squeeze(0)
