"""Tensor's in-place methods: an operation's name with an underscore writes the result into the tensor's memory."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import functions
from ..autograd.inplace import in_place
from ..tensor import Tensor
from . import autocasting

# Beside each of these functions, a method with an underscore changes the tensor in place.
IN_PLACE = (
    "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "arccos",
    "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2", "atanh",
    "baddbmm", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor",
    "ceil", "celu", "clamp", "clamp_max", "clamp_min", "clip", "conj_physical", "copysign", "cos", "cosh", "cumprod",
    "cumsum", "deg2rad", "digamma", "div", "divide", "eq", "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fix",
    "float_power", "floor", "floor_divide", "fmod", "frac", "gcd", "ge", "greater", "greater_equal", "gt",
    "heaviside", "hypot", "i0", "igamma", "igammac", "index_add", "index_copy", "index_fill", "index_put",
    "index_reduce", "le", "lcm", "ldexp", "lerp", "less", "less_equal", "lgamma", "log", "log10", "log1p", "log2",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "lt", "masked_fill", "masked_scatter", "mul",
    "multiply", "nan_to_num", "ne", "neg", "negative", "nextafter", "not_equal", "pow", "put", "rad2deg",
    "reciprocal", "relu", "remainder", "renorm", "round", "rsqrt", "scatter", "scatter_add", "scatter_reduce", "selu",
    "sgn", "sigmoid", "sign", "sin", "sinc", "sinh", "sqrt", "square", "sub", "subtract", "tan", "tanh", "threshold",
    "tril", "triu", "true_divide", "trunc", "xlogy",
)  # fmt: skip


def in_place_form(name: str, function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The method ``name`` that gives a tensor the value of ``function``, in its own memory."""

    @functools.wraps(function, assigned=("__doc__",), updated=())
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        compute = autocasting.suspended()(function) if autocasting.switch.on else function
        return in_place(name, self, compute, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"In-place version of :meth:`{name[:-1]}`."
    return method


def table() -> dict[str, Callable[..., Tensor]]:
    """The in-place form of each of these functions, by its name."""
    return {f"{name}_": in_place_form(f"{name}_", getattr(functions, name)) for name in IN_PLACE}
