"""What distributions share: broadcasting of parameters, probabilities and logits, noise, triangular matrices."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from ..autograd.modes import enable_grad
from ..dtypes import get_default_dtype
from ..functions import (
    arange,
    broadcast_tensors,
    concat,
    eye,
    log,
    log1p,
    logaddexp,
    sigmoid,
    softmax,
    tensor,
    zeros_like,
)  # fmt: skip
from ..namespaces.tensor import finfo
from ..tensor import Tensor
from ..typing import Shape

__all__ = [
    "broadcast_all", "clamp_probs", "lazy_property", "logits_to_probs", "probs_to_logits", "tril_matrix_to_vec",
    "vec_to_tril_matrix",
]  # fmt: skip

euler_constant = 0.57721566490153286060


def is_number(value: object) -> bool:
    """Whether a parameter is given as a Python number."""
    return isinstance(value, (int, float))


def broadcast_all(*values: Any) -> tuple[Tensor, ...]:
    """Tensors of one shape; numbers take the dtype and device of the first tensor, or the default dtype.

    Raises
    ------
    ValueError
        If a value is neither a number nor a tensor.
    """
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) + sum(map(is_number, values)) < len(values):
        wrong = [type(value).__name__ for value in values if not isinstance(value, (Tensor, int, float))]
        raise ValueError(f"Input arguments must all be numbers or tensors. Received: {', '.join(wrong)}")
    if len(tensors) < len(values):
        made = tensors[0].new_tensor if tensors else _of_default_dtype
        values = tuple(value if isinstance(value, Tensor) else made(value) for value in values)
    return tuple(broadcast_tensors(*values))


def _of_default_dtype(value: Any) -> Tensor:
    return tensor(value, dtype=get_default_dtype())


def uniform_noise(like: Tensor, shape: Shape) -> Tensor:
    """Uniform numbers from [0, 1) with the dtype and device of a tensor."""
    return like.new_empty(shape).uniform_()


def normal_noise(like: Tensor, shape: Shape) -> Tensor:
    """Standard normal numbers with the dtype and device of a tensor."""
    return like.new_empty(shape).normal_()


def sum_rightmost(value: Tensor, count: int) -> Tensor:
    """The sum over the last dimensions."""
    return value if count == 0 else value.reshape((*value.shape[: value.ndim - count], -1)).sum(-1)


def softplus(x: Tensor) -> Tensor:
    """``log(1 + exp(x))``."""
    return logaddexp(x, zeros_like(x))


def log_sigmoid(x: Tensor) -> Tensor:
    """``log(sigmoid(x))``."""
    return -softplus(-x)


def binary_cross_entropy(logits: Tensor, value: Tensor) -> Tensor:
    """What is expected of -log of the probability of an outcome that is 1 with the probability `value`."""
    return (1.0 - value) * logits + softplus(-logits)


def one_hot(indices: Tensor, count: int, like: Tensor) -> Tensor:
    """Vectors of zeros with a one at the index, with the dtype and device of a tensor."""
    return (indices.unsqueeze(-1) == arange(count, device=indices.device)).to(like.dtype)


def identity_like(matrices: Tensor) -> Tensor:
    """The identity matrix with the size, dtype and device of square matrices."""
    return eye(matrices.shape[-1], dtype=matrices.dtype, device=matrices.device)


def logits_to_probs(logits: Tensor, is_binary: bool = False) -> Tensor:
    """Probabilities: the sigmoid of the logits if `is_binary`, their softmax along the last dimension otherwise."""
    return sigmoid(logits) if is_binary else softmax(logits, -1)


def clamp_probs(probs: Tensor) -> Tensor:
    """Probabilities kept the dtype's epsilon away from 0 and 1."""
    eps = finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs: Tensor, is_binary: bool = False) -> Tensor:
    """Logits of clamped probabilities: log-odds if `is_binary`, logarithms otherwise."""
    clamped = clamp_probs(probs)
    return log(clamped) - log1p(-clamped) if is_binary else log(clamped)


class lazy_property:
    """A property that is computed once, with gradients recorded, and then kept as a plain attribute."""

    def __init__(self, wrapped: Callable[[Any], Any]) -> None:
        self.wrapped = wrapped
        self.__doc__ = wrapped.__doc__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        with enable_grad():
            value = self.wrapped(instance)
        setattr(instance, self.wrapped.__name__, value)
        return value

    if TYPE_CHECKING:  # an attribute of that name comes first

        def __set__(self, instance: Any, value: Any) -> None: ...


def tril_matrix_to_vec(mat: Tensor, diag: int = 0) -> Tensor:
    """The elements of (*, n, n) matrices on and below a diagonal, row after row.

    Raises
    ------
    ValueError
        If there is no such diagonal.
    """
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) is outside [{-n}, {n - 1}], the diagonals of {n} by {n} matrices")
    places = [row * n + column for row in range(n) for column in range(min(n, row + diag + 1))]
    return mat.reshape((*mat.shape[:-2], n * n))[..., places]


def vec_to_tril_matrix(vec: Tensor, diag: int = 0) -> Tensor:
    """Square matrices of the elements on and below a diagonal, row after row, and zeros.

    Raises
    ------
    ValueError
        If no square matrix has so many of them.
    """
    count = vec.shape[-1]
    n = max(0, -diag) + 1
    while sum(lengths := [max(0, min(n, row + diag + 1)) for row in range(n)]) < count:
        n += 1
    if sum(lengths) != count:
        raise ValueError(
            f"the last dimension has size {count}, which is not that of a lower triangular part of a square matrix"
        )
    # What stands above the diagonal is one more element, a zero.
    places: list[int] = []
    for length, end in zip(lengths, accumulate(lengths), strict=True):
        places += [*range(end - length, end), *[count] * (n - length)]
    padded = concat([vec, vec.new_zeros((*vec.shape[:-1], 1))], -1)
    return padded[..., places].reshape((*vec.shape[:-1], n, n))
