"""The C library for Python: arrays that it owns, and functions named as in the Python Array API standard.

Arithmetic is C's business; making arrays of Python's numbers, and Python's numbers of arrays, is Python's.
"""

from __future__ import annotations

import math
from array import array as numbers_of
from typing import Any

from acme_tiny_c._tiny import ffi, lib

__all__ = [
    "Array", "add", "asarray", "astype", "divide", "float32", "int32", "multiply", "ones_like", "subtract", "zeros",
]  # fmt: skip

int32, float32 = "int32", "float32"
_DTYPES = (int32, float32)  # in the order of the library's enumeration
_CODES = {int32: "i", float32: "f"}
_CASTS = {int32: int, float32: float}
_ITEMSIZE = 4


class Array:
    """A contiguous array of float32 or int32. It does not change.

    Parameters
    ----------
    handle : cdata
        What the library made; it is freed with this object.

    Attributes
    ----------
    shape, strides : tuple of int
        The sizes of the dimensions, and the distance of neighbours in each, in elements.
    dtype : str
        `"float32"` or `"int32"`.

    Raises
    ------
    MemoryError
        If the library had no memory for it.
    """

    __slots__ = ("__weakref__", "_handle", "dtype", "shape", "strides")

    def __init__(self, handle: Any) -> None:
        if handle == ffi.NULL:
            raise MemoryError("no memory for another array")
        self._handle = ffi.gc(handle, lib.tiny_free, handle.size * _ITEMSIZE)
        self.dtype = _DTYPES[handle.dtype]
        self.shape = tuple(handle.shape[0 : handle.ndim])
        self.strides = tuple(handle.strides[0 : handle.ndim])

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return self._handle.size

    def elements(self) -> numbers_of[Any]:
        """A copy of the elements, one after the other."""
        return numbers_of(_CODES[self.dtype], ffi.buffer(self._handle.data, _ITEMSIZE * self.size)[:])

    def __add__(self, other: Any) -> Array:
        return add(self, other)

    def __sub__(self, other: Any) -> Array:
        return subtract(self, other)

    def __mul__(self, other: Any) -> Array:
        return multiply(self, other)

    def __truediv__(self, other: Any) -> Array:
        return divide(self, other)

    def __radd__(self, other: Any) -> Array:
        return add(other, self)

    def __rsub__(self, other: Any) -> Array:
        return subtract(other, self)

    def __rmul__(self, other: Any) -> Array:
        return multiply(other, self)

    def __rtruediv__(self, other: Any) -> Array:
        return divide(other, self)

    def __neg__(self) -> Array:
        return multiply(self, -1)

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def _only(self) -> Any:
        if self.shape:
            raise TypeError(f"only an array without dimensions is a number. Received: shape {self.shape}")
        return self.elements()[0]

    def __repr__(self) -> str:
        return f"<array of shape {self.shape}, {self.dtype}>"


# Arithmetic


def add(x1: Any, x2: Any, /) -> Array:
    """The sum of two arrays of one shape and dtype, or of one with a number or an array without dimensions.

    Raises
    ------
    ValueError
        If the shapes differ.
    TypeError
        If the dtypes differ.
    """
    return _computed(lib.tiny_add, x1, x2)


def subtract(x1: Any, x2: Any, /) -> Array:
    """The difference. Operands and errors as in `add`."""
    return _computed(lib.tiny_subtract, x1, x2)


def multiply(x1: Any, x2: Any, /) -> Array:
    """The product. Operands and errors as in `add`."""
    return _computed(lib.tiny_multiply, x1, x2)


def divide(x1: Any, x2: Any, /) -> Array:
    """The quotient of float32. Operands and errors as in `add`."""
    return _computed(lib.tiny_divide, x1, x2)


