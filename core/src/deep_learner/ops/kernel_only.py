"""Operations that no formula of ours computes: only an array library's own function does."""

from __future__ import annotations

from typing import Any, NoReturn

from ..errors import MissingFunctionError


def needs_kernel(xp: Any, function: str) -> NoReturn:
    """Say that a function is to be had only from a backend's `kernels`: the forward of such an operation.

    Parameters
    ----------
    xp
        The namespace that the forward was given.
    function
        The operation's name.

    Raises
    ------
    MissingFunctionError
        On a backend's namespace: the backend has no such kernel; the message says what its users can do.
    NotImplementedError
        On the Tensor namespace: the operation has no rule, and there is no forward to differentiate.
    """
    backend = getattr(xp, "backend", None)
    if backend is None:
        raise NotImplementedError(
            f"the derivative for {function!r} is not implemented; compute it on tensors that require no gradient, "
            "such as x.detach()"
        )
    raise MissingFunctionError(function, backend.name, backend.cure(function))
