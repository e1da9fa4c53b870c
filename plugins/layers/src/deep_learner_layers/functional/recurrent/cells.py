"""PyTorch's functions of one step: a layer over sequences of length one."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor

from .checks import check_operands
from .gru import gru_layer
from .lstm import lstm_layer
from .rnn import Nonlinearity, rnn_layer
from .steps import walk

__all__ = ["gru_cell", "lstm_cell", "rnn_relu_cell", "rnn_tanh_cell"]


def lstm_cell(
    input: Tensor,
    hx: Sequence[Tensor],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """One step of a long short-term memory: c' = f c + i g, h' = o tanh(c'), where (i, f, g, o) are σ, σ, tanh and σ of
    w_ih x + b_ih + w_hh h + b_hh.

    Parameters
    ----------
    input
        (N, I).
    hx
        State and cells, each (N, H).
    w_ih, w_hh
        (4 H, I) and (4 H, H).
    b_ih, b_hh
        (4 H,).

    Returns
    -------
    tuple of Tensor
        The next state and cells.

    Raises
    ------
    RuntimeError
        If shapes do not fit.
    """
    if len(hx) != 2:
        raise RuntimeError(f"lstm_cell expects two hidden states. Received: {len(hx)}")
    check_operands(input, hx, (w_ih, w_hh, b_ih, b_hh), 4, input.shape[0])
    made = lstm_layer(input, hx[0], hx[1], w_ih, w_hh, _sum(b_ih, b_hh), None, walk((input.shape[0],)))
    return made[0], made[1]


def gru_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of a gated recurrent unit: h' = (1 - z) n + z h, where (r, z) are σ of w_ih x + b_ih + w_hh h + b_hh and
    n = tanh(w_ih x + b_ih + r (w_hh h + b_hh)), each with its third of the rows.

    Shapes: (N, I), (N, H), (3 H, I), (3 H, H), (3 H,), (3 H,) -> (N, H). Raises RuntimeError if they do not fit.
    """
    check_operands(input, (hx,), (w_ih, w_hh, b_ih, b_hh), 3, input.shape[0])
    return gru_layer(input, hx, w_ih, w_hh, b_ih, b_hh, walk((input.shape[0],)))[0]


def rnn_tanh_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of a plain recurrent network: h' = tanh(w_ih x + b_ih + w_hh h + b_hh).

    Shapes: (N, I), (N, H), (H, I), (H, H), (H,), (H,) -> (N, H). Raises RuntimeError if they do not fit.
    """
    return _rnn_cell(input, hx, w_ih, w_hh, b_ih, b_hh, "tanh")


def rnn_relu_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None = None,
    b_hh: Tensor | None = None,
) -> Tensor:
    """One step of a plain recurrent network: h' = max(w_ih x + b_ih + w_hh h + b_hh, 0). As :func:`rnn_tanh_cell`."""
    return _rnn_cell(input, hx, w_ih, w_hh, b_ih, b_hh, "relu")


def _rnn_cell(
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih: Tensor | None,
    b_hh: Tensor | None,
    nonlinearity: Nonlinearity,
) -> Tensor:
    check_operands(input, (hx,), (w_ih, w_hh, b_ih, b_hh), 1, input.shape[0])
    return rnn_layer(input, hx, w_ih, w_hh, _sum(b_ih, b_hh), nonlinearity, walk((input.shape[0],)))


def _sum(b_ih: Tensor | None, b_hh: Tensor | None) -> Tensor | None:
    return b_hh if b_ih is None else b_ih if b_hh is None else b_ih + b_hh
