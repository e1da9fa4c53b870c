"""The functions of `cupy` and its submodules, computed by their namesakes in NumPy and SciPy."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import cupy as real
import cupy.fft
import cupy.linalg
import cupyx
import cupyx.scipy.special
import numpy
import scipy.special

import tests.simulated_cupy.methods  # noqa: F401 - gives the class of arrays its methods
from tests.simulated_cupy import calls, creation, dlpack, indexing, waits
from tests.simulated_cupy.arrays import broadcast, ndarray
from tests.simulated_cupy.memory import default_pool
from tests.simulated_cupy.modules import stand_in
from tests.simulated_cupy.names import CUBLAS, LENIENT, METADATA, OPERANDS, TRUTHS, VIEWS, WITHOUT_BFLOAT16
from tests.simulated_cupy.pinned import default_pinned_pool
from tests.simulated_cupy.signatures import bound, signature_of
from tests.simulated_cupy.ufuncs import BFLOAT16, Ufunc, in_float32


def function_of(name: str, real_function: Any, computes: Callable[..., Any]) -> Callable[..., Any]:
    """One function: the arguments are bound as the real one binds them, then NumPy's namesake does the work."""
    signature = signature_of(real_function)
    first = next(iter(signature.parameters.values()), None) if signature is not None else None
    wants_array = first is not None and first.name in OPERANDS and name not in LENIENT
    run = calls.view if name in VIEWS else calls.compute
    if name in CUBLAS:
        computes = in_bfloat16(computes)
    elif name in WITHOUT_BFLOAT16:
        computes = without_bfloat16(name, computes)

    @functools.wraps(computes)
    def function(*args: Any, **kwargs: Any) -> Any:
        if signature is not None:
            positional, keywords = bound(signature, args, kwargs)
        else:
            positional, keywords = list(args), kwargs
        if wants_array and positional and not isinstance(positional[0], ndarray):
            raise TypeError(f"{name}: Unsupported type {type(positional[0])}")
        if name in METADATA:
            return computes(
                *calls.replaced(positional, calls.host_of), **calls.replaced(keywords, calls.host_of)
            )
        waits.before(name, [*positional, *keywords.values()])
        result = run(computes, *positional, **keywords)
        return creation.full((), result) if name in TRUTHS else result

    function.__name__ = function.__qualname__ = name
    function.__module__ = getattr(real_function, "__module__", None) or "cupy"
    if signature is not None:
        function.__signature__ = signature  # type: ignore[attr-defined]
    return function


def in_bfloat16(computes: Callable[..., Any]) -> Callable[..., Any]:
    """Products of two matrices of bfloat16 are summed in float32 and are bfloat16; CuPy has none of more."""

    @functools.wraps(computes)
    def product(*args: Any, **kwargs: Any) -> Any:
        operands = [value for value in args if isinstance(value, numpy.ndarray)]
        if not operands or any(value.dtype != BFLOAT16 for value in operands):
            return computes(*args, **kwargs)
        if max(value.ndim for value in operands) > 2:
            raise TypeError("data type 'E' not understood")
        place = kwargs.pop("out", None)
        wide = (value.astype("f") if isinstance(value, numpy.ndarray) else value for value in args)
        result = numpy.asarray(computes(*wide, **kwargs)).astype(BFLOAT16)
        if place is None:
            return result
        place[...] = result
        return place

    return product


def without_bfloat16(name: str, computes: Callable[..., Any]) -> Callable[..., Any]:
    """A function that CuPy does not compute in bfloat16."""

    @functools.wraps(computes)
    def function(*args: Any, **kwargs: Any) -> Any:
        if any(isinstance(value, numpy.ndarray) and value.dtype == BFLOAT16 for value in args):
            raise NotImplementedError(f"{name} of arrays with dtype 'bfloat16' is not supported")
        return computes(*args, **kwargs)

    return function


def functions(real_module: ModuleType, computing: ModuleType, own: dict[str, Any]) -> dict[str, Any]:
    """Every public function of a module that can be computed, by name; `own` goes before."""
    found: dict[str, Any] = {}
    for name in dir(real_module):
        value = getattr(real_module, name)
        if name.startswith("_") or isinstance(value, (type, ModuleType)) or not callable(value):
            continue
        computes = own.get(name, getattr(computing, name, None))
        if isinstance(computes, Ready):
            found[name] = computes.function
        elif computes is None or computes is value:
            continue
        elif type(value).__name__ == "ufunc":
            found[name] = Ufunc(value, in_float32(computes) if computing is scipy.special else computes)
        else:
            found[name] = function_of(name, value, computes)
    return found


