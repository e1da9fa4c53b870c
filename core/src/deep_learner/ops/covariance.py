"""Covariances and correlation coefficients of variables, given as the rows of a matrix."""

from __future__ import annotations

import functools
import math
import warnings
from typing import Any

from ..dtypes import SIGNED, UNSIGNED
from ..tensor import Tensor
from .arithmetic import multiply
from .complex import conj, imag, real
from .diagonal import diagonal
from .extrema import amin
from .power import sqrt
from .reduction import sum
from .selection import clip
from .shape import squeeze, t


def cov(
    input: Tensor, *, correction: int = 1, fweights: Tensor | None = None, aweights: Tensor | None = None
) -> Tensor:
    """The covariances of variables.

    Parameters
    ----------
    input : Tensor
        Observations of m variables, one in each column: shape (m, n); (n,) and () are of one variable.
    correction : int, default 1
        What is subtracted from the number of observations: 1 for an unbiased estimate, 0 for the mean.
    fweights : Tensor, optional
        How often each observation counts: shape (n,), integers.
    aweights : Tensor, optional
        Each observation's importance: shape (n,), floating-point.

    Returns
    -------
    Tensor
        Of shape (m, m), hermitian, with the variances on the diagonal; 0-d for one variable.

    Raises
    ------
    RuntimeError
        If the input has more than two dimensions or is boolean, or weights have another shape or kind, are negative
        or all 0.
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    if input.dtype.kind == "bool":
        raise RuntimeError("cov(): bool dtype is not supported for input; convert it, as in x.float()")
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    weight, freedom = _weighed(rows.shape[1], fweights, aweights, correction)
    centred = rows - _mean(rows, weight)
    weighted = centred if weight is None else centred * weight
    return squeeze((centred @ t(conj(weighted) if weighted.is_complex() else weighted)) / freedom)


def _weighed(
    count: int, fweights: Tensor | None, aweights: Tensor | None, correction: int
) -> tuple[Tensor | None, Tensor | float]:
    """The weights of observations, and the degrees of freedom that they leave."""
    weights: list[Tensor] = []
    if fweights is not None:
        if fweights.dtype.kind not in (SIGNED, UNSIGNED):
            raise RuntimeError(
                f"cov(): expected fweights to have integral dtype but got fweights with {fweights.dtype.name} dtype"
            )
        weights.append(_checked("fweights", fweights, count))
    if aweights is not None:
        if not aweights.dtype.is_floating_point:
            raise RuntimeError(
                "cov(): expected aweights to have floating point dtype but got aweights with "
                f"{aweights.dtype.name} dtype"
            )
        weights.append(_checked("aweights", aweights, count))
    if not weights:
        return None, _positive(float(count - correction))
    weight = functools.reduce(multiply, weights)
    total = sum(weight)
    if not float(total.detach()):
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    if aweights is None or correction == 0:
        return weight, _positive(total - correction)
    return weight, _positive(total - correction * sum(weight * aweights) / total)


def _checked(name: str, weights: Tensor, count: int) -> Tensor:
    if weights.ndim > 1:
        raise RuntimeError(
            f"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.ndim} dimensions"
        )
    if weights.numel() != count:
        raise RuntimeError(
            f"cov(): expected {name} to have the same numel as there are observations in the input but got "
            f"{weights.numel()} != {count}"
        )
    if count and float(amin(weights.detach())) < 0:
        raise RuntimeError(f"cov(): {name} cannot be negative")
    return weights


def _positive(freedom: Any) -> Any:
    """The degrees of freedom; 0, with a warning, where there are none."""
    if float(freedom) > 0:
        return freedom
    warnings.warn(
        "cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations.",
        UserWarning,
        stacklevel=4,
    )
    return abs(freedom * 0.0)


def _mean(rows: Tensor, weight: Tensor | None) -> Tensor:
    """Each row's mean as a column."""
    if weight is None:
        return sum(rows, 1, keepdim=True) / (rows.shape[1] or math.nan)
    return sum(rows * weight, 1, keepdim=True) / sum(weight)


def corrcoef(input: Tensor) -> Tensor:
    """The correlation coefficients of variables: their covariances by their standard deviations, within [-1, 1].

    Parameters
    ----------
    input : Tensor
        Observations of m variables, one in each column: shape (m, n); (n,) and () are of one variable.

    Returns
    -------
    Tensor
        Of shape (m, m); 0-d for one variable. NaN for a variable that does not vary.

    Raises
    ------
    RuntimeError
        If the input has more than two dimensions.
    """
    if input.ndim > 2:
        raise RuntimeError(
            f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions"
        )
    found = cov(input)
    if not found.ndim:
        return found / found  # 1, or NaN
    deviation = sqrt(diagonal(real(found) if found.is_complex() else found))
    found = found / deviation.reshape(-1, 1) / deviation
    if not found.is_complex():
        return clip(found, -1.0, 1.0)
    return clip(real(found), -1.0, 1.0) + clip(imag(found), -1.0, 1.0) * 1j
