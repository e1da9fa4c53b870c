"""The class of arrays: an array of NumPy over memory of a simulated GPU."""

from __future__ import annotations

import operator
from typing import Any

import numpy

from tests.simulated_cupy import calls, capture, indexing, memory
from tests.simulated_cupy.devices import Device

REFUSED_KINDS = "OSUMm"


def checked_dtype(dtype: Any) -> numpy.dtype:
    """The data type, refused where CuPy has none such."""
    dtype = numpy.dtype(float if dtype is None else dtype)
    if dtype.kind in REFUSED_KINDS or dtype.char in "gG" or (dtype.kind == "V" and dtype.name != "bfloat16"):
        raise ValueError(f"Unsupported dtype {dtype}")
    return dtype


class ndarray:
    """`cupy.ndarray`, simulated.

    Attributes
    ----------
    data
        Pointer to the first element.
    base
        The array whose memory this one looks at, or None.
    """

    __slots__ = ("__weakref__", "_host", "base", "data")
    __module__ = "cupy"
    __hash__ = None  # type: ignore[assignment]
    __array_priority__ = 100

    def __new__(cls, *args: Any, _obj: Any = None, _no_init: bool = False, **kwargs: Any) -> ndarray:
        return object.__new__(cls)

    def __init__(
        self, shape: Any, dtype: Any = float, memptr: Any = None, strides: Any = None, order: str | None = "C"
    ) -> None:
        dtype = checked_dtype(dtype)
        shape = (
            (operator.index(shape),)
            if not isinstance(shape, (tuple, list))
            else tuple(map(operator.index, shape))
        )
        if any(length < 0 for length in shape):
            raise ValueError("Negative dimensions are not allowed")
        if order not in ("C", "F", None):
            raise ValueError(f"order not understood. order={order}")
        size = dtype.itemsize
        for length in shape:
            size *= length
        if strides is not None and memptr is None:
            raise ValueError("memptr is required if strides is given.")
        self.data = memory.alloc(size) if memptr is None else memptr
        self.base = None
        if strides is None:
            raw = memory.host_bytes(self.data.ptr, size)
            self._host = numpy.ndarray(shape, dtype, raw, order="F" if order == "F" else "C")
        else:
            reach = [step * (length - 1) for step, length in zip(strides, shape, strict=True)] if size else []
            low, high = sum(r for r in reach if r < 0), sum(r for r in reach if r > 0)
            raw = memory.host_bytes(self.data.ptr + low, high - low + dtype.itemsize if size else 0)
            self._host = numpy.ndarray(shape, dtype, raw, -low, tuple(strides))

    # What it is.

    @property
    def shape(self) -> tuple[int, ...]:
        return self._host.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        changed = self._host.view()
        changed.shape = shape
        self._host = changed

    dtype = property(lambda self: self._host.dtype)
    ndim = property(lambda self: self._host.ndim)
    size = property(lambda self: self._host.size)
    nbytes = property(lambda self: self._host.nbytes)
    itemsize = property(lambda self: self._host.itemsize)
    strides = property(lambda self: self._host.strides)
    _c_contiguous = property(lambda self: self._host.flags.c_contiguous)
    _f_contiguous = property(lambda self: self._host.flags.f_contiguous)
    device = property(lambda self: Device(self.data.device_id))

    @property
    def flags(self) -> Any:
        return Flags(self._c_contiguous, self._f_contiguous, self.base is None)

    @property
    def T(self) -> ndarray:  # noqa: N802
        return self.transpose()

    @property
    def mT(self) -> ndarray:  # noqa: N802
        if self.ndim < 2:
            raise ValueError("matrix transpose with ndim < 2 is undefined")
        return self.swapaxes(-1, -2)

    @property
    def real(self) -> ndarray:
        return calls.view(lambda host: host.real, self) if self.dtype.kind == "c" else self

    @real.setter
    def real(self, value: Any) -> None:
        self.real[...] = value

    @property
    def imag(self) -> ndarray:
        if self.dtype.kind == "c":
            return calls.view(lambda host: host.imag, self)
        return calls.compute(numpy.zeros_like, self)

    @imag.setter
    def imag(self, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("cupy.ndarray does not have imaginary part to set")
        self.imag[...] = value

    @property
    def flat(self) -> Any:
        raise NotImplementedError("The simulation has no flat iterators.")

    @property
    def __cuda_array_interface__(self) -> dict[str, Any]:
        return {
            "shape": self.shape,
            "typestr": self.dtype.str,
            "descr": self.dtype.descr,
            "stream": capture.current_stream().handle or 1,
            "version": 3,
            "strides": None if self._c_contiguous else self.strides,
            "data": (self.data.ptr, False),
        }

    # To the host and back.

    def __array__(self, dtype: Any = None, copy: Any = None) -> numpy.ndarray:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly."
        )

    def get(
        self, stream: Any = None, order: str = "C", out: Any = None, blocking: bool = True
    ) -> numpy.ndarray:
        if out is None:
            if order.upper() not in ("C", "F", "A"):
                raise ValueError(f"unsupported order: {order}")
            out = numpy.empty(self.shape, self.dtype, "F" if self._is_fortran(order.upper()) else "C")
        elif not isinstance(out, numpy.ndarray):
            raise TypeError("Only numpy.ndarray can be obtained fromcupy.ndarray")
        elif self.dtype != out.dtype:
            raise TypeError(f"{out.dtype} array cannot be obtained from {self.dtype} array")
        elif self.shape != out.shape:
            raise ValueError(f"Shape mismatch. Expected shape: {self.shape}, actual shape: {out.shape}")
        elif not (out.flags.c_contiguous or out.flags.f_contiguous):
            raise RuntimeError("`out` cannot be specified when copying to non-contiguous ndarray")
        if self.size == 0:
            return out
        with self.device:
            memory.disallow("D2H transfers", stream)
            host = self._host
            capture.launch(lambda: out.__setitem__(..., host), self.data.blocks, memory.handle_of(stream))
            if blocking:
                memory.synchronize(stream)
        return out

    def _is_fortran(self, order: str) -> bool:
        return order == "F" or (order == "A" and self._f_contiguous and not self._c_contiguous)

    def set(self, arr: numpy.ndarray, stream: Any = None) -> None:
        if not isinstance(arr, numpy.ndarray):
            raise TypeError("Only numpy.ndarray can be set to cupy.ndarray")
        if self.dtype != arr.dtype:
            raise TypeError(f"{arr.dtype} array cannot be set to {self.dtype} array")
        if self.shape != arr.shape:
            raise ValueError(f"Shape mismatch. Old shape: {self.shape}, new shape: {arr.shape}")
        if self._c_contiguous:
            arr = numpy.ascontiguousarray(arr)
        elif self._f_contiguous:
            arr = numpy.asfortranarray(arr)
        else:
            raise RuntimeError("Cannot set to non-contiguous array")
        with self.device:
            memory.disallow("H2D transfers", stream)
            host = self._host
            capture.launch(lambda: host.__setitem__(..., arr), self.data.blocks, memory.handle_of(stream))

    def item(self) -> Any:
        return self.get().item()

    def tolist(self) -> Any:
        return self.get().tolist()

    def tobytes(self, order: str = "C") -> bytes:
        return self.get().tobytes(order)

    def _scalar(self, convert: Any) -> Any:
        if self.size != 1:
            raise ValueError(
                f"The truth value of an array with more than one element is ambiguous ({self.size} elements)."
                if convert is bool
                else "can only convert an array of size 1 to a Python scalar"
            )
        return convert(self.get().reshape(()).item())

    def __bool__(self) -> bool:
        return self.size != 0 and self._scalar(bool)

    def __int__(self) -> int:
        return self._scalar(int)

    def __float__(self) -> float:
        return self._scalar(float)

    def __complex__(self) -> complex:
        return self._scalar(complex)

    def __index__(self) -> int:
        if self.dtype.kind not in "iub" or self.ndim:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return self._scalar(int)

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Any:
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool((self == value).any())

    def __repr__(self) -> str:
        return repr(self.get())

    def __str__(self) -> str:
        return str(self.get())

    def __format__(self, format_spec: str) -> str:
        return format(self.get(), format_spec)

    def __reduce__(self) -> Any:
        from tests.simulated_cupy.creation import array

        return array, (self.get(),)

    def __copy__(self) -> ndarray:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> ndarray:
        with self.device:
            return self.copy()

    # Exchange with other libraries.

    def __dlpack_device__(self) -> tuple[int, int]:
        return (2, self.data.device_id)

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        from tests.simulated_cupy import dlpack

        return dlpack.exported(self, max_version, dl_device, copy)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        from tests.simulated_cupy.namespace import namespace

        function = getattr(namespace, ufunc.__name__, None)
        if function is None:
            return NotImplemented
        if "out" in kwargs:
            kwargs["out"] = kwargs["out"][0] if len(kwargs["out"]) == 1 else kwargs["out"]
        return (function if method == "__call__" else getattr(function, method))(*inputs, **kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        from tests.simulated_cupy.namespace import namespace

        place = namespace
        for part in func.__module__.split(".")[1:]:
            place = getattr(place, part, None)
        function = getattr(place, func.__name__, None)
        if function is None or any(kind is not ndarray for kind in types):
            return NotImplemented
        return function(*args, **kwargs)

    # Parts.

    def __getitem__(self, slices: Any) -> ndarray:
        return indexing.get(self, slices)

    def __setitem__(self, slices: Any, value: Any) -> None:
        indexing.put(self, slices, value)

    def view(self, dtype: Any = None, type: Any = None) -> ndarray:
        if dtype is None:
            return view_of(self, self._host.view())
        return view_of(self, self._host.view(checked_dtype(dtype)))

    def reshape(self, *shape: Any, order: str = "C", copy: bool | None = None) -> ndarray:
        if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
            shape = tuple(shape[0])
        if copy:
            return calls.compute(lambda host: host.reshape(shape, order=order).copy(), self)
        if copy is False:
            return calls.view(lambda host: host.reshape(shape, order=order, copy=False), self)
        return calls.view(lambda host: host.reshape(shape, order=order), self)

    def transpose(self, *axes: Any) -> ndarray:
        return calls.view(lambda host: host.transpose(*axes), self)

    def copy(self, order: str = "C") -> ndarray:
        if order not in ("C", "F", "A", "K", None):
            raise TypeError("order not understood")
        if self.data.device_id == capture.current_device():
            return calls.compute(lambda host: host.copy(order=order or "K"), self)
        result = like_host(self._host)
        source, target = self._host, result._host
        capture.launch(lambda: target.__setitem__(..., source), self.data.blocks + result.data.blocks)
        return result

    def astype(
        self, dtype: Any, order: str = "K", casting: Any = None, subok: Any = None, copy: bool = True
    ) -> ndarray:
        if subok is not None:
            raise TypeError("subok is not supported yet")
        dtype = checked_dtype(dtype)
        casting = casting or "unsafe"
        if not numpy.can_cast(self.dtype, dtype, casting):
            raise TypeError(
                f"Cannot cast array data from {self.dtype!r} to {dtype!r} according to the rule '{casting}'"
            )
        fits = order in ("K", "A") or (self._c_contiguous if order == "C" else self._f_contiguous)
        if not copy and dtype == self.dtype and fits:
            return self
        return calls.compute(lambda host: host.astype(dtype, order=order, copy=True), self)

    def fill(self, value: Any) -> None:
        if isinstance(value, ndarray):
            if value.ndim:
                raise ValueError("non-scalar ndarray cannot be used for fill")
        elif isinstance(value, numpy.ndarray) and value.ndim:
            raise ValueError("non-scalar numpy.ndarray cannot be used for fill")
        indexing.put(self, ..., value)

    def scatter_add(self, slices: Any, value: Any) -> None:
        indexing.scatter(numpy.add, self, slices, value)

    def scatter_max(self, slices: Any, value: Any) -> None:
        indexing.scatter(numpy.maximum, self, slices, value)

    def scatter_min(self, slices: Any, value: Any) -> None:
        indexing.scatter(numpy.minimum, self, slices, value)

    def put(self, indices: Any, values: Any, mode: str = "wrap") -> None:
        calls.compute(lambda host, i, v: host.put(i, v, mode=mode), self, indices, values)

    def take(self, indices: Any, axis: int | None = None, out: ndarray | None = None) -> ndarray:
        return calls.compute(lambda host, i, to: host.take(i, axis, to, mode="wrap"), self, indices, out)

    def reduced_view(self, dtype: Any = None) -> ndarray:
        if self.ndim > 1 and self._c_contiguous:
            return view_of(self, self._host.reshape(-1))
        return self


class broadcast:
    """`cupy.broadcast`: arrays of one shape, in `values`; numbers are left as they are."""

    def __init__(self, *arrays: Any) -> None:
        operands = [operand for operand in arrays if isinstance(operand, ndarray)]
        self.shape = numpy.broadcast_shapes(*(operand.shape for operand in operands))
        self.nd, self.size = len(self.shape), int(numpy.prod(self.shape, dtype=numpy.int64))
        self.values = tuple(
            view_of(operand, numpy.broadcast_to(operand._host, self.shape))
            if isinstance(operand, ndarray)
            else operand
            for operand in arrays
        )


class Flags:
    """Where the memory lies."""

    def __init__(self, c_contiguous: bool, f_contiguous: bool, owndata: bool) -> None:
        self.c_contiguous, self.f_contiguous, self.owndata = c_contiguous, f_contiguous, owndata

    contiguous = property(lambda self: self.c_contiguous)
    fnc = property(lambda self: self.f_contiguous and not self.c_contiguous)
    forc = property(lambda self: self.f_contiguous or self.c_contiguous)

    def __getitem__(self, name: str) -> bool:
        return getattr(self, name.lower())

    def __repr__(self) -> str:
        names = ("C_CONTIGUOUS", "F_CONTIGUOUS", "OWNDATA")
        return "\n".join(f"  {name} : {self[name]}" for name in names)


def like_host(host: numpy.ndarray) -> ndarray:
    """New memory of the current device for values laid out as these are; it holds garbage."""
    dtype = checked_dtype(host.dtype)
    fortran = host.flags.f_contiguous and not host.flags.c_contiguous
    if host.ndim < 3 or host.flags.c_contiguous or fortran:
        return ndarray(host.shape, dtype, order="F" if fortran else "C")
    laid_out = numpy.empty_like(host, order="K", subok=False)
    result = ndarray((host.size,), dtype)
    return ndarray(host.shape, dtype, result.data, laid_out.strides)


def inside(value: Any, operand: ndarray) -> bool:
    """Whether an array of NumPy looks at the memory of an operand."""
    if not isinstance(value, numpy.ndarray) or value.size == 0:
        return False
    start = operand.data.mem.ptr
    return start <= value.ctypes.data < start + operand.data.mem.size


def view_of(operand: ndarray, host: numpy.ndarray) -> ndarray:
    """The array over a part of an operand's memory."""
    result = ndarray.__new__(ndarray)
    result._host = host
    result.data = operand.data + (host.ctypes.data - operand.data.ptr) if host.size else operand.data
    result.base = operand if operand.base is None else operand.base
    return result
