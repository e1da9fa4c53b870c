"""`LayerNorm` and `RMSNorm`."""

from __future__ import annotations

from collections.abc import Sequence

from deep_learner import Tensor, empty
from deep_learner.nn import Module, Parameter, init
from deep_learner.typing import DeviceLike, DTypeLike

from ._affine import Affine
from .functional._windows import each
from .functional.normalization import layer_norm, rms_norm

__all__ = ["LayerNorm", "RMSNorm"]


class LayerNorm(Affine):
    """Layer normalisation: y = (x - E[x]) / sqrt(Var[x] + eps) * gamma + beta, over the last dimensions.

    Parameters
    ----------
    normalized_shape
        The sizes of the last dimensions, over which mean and (biased) variance are taken.
    eps
        Added to the variance.
    elementwise_affine
        Whether there is a gamma.
    bias
        Whether there also is a beta.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    weight : Parameter or None
        gamma, of shape `normalized_shape`; ones.
    bias : Parameter or None
        beta, of shape `normalized_shape`; zeros.

    Notes
    -----
    Shape: (*, *normalized_shape) -> the same.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization" (2016), https://arxiv.org/abs/1607.06450.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = each(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self._make_affine(self.normalized_shape, elementwise_affine, bias, device, dtype)
        self.reset_parameters()

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (*, *normalized_shape)."""
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """Root-mean-square normalisation: y = x / sqrt(E[x²] + eps) * gamma, over the last dimensions.

    Parameters
    ----------
    normalized_shape
        The sizes of the last dimensions, over which the mean is taken.
    eps
        Added to the mean square; by default the machine epsilon of float64 for that, of float32 for other dtypes.
    elementwise_affine
        Whether there is a gamma.
    device, dtype
        Of the parameter.

    Attributes
    ----------
    weight : Parameter or None
        gamma, of shape `normalized_shape`; ones.

    Notes
    -----
    Shape: (*, *normalized_shape) -> the same.

    References
    ----------
    Zhang and Sennrich, "Root mean square layer normalization" (2019), https://arxiv.org/abs/1910.07467.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = each(normalized_shape, 1)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.register_parameter(
            "weight",
            Parameter(empty(self.normalized_shape, device=device, dtype=dtype))
            if elementwise_affine
            else None,
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set gamma to ones."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (*, *normalized_shape)."""
        return rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
