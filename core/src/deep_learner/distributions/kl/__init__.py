"""Kullback-Leibler divergences: `kl_divergence`, and `register_kl` for formulas of one's own."""

from __future__ import annotations

from . import composite, discrete, infinite, moments, multivariate, same_family  # each registers its formulas
from .dispatch import _KL_MEMOIZE, _KL_REGISTRY, kl_divergence, register_kl

__all__ = ["_KL_MEMOIZE", "_KL_REGISTRY", "kl_divergence", "register_kl"]

FORMULAS = (composite, discrete, infinite, moments, multivariate, same_family)
