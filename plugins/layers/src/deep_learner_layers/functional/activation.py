"""Activations of core to which ``nn.functional`` adds arguments: `inplace`, a `dim` that may be missing."""

from __future__ import annotations

import warnings
from collections.abc import Callable

from deep_learner import Tensor
from deep_learner.ops import activation, rectifier
from deep_learner.ops import softmax as normalised
from deep_learner.typing import DTypeLike

__all__ = [
    "celu",
    "elu",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "silu",
    "softmax",
    "softmin",
    "threshold",
]


def _applied(function: Callable[..., Tensor], inplace: bool, input: Tensor, *settings: float) -> Tensor:
    """``function(input, *settings)``, written into `input` if that was asked for."""
    if not inplace:
        return function(input, *settings)
    kept = input.clone() if input.requires_grad else input  # for the rule, which may need what is overwritten
    return input.copy_(function(kept, *settings))


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``, elementwise, written into `input` if `inplace`."""
    return _applied(rectifier.relu, inplace, input)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` limited to [0, 6], elementwise, written into `input` if `inplace`."""
    return _applied(rectifier.relu6, inplace, input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` above 0 and ``negative_slope * input`` elsewhere, written into `input` if `inplace`."""
    return _applied(rectifier.leaky_relu, inplace, input, negative_slope)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` above 0 and ``alpha (exp(input) - 1)`` elsewhere, written into `input` if `inplace`."""
    return _applied(rectifier.elu, inplace, input, alpha)


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """The self-normalising :func:`elu`, written into `input` if `inplace`."""
    return _applied(rectifier.selu, inplace, input)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` above 0 and ``alpha (exp(input / alpha) - 1)`` elsewhere, written into `input` if `inplace`."""
    return _applied(rectifier.celu, inplace, input, alpha)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` limited to [min_val, max_val], elementwise, written into `input` if `inplace`.

    Raises
    ------
    ValueError
        If `min_val` exceeds `max_val`.
    """
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val; received {min_val} and {max_val}")
    if not (input.is_floating_point() or input.is_complex()):
        min_val, max_val = int(min_val), int(max_val)
    return _applied(rectifier.hardtanh, inplace, input, min_val, max_val)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """``relu6(input + 3) / 6``, elementwise, written into `input` if `inplace`."""
    return _applied(rectifier.hardsigmoid, inplace, input)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * relu6(input + 3) / 6``, elementwise, written into `input` if `inplace`."""
    return _applied(rectifier.hardswish, inplace, input)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`input` where it exceeds `threshold` and `value` elsewhere, written into `input` if `inplace`."""
    return _applied(rectifier.threshold, inplace, input, threshold, value)


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * sigmoid(input)``, elementwise, written into `input` if `inplace`."""
    return _applied(activation.silu, inplace, input)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * tanh(softplus(input))``, elementwise, written into `input` if `inplace`."""
    return _applied(activation.mish, inplace, input)


def _implicit_dim(name: str, ndim: int, stacklevel: int) -> int:
    """PyTorch's guess at the dimension that holds the classes."""
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X "
        "as an argument.",
        stacklevel=stacklevel + 1,
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DTypeLike = None) -> Tensor:
    """``exp(input) / sum(exp(input))`` along `dim`: positive numbers that sum to one.

    Parameters
    ----------
    input
        Any shape.
    dim
        The dimension whose slices sum to one. Leaving it out guesses one, with a warning.
    dtype
        The dtype to compute in and return; that of `input` by default.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    if dim is None:
        dim = _implicit_dim("softmax", input.ndim, _stacklevel)
    return normalised.softmax(input, dim, dtype)


def log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DTypeLike = None
) -> Tensor:
    """``log(softmax(input))`` along `dim`, without underflow; parameters and errors as in `softmax`."""
    if dim is None:
        dim = _implicit_dim("log_softmax", input.ndim, _stacklevel)
    return normalised.log_softmax(input, dim, dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: DTypeLike = None) -> Tensor:
    """``softmax(-input)`` along `dim`; the parameters and errors are those of `softmax`."""
    if dim is None:
        dim = _implicit_dim("softmin", input.ndim, _stacklevel)
    return normalised.softmin(input, dim, dtype)
