"""Weights as lengths and directions, and their largest singular values: what both forms of each helper share."""

from __future__ import annotations

from ...autograd.modes import no_grad
from ...ops.distance import normalize
from ...ops.linalg import mv
from ...ops.norm import vector_norm
from ...ops.products import vdot
from ...tensor import Tensor
from ..module import Module

__all__ = ["default_dim", "length_but", "power_iteration", "spectral_value", "tall", "with_length"]


def length_but(v: Tensor, dim: int) -> Tensor:
    """The 2-norm over all dimensions but one, which are kept with size 1; over all of them, (), for -1."""
    if dim == -1:
        return vector_norm(v, 2)
    dim %= v.ndim
    others = tuple(each for each in range(v.ndim) if each != dim)
    return vector_norm(v, 2, others, True) if others else v.abs()


def with_length(v: Tensor, g: Tensor, dim: int) -> Tensor:
    """g v / ‖v‖, with the norm of :func:`length_but`."""
    return v * (g / length_but(v, dim))


def default_dim(module: Module) -> int:
    """The dimension of a weight that counts its outputs: 1 for transposed convolutions."""
    return 1 if getattr(module, "transposed", False) else 0


def tall(weight: Tensor, dim: int) -> Tensor:
    """A weight as a matrix whose rows are dimension `dim`."""
    return weight.moveaxis(dim, 0).reshape(weight.shape[dim], -1)


@no_grad()
def power_iteration(matrix: Tensor, u: Tensor, v: Tensor, steps: int, eps: float, u_first: bool) -> None:
    """Take approximations of the first left and right singular vectors further, in place."""

    def left() -> None:
        u.copy_(normalize(mv(matrix, v), 2.0, 0, eps))

    def right() -> None:
        v.copy_(normalize(mv(matrix.H, u), 2.0, 0, eps))

    for _ in range(steps):
        for move in (left, right) if u_first else (right, left):
            move()


def spectral_value(matrix: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """u W v for copies of the vectors, which later iterations may change."""
    return vdot(u.clone(), mv(matrix, v.clone()))
