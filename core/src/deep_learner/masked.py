"""PyTorch's ``torch.masked``: reductions and normalizations of the elements that a mask keeps.

https://pytorch.org/docs/stable/masked.html
"""

from __future__ import annotations

from .ops.masked_normalizations import cumprod, cumsum, log_softmax, logaddexp, normalize, softmax, softmin
from .ops.masked_reductions import (
    amax,
    amin,
    argmax,
    argmin,
    logsumexp,
    mean,
    median,
    norm,
    prod,
    std,
    sum,
    var,
)

__all__ = [
    "amax", "amin", "argmax", "argmin", "cumprod", "cumsum", "log_softmax", "logaddexp", "logsumexp", "mean", "median",
    "norm", "normalize", "prod", "softmax", "softmin", "std", "sum", "var",
]  # fmt: skip
