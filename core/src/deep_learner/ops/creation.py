"""Tensors of values that exist: nested lists, numbers, arrays of any library, other tensors.

PyTorch's dtypes: Python booleans become bool, integers int64, floats the default float dtype, complex
numbers its complex; arrays keep their dtype. New tensors go to the configured backend and device unless
`device` names another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, cast

from .. import backends
from ..device import Device
from ..dtypes import (
    BOOL,
    COMPLEX,
    REAL,
    SIGNED,
    UNSIGNED,
    DType,
    as_dtype,
    from_native,
    get_default_dtype,
    int64,
    promote_types,
    scalar_dtype,
)
from ..namespaces.raw import namespace_of
from ..tensor import Tensor
from ..typing import SCALARS, Array, DeviceLike, DTypeLike, Scalar, Shape
from ._placement import Place, native_dtype, new_tensor, place_of, place_of_tensor, transferred
from .numbers import as_element, as_operand
from .tensor_options import tensor_options


def array_of(
    data: Any, dtype: DTypeLike = None, device: DeviceLike = None, copy: bool | None = True
) -> Array:
    """A backend's array of `data`: what `tensor` wraps.

    Parameters
    ----------
    data
        Numbers, nested sequences of numbers and arrays, an array of any library, or a Tensor.
    dtype, device
        Of the result; by default those of a Tensor, the dtype of an array, else as described above.
    copy
        True: never share memory with `data`; None: share it where that is possible; False: share it or fail.

    Raises
    ------
    ValueError
        If sequences are ragged (the message names the place and the lengths), or nothing can be shared.
    TypeError
        If something in `data` is no number.
    RuntimeError
        If a number does not fit into the dtype.
    """
    wish = None if dtype is None else as_dtype(dtype)
    if isinstance(data, Tensor):
        place = place_of_tensor(data, device)
        return _converted(transferred(data._array, place), data._array, place, wish, copy)
    home = _home_of(data) if device is None else None
    return _array_at(data, place_of(device) if home is None else home, wish, copy)


def tensor_beside(data: Any, other: Tensor, dtype: DTypeLike = None) -> Tensor:
    """A new tensor of `data` (which is no Tensor) on the backend and device of another.

    Errors as in `array_of`.
    """
    wish = None if dtype is None else as_dtype(dtype)
    return new_tensor(_array_at(data, place_of_tensor(other, None), wish, True))


def _array_at(data: Any, place: Place, wish: DType | None, copy: bool | None) -> Array:
    if hasattr(data, "dtype") and hasattr(data, "shape"):
        from_native(data.dtype)  # refuses dtypes that have no counterpart
        home = _home_of(data)
        if home is None:
            array = place.backend.asarray(data, device=place.device)
        else:
            array = transferred(home.backend.namespace.from_dlpack(data), place)
        return _converted(array, data, place, wish, copy)
    if copy is False:
        raise ValueError(f"cannot share memory with a {type(data).__name__}: leave out copy=False")
    return _built(data, place, wish)


def _converted(array: Array, source: Any, place: Place, wish: DType | None, copy: bool | None) -> Array:
    """`array` in the dtype wished for; copied if it must not share memory with `source`."""
    if wish is not None and from_native(array.dtype) is not wish:
        if copy is False:
            raise ValueError(f"cannot share memory and convert to {wish}: leave out copy=False")
        return namespace_of(place.backend).astype(array, native_dtype(place.backend, wish))
    return place.backend.asarray(array, device=place.device, copy=True) if copy else array


def _built(data: Any, place: Place, wish: DType | None) -> Array:
    """An array of Python numbers."""
    backend = place.backend
    if _first(data) in SCALARS:
        try:
            array = backend.asarray(data, device=place.device)
        except (TypeError, ValueError, RuntimeError, OverflowError):
            array = None  # Something is amiss with it, or it holds tensors: look closer.
        if array is not None:
            return _cast(array, place, _python_dtype(from_native(array.dtype)), wish, data)
    found: list[DType] = []
    values = _read(data, "data", found)[1]
    inferred = reduce(promote_types, found, found[0]) if found else get_default_dtype()
    return _cast(backend.asarray(values, device=place.device), place, inferred, wish, values)


def _first(data: Any) -> type[Any]:
    """The type of the first number in nested lists."""
    while type(data) in (list, tuple):
        if not data:
            return float
        data = data[0]
    return cast("type[Any]", type(data))


def _python_dtype(found: DType) -> DType:
    """PyTorch's dtype for Python numbers that a library made an array of `found`."""
    if found.kind == REAL:
        return get_default_dtype()
    if found.kind == COMPLEX:
        return get_default_dtype().to_complex()
    return found if found.kind == BOOL else int64


