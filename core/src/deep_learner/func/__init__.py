"""Functions of functions: PyTorch's ``torch.func``.

Derivatives (``grad``, ``vjp``, ``jvp``, ``jacrev``, ``jacfwd``, ``hessian``, ``linearize``), a function of one member
as one of a whole batch (``vmap``), and modules as functions of their parameters (``functional_call``,
``stack_module_state``). They nest in any order.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .derivatives import grad, grad_and_value, jvp, linearize, vjp
    from .jacobians import hessian, jacfwd, jacrev
    from .modules import functional_call, stack_module_state
    from .vectorizing import vmap

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "stack_module_state", "vjp", "vmap",
]  # fmt: skip

_HOMES = {
    "functional_call": "modules", "grad": "derivatives", "grad_and_value": "derivatives", "hessian": "jacobians",
    "jacfwd": "jacobians", "jacrev": "jacobians", "jvp": "derivatives", "linearize": "derivatives",
    "stack_module_state": "modules", "vjp": "derivatives", "vmap": "vectorizing",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """The transforms, imported when first used: a program that uses none pays for none."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