class Ready:
    """A function that handles the simulation's arrays itself."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function


def copyto(dst: ndarray, src: Any, casting: str = "same_kind", where: Any = None) -> None:
    """Also from another device."""
    if isinstance(src, numpy.ndarray):
        raise TypeError(f"Unsupported type {type(src)}")
    if isinstance(src, ndarray) and not numpy.can_cast(src.dtype, dst.dtype, casting):
        raise TypeError(f"Cannot cast {src.dtype!r} to {dst.dtype!r} in {casting} casting mode")
    if where is None:
        indexing.put(dst, ..., src)
    else:
        calls.compute(lambda to, values, mask: numpy.copyto(to, values, "unsafe", mask), dst, src, where)


def asnumpy(
    a: Any, stream: Any = None, order: str = "C", out: Any = None, *, blocking: bool = True
) -> numpy.ndarray:
    """A copy on the host."""
    if isinstance(a, ndarray):
        return a.get(stream=stream, order=order, out=out, blocking=blocking)
    return numpy.asarray(a, order=order)


def take(a: numpy.ndarray, indices: Any, axis: int | None = None, out: Any = None) -> Any:
    """Indices out of range wrap around."""
    return numpy.take(a, indices, axis, out, mode="wrap")


def take_along_axis(a: numpy.ndarray, indices: numpy.ndarray, axis: int | None = None) -> numpy.ndarray:
    """Indices out of range wrap around."""
    length = a.size if axis is None else a.shape[axis]
    return numpy.take_along_axis(a, indices % length if length else indices, axis)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """With one operand the places of what is not zero, for which the host waits."""
    if (x is None) != (y is None):
        raise ValueError("Must provide both 'x' and 'y' or neither.")
    if x is None:
        return CUPY["nonzero"](condition)
    if not isinstance(condition, ndarray):
        condition = numpy.bool_(condition)
    # A ufunc that has no loop for bfloat16, and takes the next one.
    operands = [value.astype("f") if getattr(value, "dtype", None) == BFLOAT16 else value for value in (x, y)]
    return calls.compute(numpy.where, condition, *operands)


def result_type(*arrays_and_dtypes: Any) -> numpy.dtype:
    """The data type that operands share."""
    return numpy.result_type(*(x.dtype if isinstance(x, ndarray) else x for x in arrays_and_dtypes))


def get_array_module(*args: Any) -> Any:
    """The simulated module where an array of it is among the arguments, else NumPy."""
    return namespace if any(isinstance(x, ndarray) for x in args) else numpy


def scatter(operation: numpy.ufunc) -> Ready:
    def function(a: ndarray, slices: Any, value: Any) -> None:
        indexing.scatter(operation, a, slices, value)

    return Ready(function)


def repeat(a: numpy.ndarray, repeats: Any, axis: int | None = None) -> numpy.ndarray:
    return numpy.repeat(a, repeats, axis)


def clip(a: Any, a_min: Any, a_max: Any, out: Any = None) -> Any:
    return numpy.clip(a, a_min, a_max, out=out)


CUPY = functions(
    real,
    numpy,
    {name: Ready(function) for name, function in creation.FUNCTIONS.items()}
    | {
        function.__name__: Ready(function)
        for function in (asnumpy, copyto, get_array_module, result_type, where)
    }
    | {
        "astype": numpy.astype,
        "clip": clip,
        "fix": numpy.trunc,
        "from_dlpack": Ready(dlpack.imported),
        "get_default_memory_pool": Ready(lambda: default_pool),
        "get_default_pinned_memory_pool": Ready(lambda: default_pinned_pool),
        "i0": scipy.special.i0,
        "repeat": repeat,
        "sinc": numpy.sinc,
        "take": take,
        "take_along_axis": take_along_axis,
    },
)
SPECIAL = functions(
    cupyx.scipy.special,
    scipy.special,
    {name: getattr(numpy, name) for name in ("cbrt", "exp2", "expm1", "log1p", "sinc")}
    | {"radian": scipy.special.radian},
)
CUPYX = functions(
    cupyx,
    cupyx,
    {
        "rsqrt": lambda x: 1 / numpy.sqrt(x),
        "scatter_add": scatter(numpy.add),
        "scatter_max": scatter(numpy.maximum),
        "scatter_min": scatter(numpy.minimum),
    },
)
linalg = stand_in(real.linalg, functions(real.linalg, numpy.linalg, {}))
fft = stand_in(real.fft, functions(real.fft, numpy.fft, {}))
special = stand_in(cupyx.scipy.special, SPECIAL)
namespace = stand_in(
    real, CUPY | {"ndarray": ndarray, "ufunc": Ufunc, "broadcast": broadcast, "linalg": linalg, "fft": fft}
)
