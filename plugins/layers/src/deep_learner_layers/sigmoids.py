"""Smooth activation layers: `Sigmoid`, `Tanh`, `GELU` and others. Each maps (*) to (*), but for `GLU`."""

from __future__ import annotations

from deep_learner import Tensor, tanh
from deep_learner.nn import Module
from deep_learner.ops import activation

from ._activation import InplaceActivation
from .functional import activation as functions

__all__ = [
    "GELU",
    "GLU",
    "Hardsigmoid",
    "Hardswish",
    "LogSigmoid",
    "Mish",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Tanh",
    "Tanhshrink",
]


class Sigmoid(Module):
    """The logistic function 1 / (1 + exp(-x))."""

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.sigmoid(input)


class LogSigmoid(Module):
    """The logarithm of the logistic function, without underflow."""

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.logsigmoid(input)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return tanh(input)


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.tanhshrink(input)


class Softsign(Module):
    """x / (1 + \\|x\\|).

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010).
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.softsign(input)


class Softplus(Module):
    """log(1 + exp(`beta` x)) / `beta`, a smooth rectifier.

    Parameters
    ----------
    beta
        How sharply it bends.
    threshold
        Where `beta` x exceeds it, x itself is returned.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class GELU(Module):
    """The Gaussian error linear unit x Φ(x), with Φ the normal distribution function.

    Parameters
    ----------
    approximate
        ``"none"`` for the error function, ``"tanh"`` for x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))).

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units" (2016), https://arxiv.org/abs/1606.08415.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return activation.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(InplaceActivation):
    """The sigmoid linear unit x / (1 + exp(-x)), also called swish.

    Parameters
    ----------
    inplace
        Whether to write the result into the input.

    References
    ----------
    Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units" (2017), https://arxiv.org/abs/1702.03118.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.silu(input, self.inplace)


class Mish(InplaceActivation):
    """x tanh(log(1 + exp(x))).

    Parameters
    ----------
    inplace
        Whether to write the result into the input.

    References
    ----------
    Misra, "Mish: a self regularized non-monotonic neural activation function" (2019),
    https://arxiv.org/abs/1908.08681.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.mish(input, self.inplace)


class Hardswish(InplaceActivation):
    """x min(max(x + 3, 0), 6) / 6, a swish of straight pieces.

    Parameters
    ----------
    inplace
        Whether to write the result into the input.

    References
    ----------
    Howard et al., "Searching for MobileNetV3" (2019), https://arxiv.org/abs/1905.02244.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.hardswish(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # as in PyTorch


class Hardsigmoid(InplaceActivation):
    """min(max(x + 3, 0), 6) / 6, a sigmoid of straight pieces.

    Parameters
    ----------
    inplace
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Apply it to each element."""
        return functions.hardsigmoid(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # as in PyTorch


class GLU(Module):
    """The gated linear unit a σ(b), with a and b the halves of the input along one dimension.

    Parameters
    ----------
    dim
        The dimension to halve.

    Notes
    -----
    Shape: (*, 2N, *) -> (*, N, *).

    References
    ----------
    Dauphin et al., "Language modeling with gated convolutional networks" (2016), https://arxiv.org/abs/1612.08083.
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Gate one half of `input` by the other."""
        return activation.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