def _cast(array: Array, place: Place, inferred: DType, wish: DType | None, values: Any) -> Array:
    """`array`, of Python numbers, in the dtype wished for, else in the one inferred."""
    made, dtype = from_native(array.dtype), wish or inferred
    if wish is None and made.kind == dtype.kind and not hasattr(place.backend.namespace, dtype.name):
        return array  # a library without the usual dtype makes its own of Python's numbers
    if made.name == "uint64" and dtype is not made:
        raise RuntimeError("Overflow: a number is too large for int64; ask for dtype=uint64")
    if made is dtype:
        return array
    if made.kind == COMPLEX and dtype.kind != COMPLEX:
        raise RuntimeError(
            f"complex numbers cannot be converted to {dtype} without losing their imaginary part"
        )
    native = native_dtype(place.backend, dtype)
    if dtype.kind not in (SIGNED, UNSIGNED) or made.kind == BOOL:
        return namespace_of(place.backend).astype(array, native)
    try:
        numbers = _elements(values, dtype) if made.kind == REAL else values
        return place.backend.asarray(numbers, dtype=native, device=place.device)
    except OverflowError:
        return place.backend.asarray(_elements(values, dtype), dtype=native, device=place.device)


def _elements(values: Any, dtype: DType) -> Any:
    """Nested lists of numbers as a dtype holds them."""
    if isinstance(values, list | tuple):
        return [_elements(value, dtype) for value in cast("Sequence[Any]", values)]
    return as_element(values, dtype)


def _read(data: Any, path: str, found: list[DType]) -> tuple[Shape, Any]:
    """Shape and plain Python values of `data`; the dtypes of what it holds are added to `found`."""
    if hasattr(data, "tolist") and hasattr(data, "dtype"):
        found.append(as_dtype(data.dtype))
        return tuple(data.shape), data.tolist()
    if isinstance(data, Scalar):
        if isinstance(data, int) and not -(2**63) <= data < 2**64:
            raise RuntimeError(f"{path} is too large for int64: {data}")
        found.append(scalar_dtype(data))
        return (), data
    if not isinstance(data, Sequence) or isinstance(data, str | bytes | bytearray):
        raise TypeError(
            f"{path} is no number: {type(data).__name__}. A tensor is made of numbers and sequences of them"
        )
    items = cast("Sequence[Any]", data)
    parts = [_read(item, f"{path}[{number}]", found) for number, item in enumerate(items)]
    for number, (shape, _) in enumerate(parts):
        if shape != parts[0][0]:
            raise ValueError(_ragged(path, number, parts[0][0], shape))
    return (len(parts), *(parts[0][0] if parts else ())), [values for _, values in parts]


def _ragged(path: str, number: int, first: Shape, other: Shape) -> str:
    """Where two parts of a ragged list differ, and how."""
    same = 0
    while same < min(len(first), len(other)) and first[same] == other[same]:
        same += 1
    sizes = [f"length {shape[same]}" if same < len(shape) else "a number" for shape in (first, other)]
    inside = "[0]" * same
    return (
        f"the data is ragged: expected {sizes[0]} as in {path}[0]{inside}, "
        f"but {path}[{number}]{inside} is {sizes[1]}".replace("is length", "has length")
    )


