"""Whether what a recurrent layer is given fits together."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor, is_autocast_enabled

__all__ = ["check_operands"]


def check_operands(
    data: Tensor, states: Sequence[Tensor], params: Sequence[Tensor | None], gates: int, count: int
) -> None:
    """Refuse operands of one layer in one direction that do not fit.

    Parameters
    ----------
    data
        (rows, I).
    states
        (N, P), and of an LSTM (N, H).
    params
        ``weight_ih``, ``weight_hh``, any biases, and a projection, which is a matrix.
    gates
        How many there are.
    count
        N, how many sequences there are.

    Raises
    ------
    RuntimeError
        If a dtype or a size is another than the rest has.
    """
    weight_ih, weight_hh, *others = [one for one in params if one is not None]
    for one in (*states, weight_ih, weight_hh, *others):
        if one.dtype is not data.dtype and not is_autocast_enabled(data.device.type):
            raise RuntimeError(
                f"Input and parameter tensors are not the same dtype, found input tensor with {data.dtype} and "
                f"a state or parameter with {one.dtype}; convert one with .to(dtype)"
            )
    if data.shape[-1] != weight_ih.shape[1]:
        raise RuntimeError(
            f"input has inconsistent input_size: got {data.shape[-1]} expected {weight_ih.shape[1]}"
        )
    size = weight_hh.shape[1]
    hidden = others[-1].shape[1] if others and others[-1].ndim == 2 else size
    for number, (state, features) in enumerate(zip(states, (size, hidden), strict=False)):
        if state.shape[0] != count:
            raise RuntimeError(
                f"Input batch size {count} doesn't match hidden{number} batch size {state.shape[0]}"
            )
        if state.shape[1] != features:
            raise RuntimeError(
                f"hidden{number} has inconsistent hidden_size: got {state.shape[1]}, expected {features}"
            )
    for name, weight in (("weight_ih", weight_ih), ("weight_hh", weight_hh)):
        if weight.shape[0] != gates * hidden:
            raise RuntimeError(
                f"{name} first dim must be {gates} * hidden_size = {gates * hidden}, but got {weight.shape[0]}"
            )
