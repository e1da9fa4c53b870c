"""Operations that ONNX has operators for, or that look at values in their general form.

A kernel has the operation's parameters but `xp`; :data:`KERNELS` of each module lists them by the operation's name. One
that returns ``NotImplemented`` leaves the case to the general form, in which also runs what depends on no input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deep_learner.namespaces.raw import namespace_of
from deep_learner.ops import registry
from deep_learner_onnx.array import depends
from deep_learner_onnx.kernels import (
    activation,
    attention,
    convolution,
    embedding,
    linear,
    normalization,
    pooling,
    positions,
    recurrent,
    resampling,
    selection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deep_learner.backends import Backend

__all__ = ["KERNELS", "kernels"]

KERNELS: Mapping[str, Callable[..., Any]] = {
    **activation.KERNELS,
    **attention.KERNELS,
    **convolution.KERNELS,
    **embedding.KERNELS,
    **linear.KERNELS,
    **normalization.KERNELS,
    **pooling.KERNELS,
    **positions.KERNELS,
    **recurrent.KERNELS,
    **resampling.KERNELS,
    **selection.KERNELS,
}


def kernels(backend: Backend) -> Mapping[str, Callable[..., Any]]:
    """The kernels as a backend has them."""
    return {name: _with_general_form(backend, name, kernel) for name, kernel in KERNELS.items()}


def _with_general_form(backend: Backend, name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        result = NotImplemented
        if depends(args, tuple(kwargs.values())):
            result = kernel(*args, **kwargs)
        if result is not NotImplemented:
            return result
        function: Any = registry.find(name)
        return function.operation.forward(namespace_of(backend), *args, **kwargs)

    return run
