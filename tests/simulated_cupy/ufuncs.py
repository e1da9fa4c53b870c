"""CuPy's ufuncs: loops chosen by its rule, arithmetic by NumPy's namesakes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy

from tests.simulated_cupy import calls
from tests.simulated_cupy.arrays import checked_dtype, ndarray

BFLOAT16 = numpy.dtype(ml_dtypes.bfloat16)
WEAK = (bool, int, float, complex)


def dtype_of(letter: str) -> numpy.dtype:
    """The data type of a letter in CuPy's loops; E is bfloat16."""
    return BFLOAT16 if letter == "E" else numpy.dtype(letter)


def kind_score(kind: type) -> int:
    """Booleans, integers, then the rest: `_get_kind_score` of CuPy."""
    if issubclass(kind, (bool, numpy.bool_)):
        return 0
    return 1 if issubclass(kind, (int, numpy.integer)) else 2


def scalars_are_weak(kinds: list[tuple[type, bool]]) -> bool:
    """Whether Python's numbers adapt to the arrays: not where they are of a higher kind."""
    weak = [kind_score(kind) for kind, is_weak in kinds if is_weak]
    strong = [kind_score(kind) for kind, is_weak in kinds if not is_weak]
    return bool(weak) and bool(strong) and max(strong) >= max(weak)


