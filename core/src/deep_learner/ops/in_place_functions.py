"""PyTorch's functions with an underscore: what the method of that name does to the tensor given first."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..tensor import Tensor

NAMES = (
    "abs", "acos", "acosh", "addmv", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "as_strided",
    "asin", "asinh", "atan", "atanh", "ceil", "celu", "clamp", "clamp_max", "clamp_min", "clip", "conj_physical",
    "cos", "cosh", "deg2rad", "detach", "erf", "erfc", "exp", "exp2", "expm1", "fill", "fix", "floor", "frac", "gcd",
    "i0", "index_put", "lcm", "ldexp", "log", "log10", "log1p", "log2", "logit", "nan_to_num", "neg", "negative",
    "rad2deg", "reciprocal", "relu", "round", "rsqrt", "selu", "sigmoid", "sin", "sinc", "sinh", "sqrt", "square",
    "tan", "tanh", "threshold", "trunc", "xlogy", "zero",
)  # fmt: skip


def _function(name: str) -> Callable[..., Tensor]:
    method = operator.attrgetter(name)

    def function(input: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return method(input)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"As the tensor's method `{name}`: it changes `input` and returns it."
    return function


def table() -> dict[str, Callable[..., Tensor]]:
    """The functions by name."""
    return {f"{name}_": _function(f"{name}_") for name in NAMES}
