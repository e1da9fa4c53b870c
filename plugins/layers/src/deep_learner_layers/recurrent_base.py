"""`RNNBase`: the parameters of recurrent networks, and what they take."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from deep_learner import Tensor, empty, is_autocast_enabled
from deep_learner.nn import Module, Parameter, init
from deep_learner.nn.utils.rnn import PackedSequence
from deep_learner.typing import DeviceLike, DTypeLike

__all__ = ["RNNBase"]

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}
Sizes = tuple[int, int, int]


class RNNBase(Module):
    """What recurrent networks have in common: their parameters, and what they take.

    Parameters
    ----------
    mode
        ``"LSTM"``, ``"GRU"``, ``"RNN_TANH"`` or ``"RNN_RELU"``.
    input_size
        I, how many features the input has.
    hidden_size
        H, how many features the states have.
    num_layers
        How many layers there are, each of which reads the outputs of the one before.
    bias
        Whether there are biases.
    batch_first
        Whether input and output are (N, T, *) and not (T, N, *).
    dropout
        The probability with which the outputs of all layers but the last are dropped in training.
    bidirectional
        Whether each layer also reads the sequence backwards, and gives the outputs of both directions.
    proj_size
        To what size the states are projected: P; 0 leaves them as they are.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight_ih_l0, weight_ih_l0_reverse, weight_ih_l1, ... : Parameter
        For each layer and direction, (gates * H, I), or the size of the outputs below in place of I.
    weight_hh_l0, ... : Parameter
        (gates * H, P), or H without projections.
    bias_ih_l0, bias_hh_l0, ... : Parameter
        (gates * H,); both are added.
    weight_hr_l0, ... : Parameter
        The projections, (P, H).

    Notes
    -----
    All are drawn evenly from [-1/sqrt(H), 1/sqrt(H)].
    """

    def __init__(
        self,
        mode: str,
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
        super().__init__()
        _check_arguments(mode, input_size, hidden_size, num_layers, bias, batch_first, dropout, proj_size)
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._all_weights: list[list[str]] = []
        rows, state = GATES[mode] * hidden_size, proj_size or hidden_size
        for layer in range(num_layers):
            features = state * (1 + bidirectional) if layer else input_size
            shapes = {"weight_ih": (rows, features), "weight_hh": (rows, state)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in ("", "_reverse")[: 1 + bidirectional]:
                named = {f"{name}_l{layer}{suffix}": shape for name, shape in shapes.items()}
                for name, shape in named.items():
                    setattr(self, name, Parameter(empty(shape, device=device, dtype=dtype)))
                self._all_weights.append(list(named))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters, a list for each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def flatten_parameters(self) -> None:
        """Nothing: PyTorch moves the parameters together for cuDNN, which is not used here."""

    def check_input(self, input: Tensor, batch_sizes: Tensor | None) -> None:
        """Refuse data of another dtype, rank or number of features than the network takes.

        Raises
        ------
        ValueError
            If the dtype is not that of the parameters.
        RuntimeError
            If rank or number of features are others.
        """
        dtype = self.all_weights[0][0].dtype
        if input.dtype is not dtype and not is_autocast_enabled(input.device.type):
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({dtype}). "
                f"Convert input: input.to({dtype}), or convert model: model.to({input.dtype})"
            )
        expected = 3 if batch_sizes is None else 2
        if input.ndim != expected:
            raise RuntimeError(f"input must have {expected} dimensions, got {input.ndim}")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                "input.size(-1) must be equal to input_size. "
                f"Expected {self.input_size}, got {input.shape[-1]}"
            )

    def get_expected_hidden_size(self, input: Tensor, batch_sizes: Tensor | None) -> Sizes:
        """The shape that the first states must have."""
        return self._state_size(input, batch_sizes, self.proj_size or self.hidden_size)

    def _state_size(self, input: Tensor, batch_sizes: Tensor | None, features: int) -> Sizes:
        along = 0 if self.batch_first else 1
        count = input.shape[along] if batch_sizes is None else int(batch_sizes[0].item())
        return len(self._all_weights), count, features

    def check_hidden_size(
        self, hx: Tensor, expected_hidden_size: Sizes, msg: str = "Expected hidden size {}, got {}"
    ) -> None:
        """Refuse states of another shape with a RuntimeError."""
        if tuple(hx.shape) != expected_hidden_size:
            raise RuntimeError(msg.format(expected_hidden_size, list(hx.shape)))

    def check_forward_args(self, input: Tensor, hidden: Any, batch_sizes: Tensor | None) -> None:
        """Refuse data and states that do not fit: see `check_input` and `check_hidden_size`."""
        self.check_input(input, batch_sizes)
        self.check_hidden_size(hidden, self.get_expected_hidden_size(input, batch_sizes))

    def permute_hidden(self, hx: Any, permutation: Tensor | None) -> Any:
        """The states with the sequences in another order."""
        return hx if permutation is None else hx.index_select(1, permutation)

    def _run(
        self, function: Callable[..., Sequence[Tensor]], input: Tensor | PackedSequence, hx: Any
    ) -> tuple[Any, Any]:
        """Call the function of the network for whatever form of input; outputs and last states in the same form."""
        options: tuple[Any, ...] = (
            [weight for weights in self.all_weights for weight in weights],
            self.bias, self.num_layers, self.dropout, self.training, self.bidirectional,
        )  # fmt: skip
        if isinstance(input, PackedSequence):
            data, batch_sizes, order, back = input
            hx = self._first_states(data, batch_sizes) if hx is None else hx
            self.check_forward_args(data, hx, batch_sizes)
            output, *last = function(data, batch_sizes, self.permute_hidden(hx, order), *options)
            packed = PackedSequence(output, batch_sizes, order, back)
            return packed, self.permute_hidden(self._as_given(last), back)
        batched, dim = self._is_batched(input), 0 if self.batch_first else 1
        data = input if batched else input.unsqueeze(dim)
        if hx is None:
            hx = self._first_states(data, None)
        else:
            self._check_ranks(hx, batched)
            hx = hx if batched else self._map(hx, lambda state: state.unsqueeze(1))
        self.check_forward_args(data, hx, None)
        output, *last = function(data, hx, *options, self.batch_first)
        if batched:
            return output, self._as_given(last)
        return output.squeeze(dim), self._map(self._as_given(last), lambda state: state.squeeze(1))

    def _is_batched(self, input: Tensor) -> bool:
        if input.ndim not in (2, 3):
            name = self.mode.partition("_")[0]
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {input.ndim}D instead")
        return input.ndim == 3

    def _first_states(self, data: Tensor, batch_sizes: Tensor | None) -> Any:
        return data.new_zeros(self.get_expected_hidden_size(data, batch_sizes))

    def _check_ranks(self, hx: Any, batched: bool) -> None:
        if hx.ndim != 2 + batched:
            kind = "batched 3-D" if batched else "unbatched 2-D"
            raise RuntimeError(
                f"For {kind} input, hx should also be {2 + batched}-D but got {hx.ndim}-D tensor"
            )

    @staticmethod
    def _map(hx: Any, function: Callable[[Tensor], Tensor]) -> Any:
        return function(hx)

    @staticmethod
    def _as_given(states: Sequence[Tensor]) -> Any:
        return states[0]

    def extra_repr(self) -> str:
        usual = {
            "proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0,
            "bidirectional": False,
        }  # fmt: skip
        own = [
            f"{name}={getattr(self, name)}" for name, value in usual.items() if getattr(self, name) != value
        ]
        return ", ".join([f"{self.input_size}, {self.hidden_size}", *own])


def _check_arguments(
    mode: str, input_size: Any, hidden_size: Any, num_layers: int, bias: Any, batch_first: Any, dropout: Any,
    proj_size: int,
) -> None:  # fmt: skip
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout <= 1:
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed. "
            f"Received: {dropout!r}"
        )
    if dropout > 0 and num_layers == 1:
        warnings.warn(
            "dropout is applied to the outputs of all layers but the last, and there is one only: "
            f"received dropout={dropout} and num_layers={num_layers}",
            stacklevel=4,
        )
    for name, value, kind in (
        ("bias", bias, bool), ("batch_first", batch_first, bool), ("input_size", input_size, int),
        ("hidden_size", hidden_size, int),
    ):  # fmt: skip
        if not isinstance(value, kind):
            raise TypeError(f"{name} should be of type {kind.__name__}, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size), ("num_layers", num_layers)):
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero. Received: {value}")
    if not 0 <= proj_size < hidden_size:
        raise ValueError(
            f"proj_size must be 0, for no projections, or positive and smaller than hidden_size={hidden_size}. "
            f"Received: {proj_size}"
        )
    if mode not in GATES:
        raise ValueError(f"Unrecognized RNN mode: {mode}")
