"""Ready-made parametrizations: weight normalisation, spectral normalisation, orthogonality."""

from __future__ import annotations

from typing import Any, TypeVar

from ...autograd.modes import no_grad
from ...ops.distance import normalize
from ...tensor import Tensor
from ..module import Module
from ._directions import default_dim, length_but, power_iteration, spectral_value, tall, with_length
from ._orthogonal import Orthogonal
from .parametrize import register_parametrization

__all__ = ["orthogonal", "spectral_norm", "weight_norm"]

M = TypeVar("M", bound=Module)


def _tensor_of(module: Module, name: str) -> Tensor:
    weight: Any = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    return weight


def orthogonal(
    module: M, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> M:
    """Let a weight be orthogonal (or unitary): with orthonormal columns, or rows where there are fewer of those.

    Parameters
    ----------
    module
        Changed in place.
    name
        The weight, a matrix or a batch of matrices, (*, m, n).
    orthogonal_map
        How: ``"matrix_exp"``, the exponential of a skew-symmetric matrix, by default of square and complex weights;
        ``"cayley"``, its Cayley transform; ``"householder"``, a product of reflections, by default of others.
    use_trivialization
        Whether to multiply by the orthogonal matrix nearest to what was last assigned, which makes assignments
        possible and training faster.

    Returns
    -------
    Module
        The module.

    Raises
    ------
    ValueError
        If there is no such weight, it has fewer than two dimensions, the map is not known, or it is Householder's
        and the weight complex.

    References
    ----------
    Lezcano-Casado, "Trivializations for gradient-based optimization on manifolds" (2019),
    https://arxiv.org/abs/1909.09501.
    """
    weight = _tensor_of(module, name)
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        square = weight.shape[-2] == weight.shape[-1]
        orthogonal_map = "matrix_exp" if square or weight.is_complex() else "householder"
    made = Orthogonal(weight, orthogonal_map, use_trivialization=use_trivialization)
    return register_parametrization(module, name, made, unsafe=True)


class WeightNorm(Module):
    """g v / ‖v‖, over all dimensions but `dim`."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, weight_g: Tensor, weight_v: Tensor) -> Tensor:
        """The weight of a length and a direction."""
        return with_length(weight_v, weight_g, self.dim)

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """The length of a weight, and itself."""
        return length_but(weight, self.dim), weight


def weight_norm(module: M, name: str = "weight", dim: int | None = 0) -> M:
    """Let a weight be the product of a length and a direction: w = g v / ‖v‖.

    Parameters
    ----------
    module
        Changed in place; g is then ``parametrizations.<name>.original0`` and v ``...original1``. States of the older
        form, with ``name_g`` and ``name_v``, can be loaded.
    name
        The weight's name.
    dim
        Over which dimension there are several lengths; None for a single one.

    Returns
    -------
    Module
        The module.

    References
    ----------
    Salimans and Kingma, "Weight normalization" (2016), https://arxiv.org/abs/1602.07868.
    """
    register_parametrization(module, name, WeightNorm(dim), unsafe=True)

    def accept_older(owner: Module, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        older = (f"{prefix}{name}_g", f"{prefix}{name}_v")
        if all(key in state_dict for key in older):
            for place, key in enumerate(older):
                state_dict[f"{prefix}parametrizations.{name}.original{place}"] = state_dict.pop(key)

    module.register_load_state_dict_pre_hook(accept_older)
    return module


class SpectralNorm(Module):
    """A weight divided by its largest singular value, which a power iteration approximates."""

    _u: Tensor
    _v: Tensor

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        ndim = weight.ndim
        if not -ndim <= dim < ndim:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [-{ndim}, {ndim - 1}] but got {dim})"
            )
        if n_power_iterations <= 0:
            raise ValueError(
                f"Expected n_power_iterations to be positive, but got n_power_iterations={n_power_iterations}"
            )
        self.dim = dim % ndim
        self.eps = eps
        if ndim > 1:  # of a vector there is nothing to approximate
            self.n_power_iterations = n_power_iterations
            with no_grad():
                matrix = tall(weight, self.dim)
                drawn = [matrix.new_empty(size).normal_() for size in matrix.shape]
                for name, vector in zip(("_u", "_v"), drawn, strict=True):
                    self.register_buffer(name, normalize(vector, 2.0, 0, eps))
                power_iteration(matrix, self._u, self._v, 15, eps, u_first=True)

    def forward(self, weight: Tensor) -> Tensor:
        """The weight with a largest singular value of 1; a better approximation of it with each call in training."""
        if weight.ndim == 1:
            return normalize(weight, 2.0, 0, self.eps)
        matrix = tall(weight, self.dim)
        if self.training:
            power_iteration(matrix, self._u, self._v, self.n_power_iterations, self.eps, u_first=True)
        return weight / spectral_value(matrix, self._u, self._v)

    def right_inverse(self, value: Tensor) -> Tensor:
        """The value itself."""
        return value


def spectral_norm(
    module: M, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> M:
    """Let a weight be divided by its largest singular value, which a power iteration approximates.

    Parameters
    ----------
    module
        Changed in place.
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
    ValueError
        If there is no such weight, or `n_power_iterations` is not positive.
    IndexError
        If there is no such dimension.

    References
    ----------
    Miyato et al., "Spectral normalization for generative adversarial networks" (2018),
    https://arxiv.org/abs/1802.05957.
    """
    weight = _tensor_of(module, name)
    made = SpectralNorm(weight, n_power_iterations, default_dim(module) if dim is None else dim, eps)
    return register_parametrization(module, name, made)
