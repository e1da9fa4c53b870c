"""Tensor's operators and methods: the operations, attached under PyTorch's names.

Whatever takes its tensor first becomes a method as it is; those with another form as a method stand in
:mod:`.method_forms`, those that change the tensor in :mod:`.in_place_methods`. What type checkers see of them, in
``methods.pyi``, is written by ``tools/stubs.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import functions
from .. import random as sampling
from ..dtypes import ALIASES, ALL
from ..tensor import Tensor
from ..typing import Scalar
from . import casting, fast, in_place_methods, memory_methods, method_forms, python_methods
from .activation import sigmoid
from .arithmetic import add, multiply, negative, rsub, subtract
from .comparison import equal, greater, greater_equal, less, less_equal, not_equal
from .division import divide, floor_divide, remainder
from .in_place_methods import in_place_form
from .indexing.getitem import getitem
from .linalg import matmul
from .logical import (
    bitwise_and,
    bitwise_invert,
    bitwise_left_shift,
    bitwise_or,
    bitwise_right_shift,
    bitwise_xor,
)  # fmt: skip
from .power import pow

# Functions whose first argument is no tensor, or that PyTorch has not as methods.
NOT_METHODS = frozenset({
    "arange", "as_tensor", "asarray", "atleast_1d", "atleast_2d", "atleast_3d", "block_diag", "broadcast_shapes",
    "broadcast_tensors", "cartesian_prod", "cat", "cdist", "chain_matmul", "column_stack", "combinations", "complex",
    "concat", "concatenate", "conj", "cosine_similarity", "cumulative_trapezoid", "dstack", "einsum", "empty",
    "empty_like", "expand_dims", "eye", "from_dlpack", "from_numpy", "full", "full_like", "hstack", "linspace",
    "logspace", "meshgrid", "ones", "pairwise_distance", "permute", "permute_dims", "polar", "reshape", "row_stack",
    "scalar_tensor", "stack", "tensor", "tensordot", "tile", "trapezoid", "tril_indices", "triu_indices", "vstack",
    "where", "zeros", "polygamma", "vander", "flip", "imag", "real", "broadcast_to", "std_mean", "var_mean",
    "adjoint", "view_as_complex", "view_as_real", "bartlett_window", "blackman_window", "hamming_window",
    "hann_window", "kaiser_window", "lu_unpack", "pca_lowrank", "svd_lowrank", "detach", "empty_permuted",
    "empty_strided", "fill", "gradient", "histogramdd", "is_complex", "is_floating_point", "norm_except_dim", "numel",
    "range", "trapz", "unravel_index",
})  # fmt: skip
SAMPLERS = (
    "bernoulli_", "cauchy_", "exponential_", "geometric_", "log_normal_", "normal_", "random_", "uniform_",
)  # fmt: skip


def reflected(function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """The operator with its sides exchanged."""

    def method(self: Tensor, other: Any) -> Any:
        """The operator with its sides exchanged, for a left side that does not know Tensors."""
        return function(other, self) if _is_operand(other) else NotImplemented

    return method


def operator_of(function: Callable[..., Any]) -> Callable[[Tensor, Any], Any]:
    """The operator, which leaves foreign types to their own reflected one; plain cases take the shortcut."""

    @functools.wraps(function)
    def method(self: Tensor, other: Any) -> Any:
        return function(self, other) if _is_operand(other) else NotImplemented

    operation = getattr(function, "operation", None)
    quick = None if operation is None else fast.shortcut(operation, method)
    return method if quick is None else functools.update_wrapper(quick, method)


def _is_operand(other: Any) -> bool:
    return isinstance(other, Tensor | Scalar) or hasattr(other, "__array_namespace__")


def _compared(function: Callable[..., Any], otherwise: Any) -> Callable[[Tensor, Any], Any]:
    @functools.wraps(function)
    def method(self: Tensor, other: Any) -> Any:
        return function(self, other) if _is_operand(other) else otherwise

    return method


def _dtype_method(name: str) -> Callable[..., Tensor]:
    def method(self: Tensor, memory_format: Any = None) -> Tensor:
        return casting.to(self, dtype=name)

    method.__name__ = name
    method.__doc__ = f"The tensor as {(ALL.get(name) or ALIASES[name]).name}; ``memory_format`` is accepted."
    return method


def table() -> dict[str, Any]:
    """Every operator, method and property that the operations give to Tensor, by its name."""
    arithmetic = {
        "add": add, "sub": subtract, "mul": multiply, "truediv": divide, "floordiv": floor_divide, "mod": remainder,
        "pow": pow, "matmul": matmul, "and": bitwise_and, "or": bitwise_or, "xor": bitwise_xor,
        "lshift": bitwise_left_shift, "rshift": bitwise_right_shift,
    }  # fmt: skip
    methods: dict[str, Any] = {}
    for name, function in arithmetic.items():
        methods[f"__{name}__"] = operator_of(function)
        methods[f"__r{name}__"] = reflected(function)
        methods[f"__i{name}__"] = in_place_form(f"{function.__name__}_", function)
    methods["__rsub__"] = rsub
    comparisons = {"lt": less, "le": less_equal, "gt": greater, "ge": greater_equal}
    methods.update({f"__{name}__": operator_of(function) for name, function in comparisons.items()})
    methods["__eq__"] = _compared(equal, False)
    methods["__ne__"] = _compared(not_equal, True)
    methods.update(
        __neg__=negative,
        __pos__=functions.positive,
        __invert__=bitwise_invert,
        __abs__=functions.abs,
        __getitem__=getitem,
    )
    methods.update(
        {n: getattr(functions, n) for n in functions.__all__ if n not in NOT_METHODS and n[-1] != "_"}
    )
    methods.update(in_place_methods.table())
    methods.update({name: getattr(sampling, name) for name in SAMPLERS})
    methods.update({name: _dtype_method(name) for name in (*ALIASES, "bool", "bfloat16")})
    for forms in (method_forms, memory_methods, python_methods):
        methods.update({name: getattr(forms, name) for name in forms.METHODS})
    methods.update(
        to=casting.to,
        to_device=casting.to_device,
        cpu=casting.cpu,
        cuda=casting.cuda,
        type_as=casting.type_as,
        sigmoid=sigmoid,
    )
    methods.update(
        {name: property(getattr(method_forms, form)) for name, form in method_forms.PROPERTIES.items()}
    )
    return methods


def attach() -> None:
    """Give Tensor its operators and methods. Called once, when the package is imported."""
    for name, value in table().items():
        setattr(Tensor, name, value)
