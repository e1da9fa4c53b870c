"""Spectral normalisation by a hook: the older form of `parametrizations.spectral_norm`."""

from __future__ import annotations

from typing import Any, TypeVar

from ...autograd.modes import no_grad
from ...ops.distance import normalize
from ...tensor import Tensor
from ..module import Module
from ..parameter import Parameter, is_lazy
from ._directions import default_dim, power_iteration, spectral_value, tall
from ._weight_hooks import refuse_second_hook, remove_weight_hook

__all__ = ["SpectralNorm", "remove_spectral_norm", "spectral_norm"]

M = TypeVar("M", bound=Module)


class SpectralNorm:
    """The hook that divides a weight by its largest singular value before each forward.

    Parameters
    ----------
    name
        The weight's name.
    n_power_iterations
        How many times the approximation is improved with each forward in training.
    dim
        The dimension of the weight that counts its outputs.
    eps
        The least length that is divided by.

    Raises
    ------
    ValueError
        If `n_power_iterations` is not positive.
    """

    def __init__(
        self, name: str = "weight", n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12
    ) -> None:
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.name = name
        self.n_power_iterations = n_power_iterations
        self.dim = dim
        self.eps = eps

    def compute_weight(self, module: Module, do_power_iteration: bool = False) -> Tensor:
        """The weight as it is now, after the approximation has been improved."""
        weight, u, v = (getattr(module, f"{self.name}_{suffix}") for suffix in ("orig", "u", "v"))
        matrix = tall(weight, self.dim)
        if do_power_iteration:
            power_iteration(matrix, u, v, self.n_power_iterations, self.eps, u_first=False)
        return weight / spectral_value(matrix, u, v)

    def remove(self, module: Module) -> None:
        """Make the weight a parameter again."""
        with no_grad():
            weight = self.compute_weight(module)
        for suffix in ("", "_u", "_v", "_orig"):
            delattr(module, self.name + suffix)
        module.register_parameter(self.name, Parameter(weight.detach()))

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self.name, self.compute_weight(module, module.training))


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    """Let a weight be divided by its largest singular value, which a power iteration approximates.

    Parameters
    ----------
    module
        Changed in place: `name` is computed before each forward from the parameter ``name_orig`` and the buffers
        ``name_u`` and ``name_v``.
    name
        The weight's name.
    n_power_iterations
        How many times the approximation is improved with each forward in training.
    eps
        The least length that is divided by.
    dim
        The dimension of the weight that counts its outputs: by default 0, for transposed convolutions 1.

    Returns
    -------
    Module
        The module.

    Raises
    ------
    RuntimeError
        If the weight is normalised so already.
    ValueError
        If the weight is None or has no shape yet, or `n_power_iterations` is not positive.

    References
    ----------
    Miyato et al., "Spectral normalization for generative adversarial networks" (2018),
    https://arxiv.org/abs/1802.05957.
    """
    hook = SpectralNorm(name, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    refuse_second_hook(module, hook)
    weight = module._parameters[name]
    if weight is None:
        raise ValueError(f"`SpectralNorm` cannot be applied as parameter `{name}` is None")
    if is_lazy(weight):
        raise ValueError(
            "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy "
            "forward before applying spectral normalization"
        )
    with no_grad():
        rows, columns = tall(weight, hook.dim).shape
        u, v = (normalize(weight.new_empty(size).normal_(), 2.0, 0, eps) for size in (rows, columns))
    delattr(module, name)
    module.register_parameter(f"{name}_orig", weight)
    setattr(module, name, weight.data)
    module.register_buffer(f"{name}_u", u)
    module.register_buffer(f"{name}_v", v)
    module.register_forward_pre_hook(hook)
    return module


def remove_spectral_norm(module: M, name: str = "weight") -> M:
    """Undo :func:`spectral_norm`. Raises ValueError if the weight is not normalised so."""
    remove_weight_hook(module, SpectralNorm, name)
    return module
