"""What the derivatives of singular vectors and eigenvectors share: they are given up to a phase, or a sign."""

from __future__ import annotations

from ...typing import Array, Namespace


def quotient(xp: Namespace, numerator: Array, denominator: Array) -> Array:
    """`numerator / denominator`, and 0 for 0 / 0: what nothing depends on may be as indefinite as it likes."""
    return numerator / xp.where((numerator == 0) & (denominator == 0), 1.0, denominator)


def differences(xp: Namespace, values: Array) -> Array:
    """The value of the column less that of the row: (*, n) -> (*, n, n)."""
    return xp.expand_dims(values, axis=-2) - xp.expand_dims(values, axis=-1)


def off_diagonal(xp: Namespace, matrices: Array) -> Array:
    """Square matrices with zeros on the diagonal."""
    size = matrices.shape[-1]
    return xp.where(xp.eye(size, dtype=xp.bool, device=matrices.device), 0.0, matrices)


def require_invariance(xp: Namespace, name: str, phases: Array) -> None:
    """Refuse a loss that changes when a complex vector is turned by a phase, which nothing determines.

    Parameters
    ----------
    xp
        The namespace.
    name
        The derivative that is being computed.
    phases
        The loss's derivatives by the phase of each vector: real.

    Raises
    ------
    RuntimeError
        If one of them differs from zero by more than 0.01.
    """
    if bool(xp.any(xp.abs(phases) > 1e-2)):
        raise RuntimeError(
            f"{name}: The vectors in the complex case are specified up to multiplication by e^{{i phi}}. The "
            "specified loss function depends on this quantity, so it is ill-defined. Use what does not depend on it, "
            "such as abs() of the vectors or their outer products"
        )
