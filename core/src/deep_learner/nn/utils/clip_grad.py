"""Limiting the size of gradients."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable

from ...autograd.modes import no_grad
from ...ops.creation import tensor
from ...ops.joining import stack
from ...ops.norm import vector_norm
from ...tensor import Tensor

__all__ = [
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "get_total_norm",
]


def _as_list(tensors: Tensor | Iterable[Tensor]) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    """The gradients that have arrived."""
    grads = [parameter.grad for parameter in _as_list(parameters) if parameter.has_grad]
    return [grad for grad in grads if grad is not None]


def _of_one_backend(tensors: list[Tensor]) -> list[Tensor]:
    names = sorted({each.backend for each in tensors})
    if len(names) > 1:
        raise RuntimeError(
            f"the gradients live in several backends, {' and '.join(names)}, and have no norm in common. Clip those of "
            f'each by themselves, or move the parameters with .to(backend="{names[0]}")'
        )
    return tensors


@no_grad()
def get_total_norm(
    tensors: Tensor | Iterable[Tensor],
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The norm of all tensors taken together as one vector.

    Parameters
    ----------
    tensors
        One or several, floating, of one backend; they may be on several devices.
    norm_type
        The order of the norm; infinity is the largest element.
    error_if_nonfinite
        Whether to refuse a norm that is infinite or no number.
    foreach
        Accepted for PyTorch's sake.

    Returns
    -------
    Tensor
        (), on the first tensor's device; 0 of none.

    Raises
    ------
    RuntimeError
        If the tensors live in several backends, or the norm is refused.
    """
    given = _of_one_backend(_as_list(tensors))
    order = float(norm_type)
    if not given:
        return tensor(0.0)
    norms = [vector_norm(each, order) for each in given]
    device = given[0].device
    widest = max((norm.dtype for norm in norms), key=lambda dtype: dtype.itemsize)
    if any(norm.dtype is not widest or norm.device != device for norm in norms):
        norms = [norm.to(device, widest) for norm in norms]
    total = vector_norm(stack(norms), order)
    if error_if_nonfinite and not bool(total.isfinite().item()):
        raise RuntimeError(
            f"The total norm of order {order} for gradients from `parameters` is non-finite, so it cannot be clipped. "
            "To disable this error and scale the gradients by the non-finite norm anyway, set "
            "`error_if_nonfinite=False`"
        )
    return total


@no_grad()
def clip_grads_with_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    total_norm: Tensor,
    foreach: bool | None = None,
) -> None:
    """Multiply all gradients, in place, by ``max_norm / (total_norm + 1e-6)`` where that is below 1.

    `total_norm`, (), is what :func:`get_total_norm` gave; `foreach` is accepted for PyTorch's sake.
    """
    grads = _of_one_backend(_gradients(parameters))
    factor = (float(max_norm) / (total_norm + 1e-6)).clip(None, 1.0)
    for grad in grads:
        grad.mul_(factor if grad.device == factor.device else factor.to(grad.device))


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the gradients, in place, so that their norm, all taken together, does not exceed `max_norm`.

    Parameters
    ----------
    parameters
        Whose gradients; those that no gradient has reached do not count.
    max_norm
        The limit.
    norm_type
        The order of the norm; infinity is the largest element.
    error_if_nonfinite
        Whether to refuse a norm that is infinite or no number.
    foreach
        Accepted for PyTorch's sake.

    Returns
    -------
    Tensor
        (): the norm before.

    Raises
    ------
    RuntimeError
        If the gradients live in several backends, or the norm is refused.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks" (2012),
    https://arxiv.org/abs/1211.5063.
    """
    given = _as_list(parameters)
    if not given and isinstance(parameters, Generator):
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=2)
    total = get_total_norm(_gradients(given), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(given, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """The former name of :func:`clip_grad_norm_`; using it warns."""
    warnings.warn("clip_grad_norm is deprecated; write clip_grad_norm_", FutureWarning, stacklevel=2)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


@no_grad()
def clip_grad_value_(
    parameters: Tensor | Iterable[Tensor], clip_value: float, foreach: bool | None = None
) -> None:
    """Limit every element of the gradients, in place, to [-clip_value, clip_value]; `foreach` has no effect."""
    limit = float(clip_value)
    for grad in _gradients(parameters):
        grad.clip_(-limit, limit)
