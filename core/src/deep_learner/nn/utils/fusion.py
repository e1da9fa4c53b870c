"""Taking a batch normalisation into the layer before it, for evaluation."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from ...autograd.modes import no_grad
from ...ops.filling import ones_like, zeros_like
from ...ops.power import rsqrt
from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter

__all__ = ["fuse_conv_bn_eval", "fuse_conv_bn_weights", "fuse_linear_bn_eval", "fuse_linear_bn_weights"]

M = TypeVar("M", bound=Module)


def fuse_conv_bn_eval(conv: M, bn: Module, transpose: bool = False) -> M:
    """A copy of a convolution that does what it and the batch normalisation after it do.

    Parameters
    ----------
    conv, bn
        Both in evaluation mode, `bn` with running statistics.
    transpose
        Whether it is a transposed convolution.

    Raises
    ------
    AssertionError
        If one is in training mode, or there are no running statistics.
    """
    return _fused(conv, bn, transpose)


def fuse_linear_bn_eval(linear: M, bn: Module) -> M:
    """A copy of a linear layer that does what it and the batch normalisation after it do.

    Raises AssertionError if one is in training mode, there are no running statistics, or their number is another
    than that of the outputs and not 1.
    """
    layer, norm = _any(linear), _any(bn)
    if norm.num_features not in (layer.out_features, 1):
        raise AssertionError(
            "To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got "
            f"linear.out_features={layer.out_features} and bn.num_features={norm.num_features}"
        )
    return _fused(linear, bn, False)


def _any(module: Any) -> Any:
    return module


def _fused(layer: M, bn: Module, transpose: bool) -> M:
    if layer.training or bn.training:
        raise AssertionError("Fusion only for eval!")
    fused, norm = _any(copy.deepcopy(layer)), _any(bn)
    if norm.running_mean is None or norm.running_var is None:
        raise AssertionError("bn.running_mean and bn.running_var must not be None")
    fused.weight, fused.bias = fuse_conv_bn_weights(
        fused.weight,
        fused.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
        transpose,
    )
    return fused


@no_grad()
def fuse_conv_bn_weights(
    conv_w: Tensor,
    conv_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
    transpose: bool = False,
) -> tuple[Parameter, Parameter]:
    """The weight and bias of a layer with a batch normalisation after it.

    Parameters
    ----------
    conv_w, conv_b
        (O, ...), or (I, O, ...) if `transpose`; and (O,). Those of the layer.
    bn_rm, bn_rv, bn_eps, bn_w, bn_b
        (O,): mean, variance, what is added to it, weight and bias of the normalisation.
    transpose
        Whether it is a transposed convolution.

    Returns
    -------
    tuple of Parameter
        In the dtypes of the layer's, requiring gradients if those do.
    """
    bias = zeros_like(bn_rm) if conv_b is None else conv_b
    scale = rsqrt(bn_rv + bn_eps) * (ones_like(bn_rm) if bn_w is None else bn_w)
    offset = zeros_like(bn_rm) if bn_b is None else bn_b
    shape = [1] * conv_w.ndim
    shape[1 if transpose else 0] = -1
    weight = (conv_w * scale.reshape(shape)).to(conv_w.dtype)
    shifted = ((bias - bn_rm) * scale + offset).to(conv_w.dtype if conv_b is None else conv_b.dtype)
    return Parameter(weight, conv_w.requires_grad), Parameter(shifted, bias.requires_grad)


def fuse_linear_bn_weights(
    linear_w: Tensor,
    linear_b: Tensor | None,
    bn_rm: Tensor,
    bn_rv: Tensor,
    bn_eps: float,
    bn_w: Tensor | None,
    bn_b: Tensor | None,
) -> tuple[Parameter, Parameter]:
    """:func:`fuse_conv_bn_weights` for the weight (O, I) of a linear layer."""
    return fuse_conv_bn_weights(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b)
