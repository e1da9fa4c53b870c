"""Orthogonal matrices, computed from matrices without constraints."""

from __future__ import annotations

from typing import Any

from ... import linalg
from ...autograd.modes import no_grad
from ...namespaces.type_information import finfo
from ...ops.diagonal import diagonal, tril
from ...ops.filling import eye, zeros_like
from ...ops.joining import concat
from ...random import randn
from ...tensor import Tensor
from ..module import Module

__all__ = ["Orthogonal"]

MAPS = ("matrix_exp", "cayley", "householder")


def is_orthogonal(q: Tensor) -> bool:
    """Whether the columns are orthonormal, to rounding."""
    tolerance = 10.0 * q.shape[-2] * float(finfo(q.dtype).eps)
    difference = q.mH @ q - eye(q.shape[-1], dtype=q.dtype, device=q.device)
    return bool((difference.abs() <= tolerance).all().item())


def made_orthogonal(a: Tensor) -> Tensor:
    """The Q of a QR decomposition whose R has a positive diagonal."""
    q, r = linalg.qr(a)
    return q * sign(diagonal(r, 0, -2, -1)).unsqueeze(-2)


def sign(x: Tensor) -> Tensor:
    """x / |x|, and 0 for 0."""
    size = x.abs()
    return x / size.where(size > 0, 1.0)


class Orthogonal(Module):
    """(*, m, n) without constraints -> (*, m, n) with orthonormal columns, or rows where there are fewer of those.

    Parameters
    ----------
    weight
        Gives shape and dtype.
    orthogonal_map
        ``"matrix_exp"``, ``"cayley"`` or ``"householder"``.
    use_trivialization
        Whether to multiply by an orthogonal `base`.

    Raises
    ------
    ValueError
        If the map is not known, or it is Householder's and the weight complex.
    """

    base: Tensor | None

    def __init__(self, weight: Tensor, orthogonal_map: str, *, use_trivialization: bool = True) -> None:
        super().__init__()
        if orthogonal_map not in MAPS:
            raise ValueError(
                'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". '
                f"Got: {orthogonal_map}"
            )
        if weight.is_complex() and orthogonal_map == "householder":
            raise ValueError("The householder parametrization does not support complex tensors.")
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Tensor) -> Tensor:
        """Map any matrix to an orthogonal one."""
        wide = x.shape[-2] < x.shape[-1]
        x = x.mT if wide else x
        q = self._reflected(x) if self.orthogonal_map == "householder" else self._rotated(x)
        base: Any = getattr(self, "base", None)
        if base is not None:
            q = base @ q
        return q.mT if wide else q

    def _rotated(self, x: Tensor) -> Tensor:
        """The first columns of a rotation that a skew-symmetric (or skew-Hermitian) matrix generates."""
        rows, columns = x.shape[-2:]
        lower = tril(x)
        if rows != columns:
            blank = x.new_zeros(*x.shape[:-1], rows - columns)
            lower = concat([lower, blank], -1)
        skew = lower - lower.mH
        if self.orthogonal_map == "matrix_exp":
            q = linalg.matrix_exp(skew)
        else:
            one = eye(rows, dtype=x.dtype, device=x.device)
            q = linalg.solve(one - skew * 0.5, one + skew * 0.5)
        return q[..., :columns]

    def _reflected(self, x: Tensor) -> Tensor:
        """A product of reflections, whose signs stand on the diagonal."""
        reflectors = tril(x, -1)
        tau = 2.0 / (1.0 + (reflectors * reflectors).sum(-2))
        signs = diagonal(x, 0, -2, -1).detach().trunc()
        return linalg.householder_product(reflectors, tau) * signs.unsqueeze(-2)

    @no_grad()
    def right_inverse(self, value: Tensor) -> Tensor:
        """What is mapped to the orthogonal matrix nearest to `value`.

        Raises
        ------
        ValueError
            If it has another shape.
        NotImplementedError
            If there is no base, unless the map is Householder's.
        """
        if value.shape != self.shape:
            raise ValueError(
                f"Expected a matrix or batch of matrices of shape {tuple(self.shape)}. Got a tensor of shape "
                f"{tuple(value.shape)}."
            )
        wide = value.shape[-2] < value.shape[-1]
        q = value.mT if wide else value
        if "base" not in self._buffers:
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    "It is not possible to assign to the matrix exponential or the Cayley parametrizations when "
                    "use_trivialization=False."
                )
            found = reflectors_of(q)
            return found.mT if wide else found
        rows, columns = q.shape[-2:]
        if rows != columns:
            extra = randn(*q.shape[:-2], rows, rows - columns, dtype=q.dtype, device=q.device)
            self.base = made_orthogonal(concat([q, extra], -1))
        else:
            self.base = q.clone() if is_orthogonal(q) else made_orthogonal(q)
        least = min(rows, columns)
        negative = zeros_like(value)
        negative[..., :least, :least] = -eye(least, dtype=value.dtype, device=value.device)
        return negative


def reflectors_of(a: Tensor) -> Tensor:
    """R of a QR decomposition, but Householder's reflectors below the diagonal, and on it the signs that make R's
    positive.

    Golub and Van Loan, Matrix Computations, section 5.1; a column is reflected onto minus the sign of its first
    element, and one that is there already is left as it is.
    """
    rest = a
    columns: list[Tensor] = []
    for place in range(a.shape[-1]):
        head, tail = rest[..., place, place], rest[..., place + 1 :, place]
        below = (tail.abs() ** 2).sum(-1)
        reflected = below > 0
        length = (head * head + below).sqrt()
        diagonal_element = (-length.where(head >= 0, -length)).where(reflected, head)
        pivot = (head - diagonal_element).where(reflected, 1.0)
        v = tail / pivot.unsqueeze(-1)
        tau = ((diagonal_element - head) / diagonal_element.where(diagonal_element != 0, 1.0)).where(
            reflected, 0.0
        )
        vector = concat([head.new_ones((*head.shape, 1)), v], -1).unsqueeze(-1)
        part = rest[..., place:, :]
        part = part - tau.unsqueeze(-1).unsqueeze(-1) * vector @ (vector.mT @ part)
        rest = concat([rest[..., :place, :], part], -2)
        unit = diagonal_element.sign()
        unit = unit.where(reflected, -unit)
        columns.append(concat([rest[..., :place, place], unit.unsqueeze(-1), v], -1).unsqueeze(-1))
    return concat(columns, -1)
