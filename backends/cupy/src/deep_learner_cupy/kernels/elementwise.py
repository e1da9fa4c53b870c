"""Functions of each element in one launch, where the generic form takes one for each step.

In the code `T` is the arrays' type and `W` what is computed in: float for the 16-bit types, else the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cupy
import numpy

from deep_learner_cupy import notes
from deep_learner_cupy.kernels.fallback import floating, generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from deep_learner.typing import Array

_PREAMBLE = """
template <typename T> struct wide_of { typedef float type; };
template <> struct wide_of<double> { typedef double type; };
"""


def elementwise(name: str, inputs: str, code: str, outputs: str = "T out", preamble: str = "") -> Any:
    """A kernel of CuPy, compiled for each dtype when it is first called with it."""
    return cupy.ElementwiseKernel(
        inputs,
        outputs,
        f"typedef wide_of<T>::type W;\n{code}",
        f"deep_learner_{name}",
        preamble=_PREAMBLE + preamble,
    )


_LOG_SIGMOID = "(x < W(0) ? x : W(0)) - log1p(exp(-fabs(x)))"
_SOFTPLUS = "((x > W(0) ? x : W(0)) + log1p(exp(-fabs(x))))"

# Of x, without options.
_UNARY = {
    "erf": "erf(x)",
    "erfc": "erfc(x)",
    "lgamma": "lgamma(x)",
    "sign": "x != x ? x : W(x > W(0)) - W(x < W(0))",
    "sigmoid": "W(1) / (W(1) + exp(-x))",
    "logsigmoid": _LOG_SIGMOID,
    "silu": "x / (W(1) + exp(-x))",
    "mish": f"x * tanh{_SOFTPLUS}",
    "softsign": "x / (W(1) + fabs(x))",
    "tanhshrink": "x - tanh(x)",
    "relu6": "x < W(0) ? W(0) : (x > W(6) ? W(6) : x)",
    "hardsigmoid": "(x < W(-3) ? W(0) : (x > W(3) ? W(6) : x + W(3))) / W(6)",
    "hardswish": "x * ((x < W(-3) ? W(0) : (x > W(3) ? W(6) : x + W(3))) / W(6))",
    "selu": "x <= W(0) ? expm1(x) * W(1.7580993408473768599) : x * W(1.0507009873554804934)",
}
# Of the output's gradient g and the output y.
_FROM_OUTPUT = {
    "sigmoid_backward": "g * (y * (W(1) - y))",
    "tanh_backward": "g * (W(1) - y * y)",
}


def _unary(name: str, formula: str) -> Callable[..., Any]:
    run = elementwise(name, "T input", f"W x = (W)input; out = (T)({formula});")

    def kernel(input: Array) -> Array:
        return run(input)

    kernel.__name__ = name
    return floating(kernel)


def _from_output(name: str, formula: str) -> Callable[..., Any]:
    run = elementwise(name, "T grad, T output", f"W g = (W)grad; W y = (W)output; out = (T)({formula});")

    def kernel(grad_output: Array, output: Array) -> Array:
        return run(grad_output, output)

    kernel.__name__ = name
    return floating(kernel)


# CuPy's own product of bfloat16 and a number of Python's is float32.
scaled = elementwise("scaled", "T x, float64 factor", "out = (T)((W)x * (W)factor);")

_SOFTPLUS_OF = elementwise(
    "softplus",
    "T input, float64 beta, float64 threshold",
    f"W value = (W)input; W x = value * (W)beta; out = (T)(x > (W)threshold ? value : {_SOFTPLUS} / (W)beta);",
)
_LEAKY = elementwise(
    "leaky_relu", "T input, float64 slope", "W x = (W)input; out = (T)(x > W(0) ? x : x * (W)slope);"
)
_ELU = elementwise(
    "elu",
    "T input, float64 curve, float64 scale, float64 input_scale",
    "W x = (W)input; out = (T)(x <= W(0) ? expm1(x * (W)input_scale) * (W)curve : x * (W)scale);",
)
_HARDTANH = elementwise(
    "hardtanh",
    "T input, float64 low, float64 high",
    "W x = (W)input; W raised = x < (W)low ? (W)low : x; out = (T)(raised > (W)high ? (W)high : raised);",
)
_GELU = elementwise(
    "gelu", "T input", "W x = (W)input; out = (T)(W(0.5) * x * (W(1) + erf(x * W(0.70710678118654752440))));"
)
_GELU_BACKWARD = elementwise(
    "gelu_backward",
    "T grad, T input",
    """
    W x = (W)input;
    W below = W(0.5) * (W(1) + erf(x * W(0.70710678118654752440)));
    W density = exp(W(-0.5) * x * x) * W(0.39894228040143267794);
    out = (T)((W)grad * (below + x * density));
    """,
)
_ROOT_2_PI = "W(0.79788456080286535588)"
_GELU_TANH = elementwise(
    "gelu_tanh",
    "T input",
    f"W x = (W)input; out = (T)(W(0.5) * x * (W(1) + tanh({_ROOT_2_PI} * (x + W(0.044715) * x * x * x))));",
)
_GELU_TANH_BACKWARD = elementwise(
    "gelu_tanh_backward",
    "T grad, T input",
    f"""
    W x = (W)input;
    W gate = tanh({_ROOT_2_PI} * (x + W(0.044715) * x * x * x));
    W inner = {_ROOT_2_PI} * (W(1) + W(0.134145) * x * x);
    out = (T)((W)grad * (W(0.5) * (W(1) + gate) + W(0.5) * x * (W(1) - gate * gate) * inner));
    """,
)
_ENTROPY = elementwise(
    "binary_cross_entropy",
    "T input, T target",
    """
    W x = (W)input; W t = (W)target;
    if (!(x >= W(0) && x <= W(1))) note(&record[0], 2, 0, 0, 0);
    W yes = log(x); W no = log1p(-x);
    out = (T)((t - W(1)) * (no < W(-100) ? W(-100) : no) - t * (yes < W(-100) ? W(-100) : yes));
    """,
    outputs="T out, raw int64 record",
    preamble=notes.SOURCE,
)
_FILL = cupy.ElementwiseKernel(
    "T input, bool mask, T value", "T out", "out = mask ? value : input", "deep_learner_fill"
)


@floating
def softplus(input: Array, beta: float = 1.0, threshold: float = 20.0) -> Array:
    return _SOFTPLUS_OF(input, float(beta), float(threshold))


@floating
def leaky_relu(input: Array, negative_slope: float = 0.01) -> Array:
    return _LEAKY(input, float(negative_slope))


@floating
def elu(input: Array, alpha: float = 1.0, *, scale: float = 1.0, input_scale: float = 1.0) -> Array:
    return _ELU(input, float(alpha * scale), float(scale), float(input_scale))


@floating
def celu(input: Array, alpha: float = 1.0) -> Array:
    return _ELU(input, float(alpha), 1.0, 1.0 / alpha)


@floating
def hardtanh(input: Array, min_val: float = -1.0, max_val: float = 1.0) -> Array:
    return _HARDTANH(input, float(min_val), float(max_val))


@floating
def gelu(input: Array, *, approximate: str = "none") -> Array:
    if approximate not in ("none", "tanh"):
        return generic("gelu", input, approximate=approximate)  # which refuses it
    return (_GELU if approximate == "none" else _GELU_TANH)(input)


@floating
def gelu_backward(grad_output: Array, input: Array, *, approximate: str = "none") -> Array:
    return (_GELU_BACKWARD if approximate == "none" else _GELU_TANH_BACKWARD)(grad_output, input)


@floating
def binary_cross_entropy(input: Array, target: Array) -> Array:
    """The range is looked at by the kernel, and told when the host next waits for the GPU."""
    out = cupy.empty(numpy.broadcast_shapes(input.shape, target.shape), input.dtype)
    _ENTROPY(input, target, out, notes.record())
    return out


def masked_fill(input: Array, mask: Array, value: Any) -> Array:
    """`value` where `mask`, else `input`."""
    if mask.dtype.kind != "b" or not _fills(input, value):
        return generic("masked_fill", input, mask, value)  # which refuses it, or converts
    return _FILL(input, mask, value.astype(input.dtype, copy=False) if hasattr(value, "astype") else value)


def _fills(input: Array, value: Any) -> bool:
    """Whether a value becomes one of the array's without thought."""
    if isinstance(value, cupy.ndarray):
        return value.ndim == 0
    return type(value) is int or (type(value) is float and input.dtype.kind not in "biu")


KERNELS: dict[str, Callable[..., Any]] = {
    **{name: _unary(name, formula) for name, formula in _UNARY.items()},
    **{name: _from_output(name, formula) for name, formula in _FROM_OUTPUT.items()},
    "binary_cross_entropy": binary_cross_entropy,
    "celu": celu,
    "elu": elu,
    "gelu": gelu,
    "gelu_backward": gelu_backward,
    "hardtanh": hardtanh,
    "leaky_relu": leaky_relu,
    "masked_fill": masked_fill,
    "softplus": softplus,
}
