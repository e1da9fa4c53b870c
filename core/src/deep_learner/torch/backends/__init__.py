"""``torch.backends``: which libraries compute, answered by the backends that are installed."""

from __future__ import annotations

from ...backends import cuda
from . import cpu, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
