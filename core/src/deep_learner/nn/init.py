"""Filling tensors with the first values of parameters, as ``torch.nn.init`` does and with its numbers.

Every function changes the tensor in place, records nothing, and returns the tensor. `generator` chooses the
source of random numbers in place of the default one.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Literal, ParamSpec

from ..autograd.modes import no_grad
from ..namespaces.raw import NAMESPACES
from ..tensor import wrap

if TYPE_CHECKING:
    from ..random import Generator
    from ..tensor import Tensor

__all__ = [
    "calculate_gain",
    "constant",
    "constant_",
    "dirac",
    "dirac_",
    "eye",
    "eye_",
    "kaiming_normal",
    "kaiming_normal_",
    "kaiming_uniform",
    "kaiming_uniform_",
    "normal",
    "normal_",
    "ones_",
    "orthogonal",
    "orthogonal_",
    "sparse",
    "sparse_",
    "trunc_normal_",
    "uniform",
    "uniform_",
    "xavier_normal",
    "xavier_normal_",
    "xavier_uniform",
    "xavier_uniform_",
    "zeros_",
]

P = ParamSpec("P")
FanMode = Literal["fan_in", "fan_out"]

LINEAR: Final = (
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "sigmoid",
)
GAINS: Final = {**dict.fromkeys(LINEAR, 1.0), "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor on the standard deviation that keeps a signal's size through a nonlinearity.

    Parameters
    ----------
    nonlinearity
        1 for ``"linear"``, convolutions and ``"sigmoid"``; 5/3 for ``"tanh"``; sqrt(2) for ``"relu"``;
        sqrt(2 / (1 + a²)) for ``"leaky_relu"``; 3/4 for ``"selu"``.
    param
        The negative slope a of ``"leaky_relu"``, by default 0.01.

    Raises
    ------
    ValueError
        If the nonlinearity is not known, or the slope is not a number.
    """
    if nonlinearity == "leaky_relu":
        slope: Any = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in GAINS:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}")
    return GAINS[nonlinearity]


# --------------------------------------------------------------------------- without fans


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with values drawn evenly from [a, b)."""
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Fill with values drawn from the normal distribution N(mean, std²)."""
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value."""
    return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros."""
    return constant_(tensor, 0.0)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with values drawn from N(mean, std²), restricted to [a, b].

    Warns if the mean lies more than two standard deviations outside [a, b].

    Notes
    -----
    Drawn by rejection: from the normal distribution where [a, b] holds at least 30 % of it, else from the
    uniform one, a value x being kept with probability p(x) / max p. All values are drawn anew in every round
    and only those still missing are taken, which gives PyTorch's numbers.
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values "
            "may be incorrect.",
            stacklevel=2,
        )
    below, above = (math.erf((edge - mean) / (std * math.sqrt(2.0))) / 2 for edge in (a, b))
    if above - below > 0.3:
        low, high = (
            tensor.new_tensor(edge).item() for edge in (a, b)
        )  # as the tensor's dtype represents them
        drawn = tensor.normal_(mean, std, generator=generator)
        missing = (drawn < low) | (drawn > high)
        while missing.any():
            again = tensor.new_empty(tensor.shape).normal_(mean, std, generator=generator)
            drawn = again.where(missing, drawn)
            missing = (drawn < low) | (drawn > high)
        return tensor.copy_(drawn)

    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2
    accepted = tensor.clone()
    missing = tensor.new_ones(tensor.shape) > 0
    while missing.any():
        candidate = tensor.new_empty(tensor.shape).uniform_(a, b, generator=generator)
        accepted = candidate.where(missing, accepted)
        density = ((candidate - mean) / std) ** 2 * -0.5 - peak
        chance = tensor.new_empty(tensor.shape).uniform_(generator=generator).log()
        missing = missing & (chance > density)
    return tensor.copy_(accepted)


