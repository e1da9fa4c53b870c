"""`RNN`, `LSTM` and `GRU`: recurrent networks of one or several layers, in one direction or both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from deep_learner import Tensor
from deep_learner.nn.utils.rnn import PackedSequence
from deep_learner.typing import DeviceLike, DTypeLike

from .functional.recurrent.functions import gru, lstm, rnn_relu, rnn_tanh
from .recurrent_base import RNNBase, Sizes

__all__ = ["GRU", "LSTM", "RNN"]


class RNN(RNNBase):
    """A plain recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh), or with ReLU in place of tanh.

    Parameters
    ----------
    nonlinearity
        ``"tanh"`` or ``"relu"``.
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype
        As of :class:`RNNBase`, whose attributes it has.

    Notes
    -----
    Called with ``(input, hx=None)``, it returns ``(output, h_n)``. With D directions and L layers: input (T, N, I), or
    (N, T, I) if `batch_first`, or (T, I), or a `PackedSequence`; output the same with D H features; `hx` and `h_n`
    (L D, N, H), or (L D, H). Without `hx` the first states are zeros.

    References
    ----------
    Elman, "Finding structure in time" (1990).
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        **others: Any,
    ) -> None:
        _refuse(others)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.")
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, device=device, dtype=dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor | PackedSequence, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """The outputs of the last layer, and the last states of all."""
        return self._run(rnn_tanh if self.nonlinearity == "tanh" else rnn_relu, input, hx)


class LSTM(RNNBase):
    """A long short-term memory.

    i, f, g, o = σ, σ, tanh and σ of W_ih x_t + b_ih + W_hh h_{t-1} + b_hh;  c_t = f c_{t-1} + i g;  h_t = o tanh(c_t),
    which `proj_size` projects: h_t = W_hr (o tanh(c_t)).

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size, device, dtype
        As of :class:`RNNBase`, whose attributes it has.

    Notes
    -----
    Called with ``(input, (h_0, c_0)=None)``, it returns ``(output, (h_n, c_n))``. With D directions and L layers: input
    (T, N, I), or (N, T, I) if `batch_first`, or (T, I), or a `PackedSequence`; output the same with D P features; the
    states (L D, N, P) and (L D, N, H), or without N. P is H without projections. By default the first are zeros.

    References
    ----------
    Hochreiter and Schmidhuber, "Long short-term memory" (1997); projections: Sak, Senior and Beaufays (2014),
    https://arxiv.org/abs/1402.1128.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, proj_size,
            device, dtype,
        )  # fmt: skip

    def forward(
        self, input: Tensor | PackedSequence, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Any, tuple[Tensor, Tensor]]:
        """The outputs of the last layer, and the last states and cells of all."""
        return self._run(lstm, input, hx)

    def get_expected_cell_size(self, input: Tensor, batch_sizes: Tensor | None) -> Sizes:
        """The shape that the first cells must have."""
        return self._state_size(input, batch_sizes, self.hidden_size)

    def check_forward_args(
        self, input: Tensor, hidden: tuple[Tensor, Tensor], batch_sizes: Tensor | None
    ) -> None:
        self.check_input(input, batch_sizes)
        sizes = (
            self.get_expected_hidden_size(input, batch_sizes), self.get_expected_cell_size(input, batch_sizes),
        )  # fmt: skip
        for number, size in enumerate(sizes):
            self.check_hidden_size(hidden[number], size, f"Expected hidden[{number}] size {{}}, got {{}}")

    def permute_hidden(self, hx: tuple[Tensor, Tensor], permutation: Tensor | None) -> tuple[Tensor, Tensor]:
        if permutation is None:
            return hx
        return hx[0].index_select(1, permutation), hx[1].index_select(1, permutation)

    def _first_states(self, data: Tensor, batch_sizes: Tensor | None) -> tuple[Tensor, Tensor]:
        return (
            data.new_zeros(self.get_expected_hidden_size(data, batch_sizes)),
            data.new_zeros(self.get_expected_cell_size(data, batch_sizes)),
        )

    def _check_ranks(self, hx: tuple[Tensor, Tensor], batched: bool) -> None:
        ranks = hx[0].ndim, hx[1].ndim
        if ranks != (2 + batched, 2 + batched):
            kind = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {kind} input, hx and cx should also be {2 + batched}-D but got "
                f"({ranks[0]}-D, {ranks[1]}-D) tensors"
            )

    @staticmethod
    def _map(hx: Sequence[Tensor], function: Callable[[Tensor], Tensor]) -> Any:
        return tuple(map(function, hx))

    @staticmethod
    def _as_given(states: Sequence[Tensor]) -> Any:
        return tuple(states)


class GRU(RNNBase):
    """A network of gated recurrent units.

    r, z = σ(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh);  n = tanh(W_ih x_t + b_ih + r (W_hh h_{t-1} + b_hh));
    h_t = (1 - z) n + z h_{t-1}, each gate with its third of the rows.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device, dtype
        As of :class:`RNNBase`, whose attributes it has.

    Notes
    -----
    Called as :class:`RNN`, with the same shapes.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014), https://arxiv.org/abs/1406.1078;
    r multiplies after the matrix product, as in cuDNN.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
        **others: Any,
    ) -> None:
        _refuse(others)
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, device=device,
            dtype=dtype,
        )  # fmt: skip

    def forward(self, input: Tensor | PackedSequence, hx: Tensor | None = None) -> tuple[Any, Tensor]:
        """The outputs of the last layer, and the last states of all."""
        return self._run(gru, input, hx)


def _refuse(others: dict[str, Any]) -> None:
    if "proj_size" in others:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")
    if others:
        raise TypeError(f"unexpected arguments: {', '.join(others)}")
