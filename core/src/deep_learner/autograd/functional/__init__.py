"""Products with Jacobians and Hessians, and these themselves, of functions of Tensors.

The names, arguments and result structures are those of ``torch.autograd.functional``.
"""

from __future__ import annotations

from .matrices import hessian, jacobian
from .products import hvp, jvp, vhp, vjp

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]
