"""PyTorch's ``torch.special``: special functions, elementwise, and reductions of their kind."""

from __future__ import annotations

from .ops import bessel as _bessel
from .ops.activation import logit
from .ops.activation import sigmoid as expit
from .ops.bessel import i0
from .ops.entropy import special_entr as entr
from .ops.entropy import special_xlog1py as xlog1py
from .ops.exponential import exp2, expm1, log1p, xlogy
from .ops.gamma import digamma, polygamma
from .ops.gamma import lgamma as gammaln
from .ops.incomplete_gamma import igamma as gammainc
from .ops.incomplete_gamma import igammac as gammaincc
from .ops.incomplete_gamma import mvlgamma as multigammaln
from .ops.incomplete_gamma import special_zeta as zeta
from .ops.normal_distribution import special_log_ndtr as log_ndtr
from .ops.normal_distribution import special_ndtr as ndtr
from .ops.normal_distribution import special_ndtri as ndtri
from .ops.orthogonal_polynomials import (
    chebyshev_polynomial_t,
    chebyshev_polynomial_u,
    chebyshev_polynomial_v,
    chebyshev_polynomial_w,
    hermite_polynomial_h,
    hermite_polynomial_he,
    laguerre_polynomial_l,
    legendre_polynomial_p,
    shifted_chebyshev_polynomial_t,
    shifted_chebyshev_polynomial_u,
    shifted_chebyshev_polynomial_v,
    shifted_chebyshev_polynomial_w,
)  # fmt: skip
from .ops.rounding import round
from .ops.softmax import log_softmax, logsumexp, softmax
from .ops.special import erf, erfc, erfinv
from .ops.special import special_erfcx as erfcx
from .ops.trigonometric import sinc

airy_ai = _bessel.special_airy_ai
bessel_j0, bessel_j1 = _bessel.special_bessel_j0, _bessel.special_bessel_j1
bessel_y0, bessel_y1 = _bessel.special_bessel_y0, _bessel.special_bessel_y1
i0e, i1, i1e = _bessel.special_i0e, _bessel.special_i1, _bessel.special_i1e
modified_bessel_i0, modified_bessel_i1 = i0, i1
modified_bessel_k0, modified_bessel_k1 = (
    _bessel.special_modified_bessel_k0, _bessel.special_modified_bessel_k1,
)  # fmt: skip
scaled_modified_bessel_k0, scaled_modified_bessel_k1 = (
    _bessel.special_scaled_modified_bessel_k0, _bessel.special_scaled_modified_bessel_k1,
)  # fmt: skip
spherical_bessel_j0 = _bessel.special_spherical_bessel_j0
psi = digamma

__all__ = [
    "airy_ai", "bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1", "chebyshev_polynomial_t", "chebyshev_polynomial_u",
    "chebyshev_polynomial_v", "chebyshev_polynomial_w", "digamma", "entr", "erf", "erfc", "erfcx", "erfinv", "exp2",
    "expit", "expm1", "gammainc", "gammaincc", "gammaln", "hermite_polynomial_h", "hermite_polynomial_he", "i0", "i0e",
    "i1", "i1e", "laguerre_polynomial_l", "legendre_polynomial_p", "log1p", "log_ndtr", "log_softmax", "logit",
    "logsumexp", "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0", "modified_bessel_k1",
    "multigammaln", "ndtr", "ndtri", "polygamma", "psi", "round", "scaled_modified_bessel_k0",
    "scaled_modified_bessel_k1", "shifted_chebyshev_polynomial_t", "shifted_chebyshev_polynomial_u",
    "shifted_chebyshev_polynomial_v", "shifted_chebyshev_polynomial_w", "sinc", "softmax", "spherical_bessel_j0",
    "xlog1py", "xlogy", "zeta",
]  # fmt: skip
