"""Tensor's operators and methods: the operations, attached under PyTorch's names.

Whatever takes its tensor first becomes a method as it is; those with another form as a method stand in
:mod:`.method_forms`. The in-place form of an operation is its name with an underscore: it writes the result into the
tensor's memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import functions
from .. import random as sampling
from ..autograd.inplace import in_place
from ..dtypes import ALIASES, ALL
from ..tensor import Tensor
from . import casting, method_forms
from .activation import sigmoid
from .arithmetic import add, multiply, negative, positive, rsub, subtract
from .comparison import equal, greater, greater_equal, less, less_equal, not_equal
from .division import divide, floor_divide, remainder
from .indexing.getitem import getitem
from .linalg import matmul
from .logical import (
    bitwise_and, bitwise_invert, bitwise_left_shift, bitwise_or, bitwise_right_shift, bitwise_xor,
)  # fmt: skip
from .power import pow

# Functions whose first argument is no tensor, or that PyTorch has not as methods.
NOT_METHODS = frozenset({
    "arange", "as_tensor", "asarray", "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_shapes",
    "cartesian_prod", "cat", "cdist", "chain_matmul", "column_stack", "combinations", "concat", "concatenate", "conj",
    "cosine_similarity", "cumulative_trapezoid", "dstack", "einsum", "empty", "empty_like", "expand_dims", "eye",
    "from_dlpack", "from_numpy", "full", "full_like", "hstack", "linspace", "logspace", "meshgrid", "ones",
    "pairwise_distance", "permute", "permute_dims", "reshape", "row_stack", "scalar_tensor", "stack", "tensor",
    "tensordot", "tile", "trapezoid", "tril_indices", "triu_indices", "vstack", "where", "zeros", "polygamma",
    "flip", "imag", "real", "broadcast_to", "std_mean", "var_mean", "adjoint",
})  # fmt: skip
# Beside each of these functions, a method with an underscore changes the tensor in place.
IN_PLACE = (
    "abs", "absolute", "acos", "acosh", "add", "addbmm", "addcdiv", "addcmul", "addmm", "addmv", "addr", "arccos",
    "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "asin", "asinh", "atan", "atan2", "atanh", "baddbmm",
    "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or", "bitwise_right_shift", "bitwise_xor", "ceil",
    "celu", "clamp", "clip", "copysign", "cos", "cosh", "cumprod", "cumsum", "deg2rad", "digamma", "div", "divide", "eq",
    "erf", "erfc", "erfinv", "exp", "exp2", "expm1", "fix", "float_power", "floor", "floor_divide", "fmod", "frac", "ge",
    "greater", "greater_equal", "gt", "heaviside", "hypot", "index_add", "index_copy", "index_fill", "index_put",
    "index_reduce", "le", "ldexp", "lerp", "less", "less_equal", "lgamma", "log", "log10", "log1p", "log2",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "lt", "masked_fill", "mul", "multiply",
    "nan_to_num", "ne", "neg", "negative", "nextafter", "not_equal", "pow", "rad2deg", "reciprocal", "relu", "remainder",
    "round", "rsqrt", "scatter", "scatter_add", "scatter_reduce", "selu", "sigmoid", "sign", "sin", "sinc", "sinh",
    "sqrt", "square", "sub", "subtract", "tan", "tanh", "threshold", "tril", "triu", "true_divide", "trunc", "xlogy",
)  # fmt: skip
SAMPLERS = ("bernoulli_", "exponential_", "normal_", "random_", "uniform_")


def in_place_form(name: str, function: Callable[..., Any]) -> Callable[..., Tensor]:
    """The method ``name`` that gives a tensor the value of ``function``, in its own memory."""

    @functools.wraps(function, assigned=("__doc__",), updated=())
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return in_place(name, self, function, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = f"In-place version of :meth:`{name[:-1]}`."
    return method


def reflected(function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """The operator with its sides exchanged."""

    def method(self: Tensor, other: Any) -> Any:
        return function(other, self) if _is_operand(other) else NotImplemented

    return method


def operator_of(function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """The operator, which leaves foreign types to their own reflected one."""

    def method(self: Tensor, other: Any) -> Any:
        return function(self, other) if _is_operand(other) else NotImplemented

    return method


def _is_operand(other: Any) -> bool:
    return isinstance(other, Tensor | bool | int | float | complex) or hasattr(other, "__array_namespace__")


def _compared(function: Callable[..., Any], otherwise: Any) -> Callable[[Tensor, Any], Any]:
    def method(self: Tensor, other: Any) -> Any:
        return function(self, other) if _is_operand(other) else otherwise

    return method


def _dtype_method(name: str) -> Callable[[Tensor], Tensor]:
    def method(self: Tensor) -> Tensor:
        return casting.to(self, dtype=name)

    method.__name__ = name
    method.__doc__ = f"The tensor as {(ALL.get(name) or ALIASES[name]).name}."
    return method


def attach() -> None:
    """Give Tensor its operators and methods. Called once, when the package is imported."""
    arithmetic = {
        "add": add, "sub": subtract, "mul": multiply, "truediv": divide, "floordiv": floor_divide, "mod": remainder,
        "pow": pow, "matmul": matmul, "and": bitwise_and, "or": bitwise_or, "xor": bitwise_xor,
        "lshift": bitwise_left_shift, "rshift": bitwise_right_shift,
    }  # fmt: skip
    methods: dict[str, Any] = {}
    for name, function in arithmetic.items():
        methods[f"__{name}__"] = function
        methods[f"__r{name}__"] = reflected(function)
        methods[f"__i{name}__"] = in_place_form(f"{function.__name__}_", function)
    methods["__rsub__"] = rsub
    comparisons = {"lt": less, "le": less_equal, "gt": greater, "ge": greater_equal}
    methods.update({f"__{name}__": operator_of(function) for name, function in comparisons.items()})
    methods["__eq__"] = _compared(equal, False)
    methods["__ne__"] = _compared(not_equal, True)
    methods.update(
        __neg__=negative, __pos__=positive, __invert__=bitwise_invert, __abs__=functions.abs, __getitem__=getitem
    )
    methods.update({n: getattr(functions, n) for n in functions.__all__ if n not in NOT_METHODS})
    methods.update({f"{n}_": in_place_form(f"{n}_", getattr(functions, n)) for n in IN_PLACE})
    methods.update({name: getattr(sampling, name) for name in SAMPLERS})
    methods.update({name: _dtype_method(name) for name in (*ALIASES, "bool", "bfloat16")})
    methods.update({name: getattr(method_forms, name) for name in method_forms.METHODS})
    methods.update(to=casting.to, cpu=casting.cpu, cuda=casting.cuda, type_as=casting.type_as, sigmoid=sigmoid)
    methods.update({name: property(getattr(method_forms, form)) for name, form in method_forms.PROPERTIES.items()})
    for name, value in methods.items():
        setattr(Tensor, name, value)