def _require_matrix(tensor: Tensor) -> None:
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported; received shape {tensor.shape}")


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal and zeros elsewhere.

    Raises
    ------
    ValueError
        If `tensor` does not have two dimensions.
    """
    _require_matrix(tensor)
    tensor.zero_()
    for i in range(min(tensor.shape)):
        tensor[i, i] = 1
    return tensor


@no_grad()
def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """Fill the weight of a convolution, (out, in, *kernel), so that it passes its input channels on.

    Parameters
    ----------
    tensor
        With 3, 4 or 5 dimensions.
    groups
        Into how many parts the output channels fall; each part passes the first input channels on.

    Raises
    ------
    ValueError
        If the dimensions are not 3, 4 or 5 in number, or the output channels do not divide by `groups`.
    """
    if tensor.ndim not in (3, 4, 5):
        raise ValueError(
            f"Only tensors with 3, 4, or 5 dimensions are supported; received shape {tensor.shape}"
        )
    channels = tensor.shape[0]
    if channels % groups != 0:
        raise ValueError(
            f"dim 0 must be divisible by groups; received shape {tensor.shape} and groups={groups}"
        )
    centre = tuple(size // 2 for size in tensor.shape[2:])
    tensor.zero_()
    for first in range(0, channels, channels // groups):
        for i in range(min(channels // groups, tensor.shape[1])):
            tensor[(first + i, i, *centre)] = 1
    return tensor


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix, evenly distributed over all of them, times `gain`.

    Dimensions after the first are taken together as columns.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.
    NotImplementedError
        If the backend has no QR factorisation.

    Notes
    -----
    The values agree with PyTorch's to the accuracy of the two QR factorisations.

    References
    ----------
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks" (2013), https://arxiv.org/abs/1312.6120; Mezzadri, "How to generate random matrices from the
    classical compact groups" (2006), https://arxiv.org/abs/math-ph/0609050, for the signs.
    """
    if tensor.ndim < 2:
        raise ValueError(
            f"Only tensors with 2 or more dimensions are supported; received shape {tensor.shape}"
        )
    if tensor.numel() == 0:
        return tensor
    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    matrix = tensor.new_empty((rows, columns)).normal_(0, 1, generator=generator)
    tall = (matrix if rows >= columns else matrix.T)._array
    namespace = NAMESPACES[type(tall)].backend.namespace
    if not hasattr(namespace, "linalg"):
        raise NotImplementedError(
            f"orthogonal_ needs a QR factorisation, which backend {tensor.backend!r} lacks: initialise on "
            "another backend and move the tensor with .to(backend=...)"
        )
    q, r = map(wrap, namespace.linalg.qr(tall))
    q = q * r.diagonal().sign()
    return tensor.copy_((q if rows >= columns else q.T).reshape(tensor.shape) * gain)


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Fill a matrix from N(0, std²) and set the fraction `sparsity` of each column to zero.

    Raises
    ------
    ValueError
        If `tensor` does not have two dimensions.

    References
    ----------
    Martens, "Deep learning via Hessian-free optimization" (2010).
    """
    _require_matrix(tensor)
    from ..random import randperm

    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[randperm(rows)[:zeros], column] = 0  # from the default generator, as in PyTorch
    return tensor


# --------------------------------------------------------------------------- by fans


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many inputs feed an output of a weight (out, in, *kernel), and how many outputs an input."""
    if tensor.ndim < 2:
        raise ValueError(
            "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions; "
            f"received shape {tensor.shape}"
        )
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / float(sum(_fans(tensor))))


def _kaiming_std(tensor: Tensor, a: float, mode: FanMode, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = _fans(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


def _is_empty(tensor: Tensor) -> bool:
    if 0 not in tensor.shape:
        return False
    warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=4)
    return True


@no_grad()
def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill evenly from [-b, b] with b = gain sqrt(6 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill from N(0, std²) with std = gain sqrt(2 / (fan_in + fan_out)).

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """
    return tensor.normal_(0.0, _xavier_std(tensor, gain), generator=generator)


@no_grad()
def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: FanMode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill evenly from [-b, b] with b = gain sqrt(3 / fan).

    Parameters
    ----------
    tensor
        A weight (out, in, *kernel).
    a
        The negative slope of the following ``leaky_relu``.
    mode
        Whether `fan` counts the inputs of an output, to keep the size of the signal forward, or the outputs
        of an input, to keep that of the gradient backward.
    nonlinearity
        What follows the layer, for `calculate_gain`.
    generator
        The source of random numbers.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two dimensions, or `mode` or `nonlinearity` is not known.

    References
    ----------
    He et al., "Delving deep into rectifiers" (2015), https://arxiv.org/abs/1502.01852.
    """
    if _is_empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return tensor.uniform_(-bound, bound, generator=generator)


@no_grad()
def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: FanMode = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill from N(0, std²) with std = gain / sqrt(fan); parameters and errors as in `kaiming_uniform_`.

    References
    ----------
    He et al., "Delving deep into rectifiers" (2015), https://arxiv.org/abs/1502.01852.
    """
    if _is_empty(tensor):
        return tensor
    return tensor.normal_(0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator=generator)


# --------------------------------------------------------------------------- former names


def _former(function: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """A function under the name that it had without its underscore; using it warns."""
    name = function.__name__

    @functools.wraps(function)
    def warning(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        warnings.warn(f"nn.init.{name[:-1]} is deprecated; write nn.init.{name}", FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    warning.__doc__ = f"The former name of :func:`{name}`; using it warns."
    return warning


constant, dirac, eye = _former(constant_), _former(dirac_), _former(eye_)
normal, orthogonal, sparse, uniform = (
    _former(normal_),
    _former(orthogonal_),
    _former(sparse_),
    _former(uniform_),
)
kaiming_normal, kaiming_uniform = _former(kaiming_normal_), _former(kaiming_uniform_)
xavier_normal, xavier_uniform = _former(xavier_normal_), _former(xavier_uniform_)
