"""Weight normalisation by a hook: the older form of `parametrizations.weight_norm`."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter, is_lazy
from ._directions import length_but, with_length
from ._weight_hooks import refuse_second_hook, remove_weight_hook

__all__ = ["WeightNorm", "remove_weight_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


class WeightNorm:
    """The hook that computes a weight from its length and its direction before each forward.

    Parameters
    ----------
    name
        The weight's name.
    dim
        Over which dimension there are several lengths; -1 for a single one.
    """

    def __init__(self, name: str, dim: int | None) -> None:
        self.name = name
        self.dim = -1 if dim is None else dim

    def compute_weight(self, module: Module) -> Tensor:
        """The weight as it is now."""
        return with_length(getattr(module, f"{self.name}_v"), getattr(module, f"{self.name}_g"), self.dim)

    def remove(self, module: Module) -> None:
        """Make the weight a parameter again."""
        weight = self.compute_weight(module)
        for name in (self.name, f"{self.name}_g", f"{self.name}_v"):
            delattr(module, name)
        setattr(module, self.name, Parameter(weight.data))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module))


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Let a weight be the product of a length and a direction: w = g v / ‖v‖.

    Parameters
    ----------
    module
        Changed in place: `name` is computed before each forward from the parameters ``name_g`` and ``name_v``.
    name
        The weight's name.
    dim
        Over which dimension there are several lengths; None for a single one.

    Returns
    -------
    Module
        The module.

    Raises
    ------
    RuntimeError
        If the weight is normalised so already.
    ValueError
        If the weight has no shape yet.

    References
    ----------
    Salimans and Kingma, "Weight normalization" (2016), https://arxiv.org/abs/1602.07868.
    """
    warnings.warn(
        "nn.utils.weight_norm is deprecated; write nn.utils.parametrizations.weight_norm",
        FutureWarning,
        stacklevel=2,
    )
    hook = WeightNorm(name, dim)
    refuse_second_hook(module, hook)
    weight = getattr(module, name)
    if is_lazy(weight):
        raise ValueError(
            "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy forward "
            "before applying weight normalization"
        )
    delattr(module, name)
    module.register_parameter(f"{name}_g", Parameter(length_but(weight.detach(), hook.dim)))
    module.register_parameter(f"{name}_v", Parameter(weight.data))
    hook(module, ())
    module.register_forward_pre_hook(hook)
    return module


def remove_weight_norm(module: M, name: str = "weight") -> M:
    """Undo :func:`weight_norm`. Raises ValueError if the weight is not normalised so."""
    remove_weight_hook(module, WeightNorm, name)
    return module