class Ufunc:
    """`cupy.ufunc`, simulated.

    Parameters
    ----------
    real
        The real one: its name, its numbers of operands, its loops.
    function
        What computes it on arrays of NumPy.
    """

    def __init__(self, real: Any, function: Callable[..., Any]) -> None:
        self.name = self.__name__ = real.name
        self.nin, self.nout, self.nargs, self.types = real.nin, real.nout, real.nargs, real.types
        self.__doc__ = real.__doc__
        self._function = function
        self._loops = [
            tuple([dtype_of(letter) for letter in side] for side in loop.split("->")) for loop in real.types
        ]

    def __repr__(self) -> str:
        return f"<ufunc '{self.name}'>"

    def _loop(self, operands: list[Any], dtype: Any) -> tuple[list[numpy.dtype], list[numpy.dtype]]:
        if dtype is not None:
            for loop in self._loops:
                if all(out == dtype for out in loop[1]):
                    return loop
            raise TypeError(f"Wrong type ({dtype}) of arguments for {self.name}")
        types = [numpy.dtype(type(x)) if type(x) in WEAK else x.dtype for x in operands]
        kinds = [(type(x), True) if type(x) in WEAK else (x.dtype.type, False) for x in operands]
        weak = scalars_are_weak(kinds)
        for loop in self._loops:
            if all(self._fits(x, t, to, weak) for x, t, to in zip(operands, types, loop[0], strict=True)):
                return loop
        raise TypeError(f"Wrong type ({tuple(types)}) of arguments for {self.name}")

    @staticmethod
    def _fits(operand: Any, given: numpy.dtype, to: numpy.dtype, weak: bool) -> bool:
        if numpy.can_cast(given, to):
            return True
        if not weak or type(operand) not in WEAK:
            return False
        try:
            return numpy.result_type(type(operand)(0), to) == to
        except TypeError:
            return False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out, where = kwargs.pop("out", None), kwargs.pop("where", None)
        casting, dtype = kwargs.pop("casting", "same_kind"), kwargs.pop("dtype", None)
        if kwargs:
            raise TypeError(f"Wrong arguments {kwargs}")
        if len(args) not in (self.nin, self.nargs) and not self.nin <= len(args) <= self.nargs:
            raise TypeError(f"Wrong number of arguments for {self.name}")
        outs = list(args[self.nin :])
        if out is not None:
            if outs:
                raise ValueError("Cannot specify 'out' as both a positional and keyword argument")
            outs = list(out) if isinstance(out, tuple) else [out]
        operands = [require_operand(x) for x in args[: self.nin]]
        if any(x is not None and not isinstance(x, ndarray) for x in outs):
            raise TypeError("return arrays must be of ArrayType")
        takes, gives = self._loop(operands, None if dtype is None else checked_dtype(dtype))
        for place, given in zip(outs, gives, strict=False):
            if place is not None and not numpy.can_cast(given, place.dtype, casting):
                raise TypeError(
                    f"output (typecode '{given.char}') could not be coerced to provided output parameter "
                    f"(typecode '{place.dtype.char}') according to the casting rule \"{casting}\""
                )
        return calls.compute(self._run, takes, gives, operands, outs, where)

    def _run(self, takes: Any, gives: Any, operands: Any, outs: Any, where: Any) -> Any:
        values = self._function(*(cast(x, to) for x, to in zip(operands, takes, strict=True)))
        values = values if isinstance(values, tuple) else (values,)
        results = []
        for i, (value, given) in enumerate(zip(values, gives, strict=True)):
            value = numpy.asarray(value).astype(given, copy=False)
            place = outs[i] if i < len(outs) else None
            if place is None and where is not None:
                place = numpy.empty(numpy.broadcast_shapes(value.shape, where.shape), given)
            if place is not None:
                if numpy.broadcast_shapes(value.shape, place.shape) != place.shape:
                    raise ValueError("Out shape is mismatched")
                numpy.copyto(place, value, casting="unsafe", where=True if where is None else where)
                value = place
            results.append(value)
        return results[0] if self.nout == 1 else tuple(results)

    def _method(self, name: str) -> Callable[..., Any]:
        if not isinstance(self._function, numpy.ufunc):
            raise NotImplementedError(f"The simulation has no `{self.name}.{name}`.")
        return getattr(self._function, name)

    def outer(self, A: Any, B: Any, **kwargs: Any) -> Any:
        return calls.compute(self._method("outer"), A, B, **kwargs)

    def at(self, a: Any, indices: Any, b: Any = None) -> None:
        from tests.simulated_cupy import indexing

        indexing.scatter(self._method("at").__self__, a, indices, b)

    def reduce(
        self, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False
    ) -> Any:
        return calls.compute(self._method("reduce"), array, axis, dtype, out, keepdims)

    def accumulate(self, array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return calls.compute(self._method("accumulate"), array, axis, dtype, out)

    def reduceat(self, array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return calls.compute(self._method("reduceat"), array, indices, axis, dtype, out)


def require_operand(operand: Any) -> Any:
    """An array of CuPy or a number; anything else is refused."""
    if isinstance(operand, (ndarray, numpy.generic, *WEAK)):
        return operand
    raise TypeError(f"Unsupported type {type(operand)}")


def cast(operand: Any, dtype: numpy.dtype) -> Any:
    """An operand as the loop takes it."""
    return numpy.asarray(operand).astype(dtype, copy=False)


def in_float32(function: Callable[..., Any]) -> Callable[..., Any]:
    """Functions of SciPy do not know bfloat16 and float16."""

    @functools.wraps(function)
    def wider(*operands: numpy.ndarray) -> Any:
        narrow = any(x.dtype == BFLOAT16 or x.dtype == numpy.float16 for x in operands)
        return function(*(x.astype(numpy.float32) for x in operands) if narrow else operands)

    return wider


def _operator(name: str, reflected: bool = False, in_place: bool = False) -> Callable[..., Any]:
    def method(self: ndarray, other: Any = None) -> Any:
        from tests.simulated_cupy.namespace import namespace

        function = getattr(namespace, name)
        if (
            other is not None
            and getattr(other, "__array_priority__", 0) > 100
            and not isinstance(other, ndarray)
        ):
            return NotImplemented
        if not isinstance(other, (ndarray, numpy.ndarray, numpy.generic, list, tuple, *WEAK)):
            return NotImplemented
        if in_place:
            return function(self, other, self) if name != "matmul" else function(self, other, out=self)
        return function(other, self) if reflected else function(self, other)

    return method


def _unary(name: str) -> Callable[[ndarray], Any]:
    def method(self: ndarray) -> Any:
        from tests.simulated_cupy.namespace import namespace

        return getattr(namespace, name)(self)

    return method


BINARY = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide", "floordiv": "floor_divide",
    "mod": "remainder", "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "matmul": "matmul", "divmod": "divmod",
}  # fmt: skip
for _short, _name in BINARY.items():
    setattr(ndarray, f"__{_short}__", _operator(_name))
    setattr(ndarray, f"__r{_short}__", _operator(_name, reflected=True))
    if _short != "divmod":
        setattr(ndarray, f"__i{_short}__", _operator(_name, in_place=True))
for _short, _name in {
    "lt": "less", "le": "less_equal", "eq": "equal", "ne": "not_equal", "gt": "greater", "ge": "greater_equal"
}.items():  # fmt: skip
    setattr(ndarray, f"__{_short}__", _operator(_name))
for _short, _name in {"neg": "negative", "abs": "absolute", "invert": "invert", "pos": "positive"}.items():
    setattr(ndarray, f"__{_short}__", _unary(_name))