@tensor_options
def tensor(
    data: Any, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """A new leaf that holds a copy of `data`: numbers, nested sequences, an array of any library, a Tensor.

    Raises ValueError for ragged lists, TypeError for what is no number, RuntimeError for a number that does
    not fit.
    """
    return new_tensor(array_of(data, dtype, device), requires_grad)


def as_tensor(data: Any, dtype: DTypeLike = None, device: DeviceLike = None) -> Tensor:
    """`data` as a Tensor: itself if it is one as wished for, sharing memory where it can.

    Errors as in `tensor`.
    """
    if isinstance(data, Tensor):
        same_dtype = dtype is None or as_dtype(dtype) is data.dtype
        if same_dtype and (device is None or place_of(device).device is data.device):
            return data
        return data.to(device=device, dtype=dtype)
    return new_tensor(array_of(data, dtype, device, copy=None))


def asarray(
    obj: Any,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """`obj` as a Tensor; `copy` says whether it may (None), must (False) or must not (True) share memory.

    Beside what `tensor` takes, `obj` may show its memory by the buffer protocol: its bytes are read as `dtype`.
    Raises as `tensor`; ValueError also if memory should be shared and cannot.
    """
    if isinstance(obj, Tensor) and not copy and not requires_grad:
        return as_tensor(obj, dtype, device)
    return new_tensor(array_of(_shown(obj, dtype), dtype, device, copy=copy), requires_grad)


def _shown(obj: Any, dtype: DTypeLike) -> Any:
    """A vector of the memory that an object shows, by DLPack or the buffer protocol; other objects as they are."""
    if hasattr(obj, "dtype") or isinstance(obj, (*SCALARS, list, tuple)):
        return obj
    if hasattr(obj, "__dlpack__"):
        return from_dlpack(obj)
    try:
        memoryview(obj)
    except TypeError:
        return obj
    from .buffers import frombuffer

    return frombuffer(obj, dtype=dtype or get_default_dtype())


def from_numpy(array: Any) -> Tensor:
    """A Tensor on the CPU that shares the memory of a NumPy array. Raises TypeError for anything else."""
    if not (hasattr(array, "__array_interface__") and hasattr(array, "strides")):
        raise TypeError(
            f"expected a NumPy array, but received {type(array).__name__}; use tensor() or as_tensor()"
        )
    from_native(array.dtype)
    device = Device("cpu")
    return new_tensor(backends.for_device(device).from_numpy(array, device))


# Types of device in the DLPack standard, https://dmlc.github.io/dlpack/latest/c_api.html
_DLPACK_DEVICES = {1: "cpu", 2: "cuda", 3: "cpu", 10: "cuda", 11: "cpu", 13: "cuda"}


def _home_of(array: Any) -> Place | None:
    """Where an array of another library lives, if it says so and that is not the main memory."""
    where = getattr(array, "__dlpack_device__", None)
    if where is None:
        return None
    kind, number = where()
    name = _DLPACK_DEVICES.get(int(kind))
    if name is None:
        raise RuntimeError(f"no backend serves arrays on DLPack's device type {int(kind)}")
    return None if name == "cpu" else place_of(Device(name, number))


def from_dlpack(ext_tensor: Any, *, device: DeviceLike = None, copy: bool | None = None) -> Tensor:
    """A Tensor that shares the memory of any library's array by the DLPack protocol, where that lies.

    Raises TypeError for an object without the protocol, RuntimeError if no backend serves the device.
    """
    if not hasattr(ext_tensor, "__dlpack_device__"):
        raise TypeError(
            f"from_dlpack() needs an object with __dlpack__, but received {type(ext_tensor).__name__}"
        )
    home = _home_of(ext_tensor) or place_of("cpu")
    array = home.backend.namespace.from_dlpack(ext_tensor)
    if device is None and not copy:
        return new_tensor(array)
    return new_tensor(array_of(new_tensor(array), None, device, copy=copy))


@tensor_options
def scalar_tensor(
    s: Scalar, *, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
) -> Tensor:
    """A 0-d tensor, of the default float dtype unless told otherwise.

    Raises RuntimeError if `s` does not fit.
    """
    wanted = as_dtype(dtype or get_default_dtype())
    return tensor(as_operand(s, wanted), dtype=wanted, device=device, requires_grad=requires_grad)