def _computed(function: Any, x1: Any, x2: Any) -> Array:
    like = x1 if isinstance(x1, Array) else x2
    x1, x2 = (x if isinstance(x, Array) else asarray(x, dtype=like.dtype) for x in (x1, x2))
    out = ffi.new("tiny_array **")
    status = function(x1._handle, x2._handle, out)
    if status in (lib.TINY_OK, lib.TINY_OUT_OF_MEMORY):
        return Array(out[0])
    received = " and ".join(f"shape {x.shape}, {x.dtype}" for x in (x1, x2))
    if status == lib.TINY_SHAPES_DIFFER:
        raise ValueError(
            f"the shapes differ, and this library does not broadcast; give both one shape. Received: {received}"
        )
    why = "both need one dtype" if status == lib.TINY_DTYPES_DIFFER else "only float32 can be divided"
    raise TypeError(f"{why}; convert with astype. Received: {received}")


# Creation


def asarray(data: Any, /, *, dtype: str | None = None, device: Any = None, copy: bool | None = None) -> Array:
    """An array of a number, nested lists of numbers, or another array; of lists, integers become int32.

    Parameters
    ----------
    data : Array, number, list or another library's array
        The last two are copied.
    dtype : str, optional
        `"float32"` or `"int32"`; what the data suggest unless given.
    device : optional
        There is only one.
    copy : bool, optional
        As the standard says.

    Raises
    ------
    TypeError
        If there is something else than numbers, or they are of another library's other dtype.
    ValueError
        If lists are ragged, or `copy` is False and a copy would be needed.
    OverflowError
        If an integer does not fit.
    """
    if isinstance(data, Array):
        if dtype in (None, data.dtype) and copy is not True:
            return data
        elements, shape, suggested = data.elements(), data.shape, data.dtype
    else:
        suggested = str(data.dtype) if hasattr(data, "dtype") else None
        elements: Any = []
        shape = _flattened(data.tolist() if hasattr(data, "tolist") else data, elements)
    if copy is False:
        raise ValueError("a copy is needed: the library keeps arrays in its own memory; leave out copy=False")
    if suggested is None:
        whole = bool(elements) and all(isinstance(element, int) for element in elements)
        suggested = int32 if whole else float32
    return _made(elements, shape, dtype or suggested)


def _flattened(data: Any, elements: list[Any]) -> tuple[int, ...]:
    """The shape of nested lists, whose numbers are added to `elements`."""
    if isinstance(data, int | float):
        elements.append(data)
        return ()
    if not isinstance(data, list | tuple):
        raise TypeError(f"an array is made of numbers and lists of them. Received: {type(data).__name__}")
    shapes = {_flattened(item, elements) for item in data}
    if len(shapes) > 1:
        raise ValueError(f"the lists are ragged: they have parts of the shapes {sorted(shapes)}")
    return (len(data), *(shapes.pop() if shapes else ()))


def _made(elements: Any, shape: tuple[int, ...], dtype: str) -> Array:
    if dtype not in _DTYPES:
        raise TypeError(
            f"this library has {' and '.join(_DTYPES)}; convert to one of them. Received: {dtype}"
        )
    try:
        data = numbers_of(_CODES[dtype], map(_CASTS[dtype], elements))
    except OverflowError:
        largest = max(elements, key=abs)
        raise OverflowError(f"int32 holds -2**31 to 2**31 - 1; use float32. Received: {largest}") from None
    return Array(lib.tiny_create(_DTYPES.index(dtype), len(shape), list(shape), ffi.from_buffer(data)))


def astype(x: Array, dtype: str, /, *, copy: bool = True, device: Any = None) -> Array:
    """The array in another dtype; floating-point numbers lose their fraction."""
    return asarray(x, dtype=dtype, copy=copy or None)


def zeros(shape: int | tuple[int, ...], *, dtype: str | None = None, device: Any = None) -> Array:
    """Zeros, float32 unless another dtype is given."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    return _made([0] * math.prod(shape), shape, dtype or float32)


def ones_like(x: Array, /, *, dtype: str | None = None, device: Any = None) -> Array:
    """Ones of an array's shape, and of its dtype unless another is given."""
    return _made([1] * x.size, x.shape, dtype or x.dtype)
