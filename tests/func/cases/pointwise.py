"""Functions of each element, alone or with others."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import deep_learner as dl
from deep_learner.nn import functional as f
from tests.func.case import Case, below, positive, real


def written(x: Any) -> Any:
    """Writes into a copy, an element and a view of it."""
    y = x.clone()
    y[0] = 2 * x[1]
    y[1:] += 1
    y[1:].mul_(x[0])
    return y.add_(x)


def filled(x: Any) -> Any:
    """Writes into zeros made beside a member."""
    y = x.new_zeros(3)
    y[1] = x[0]
    return y


OF_ANY = (
    "abs", "asinh", "atan", "cos", "erf", "exp", "expm1", "floor", "neg", "relu", "round", "sigmoid", "sign", "sin",
    "sinc", "sinh", "square", "tanh", "trunc",
)  # fmt: skip
OF_POSITIVE = ("digamma", "lgamma", "log", "log10", "log1p", "log2", "reciprocal", "rsqrt", "sqrt")
ACTIVATIONS = (
    "celu", "elu", "gelu", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "leaky_relu", "logsigmoid", "mish",
    "relu6", "selu", "silu", "softplus", "softshrink", "softsign", "tanhshrink",
)  # fmt: skip
OF_TWO = (
    "add", "atan2", "copysign", "div", "fmod", "hypot", "logaddexp", "lt", "maximum", "minimum", "mul", "pow",
    "remainder", "sub", "xlogy",
)  # fmt: skip

CASES: dict[str, Case] = {
    **{name: Case(methodcaller(name), real(3, 2)) for name in OF_ANY},
    **{name: Case(methodcaller(name), positive(3, 2)) for name in OF_POSITIVE},
    **{f"nn {name}": Case(getattr(f, name), real(3, 2)) for name in ACTIVATIONS},
    **{name: Case(getattr(dl, name), positive(3, 2), positive(2)) for name in OF_TWO},
    "numbers": Case(lambda x: (2 * x - 1) / 3 + 2**x, real(3)),
    "floor division": Case(lambda x, y: x // y, real(3), positive(3)),
    "where": Case(lambda x, y: dl.where(y > 0, x, y), real(3), real(2, 3)),
    "clamp": Case(lambda x, low: x.clamp(min=low, max=None).clamp(-1, 1), real(3), real(3)),
    "lerp": Case(lambda x, y: dl.lerp(x, y, 0.3), real(3), real(3)),
    "addcmul": Case(lambda x, y: dl.addcmul(x, y, y, value=2), real(3), real(3)),
    "masked_fill": Case(lambda x: x.masked_fill(x > 0, 2.0), real(3)),
    "mask": Case(lambda x: x * (x > 0), real(3)),
    "nan_to_num": Case(lambda x: dl.nan_to_num(x / x.abs().floor()), real(3)),
    "igamma": Case(lambda x: dl.igamma(dl.tensor(0.5).double(), x), positive(3)),
    "polygamma": Case(lambda x: dl.polygamma(1, x), positive(3)),
    "erfinv": Case(lambda x: x.tanh().erfinv(), real(3)),
    "i0": Case(dl.special.i0, real(3)),
    "bits": Case(lambda x: (x & 3 | 4) << 1, below(9, 3)),
    "gcd": Case(lambda x: dl.gcd(x, dl.tensor(6)), below(9, 3)),
    "complex": Case(lambda x, y: dl.view_as_real(dl.complex(x, y) * dl.polar(y.abs(), x)), real(3), real(3)),
    "types": Case(lambda x: x.float().double() + x.long(), real(3)),
    "constant": Case(lambda x: x.detach() * x, real(3)),
    "isclose": Case(lambda x: dl.isclose(x, x), real(3)),
    "frexp": Case(lambda x: dl.frexp(x)[0], real(3)),
    "created": Case(lambda x: dl.arange(3) * x + dl.full_like(x, 2.0) + dl.zeros_like(x), real(3)),
    "without the batch": Case(lambda x: dl.tensor([1.0, 2.0]).double(), real(3)),
    "itself": Case(lambda x: x, real(3)),
    "in place": Case(written, real(3)),
    "in place on new": Case(filled, real(3)),
}
