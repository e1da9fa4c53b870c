"""Methods of Tensor that differ from the function of the same name, or have none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import functions as f
from ..autograd.inplace import adopt, become_view, in_place, refuse_leaf, requires_recording, write
from ..autograd.modes import is_grad_enabled
from ..backends import accelerated, for_device
from ..device import Device
from ..dtypes import DType, as_dtype
from ..namespaces.raw import NAMESPACES
from ..semantics import follows_torch
from ..tensor import Tensor, wrap
from ..type_names import dtype_of_type, type_name
from ..typing import DeviceLike, DTypeLike, Scalar, Shape
from .bitcast import bitcast
from .creation import tensor_beside
from .indexing.getitem import setitem
from .indexing.parse import parse
from .indexing.slices import slice_index
from .numbers import as_element

METHODS = (
    "__setitem__", "contiguous", "copy_", "expand", "fill_", "flip", "is_contiguous", "is_inference",
    "nelement", "ndimension", "new_empty", "new_full", "new_ones", "new_tensor", "new_zeros", "permute",
    "pin_memory", "repeat", "reshape", "reshape_as", "squeeze_", "t_", "tile", "transpose_", "type",
    "unsqueeze_", "view", "view_as", "where", "zero_", "zeros_like", "ones_like", "is_pinned", "conj",
    "broadcast_to", "unflatten", "polygamma", "swapaxes_", "stride", "adjoint",
)  # fmt: skip
PROPERTIES = {
    "T": "reversed_dims", "mT": "matrix_transposed", "H": "hermitian", "mH": "adjoint", "real": "real", "imag": "imag",
    "is_cuda": "is_cuda", "is_cpu": "is_cpu", "layout": "layout",
    **dict.fromkeys(("is_meta", "is_mkldnn", "is_mps", "is_nested", "is_quantized", "is_sparse", "is_sparse_csr",
                     "is_vulkan", "is_xla", "is_xpu"), "is_exotic"),
}  # fmt: skip


def _sizes(sizes: tuple[Any, ...]) -> Shape:
    """Sizes given one by one or as one sequence."""
    if len(sizes) == 1 and not hasattr(sizes[0], "__index__"):
        return tuple(sizes[0])
    return tuple(sizes)


def reshape(self: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape; one size may be -1."""
    return f.reshape(self, _sizes(shape))


def view(self: Tensor, *shape: Any, size: Any = None, dtype: DType | None = None) -> Tensor:
    """The same memory in another shape, or read as elements of a dtype: the last dimension grows or shrinks.

    Raises
    ------
    RuntimeError
        If the elements do not fit into the shape, or the last dimension into whole elements of the dtype.
    """
    if dtype is None and len(shape) == 1 and isinstance(shape[0], DType):
        dtype, shape = shape[0], ()
    if dtype is None:
        return f.reshape(self, _sizes(shape if size is None else (size,)))
    return f.reshape(self, tuple(self.shape)) if dtype is self.dtype else bitcast(self, dtype)


def view_as(self: Tensor, other: Tensor) -> Tensor:
    """The tensor in another's shape."""
    return f.reshape(self, tuple(other.shape))


reshape_as = view_as


def permute(self: Tensor, *dims: Any) -> Tensor:
    """The dimensions in another order."""
    return f.permute(self, _sizes(dims))


def expand(self: Tensor, *sizes: Any) -> Tensor:
    """Dimensions of size 1 repeated without memory; -1 leaves a size as it is."""
    return f.broadcast_to(self, _sizes(sizes))


def broadcast_to(self: Tensor, size: Sequence[int]) -> Tensor:
    """The tensor broadcast to a shape."""
    return f.broadcast_to(self, tuple(size))


def repeat(self: Tensor, *repeats: Any) -> Tensor:
    """The tensor laid out ``repeats`` times along each dimension; new ones come first."""
    from .repeating import repeat_tiles

    return repeat_tiles(self, _sizes(repeats))


def tile(self: Tensor, *dims: Any) -> Tensor:
    """As :func:`deep_learner.tile`, with the numbers one by one or as one sequence."""
    return f.tile(self, _sizes(dims))


def flip(self: Tensor, *dims: Any) -> Tensor:
    """The order along the given dimensions reversed."""
    return f.flip(self, _sizes(dims))


def unflatten(self: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dimension spread over several."""
    return f.unflatten(self, dim, tuple(sizes))


def where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """``self`` where the condition holds, ``other`` elsewhere."""
    return f.where(condition, self, other)


def polygamma(self: Tensor, n: int) -> Tensor:
    """The ``n``-th derivative of digamma."""
    return f.polygamma(n, self)


def conj(self: Tensor) -> Tensor:
    """The complex conjugate; a real tensor itself."""
    return f.conj(self) if self.is_complex() else self


def type(self: Tensor, dtype: DTypeLike = None) -> Any:
    """The dtype's name (where PyTorch's word holds the type's, ``'torch.FloatTensor'``), or the tensor as a dtype.

    PyTorch's names of types, and these types themselves, are taken for their dtypes.
    """
    if dtype is None:
        return type_name(self) if follows_torch() else self.dtype.name
    return self.to(dtype_of_type(dtype) or as_dtype(dtype))


def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """The elements in memory one after the other, as far as the backend says: the tensor itself, or a copy."""
    if self.is_contiguous():
        return self
    flat = f.reshape(self, (-1,))
    return f.reshape(flat if flat.is_contiguous() else f.clone(flat), tuple(self.shape))


def is_contiguous(self: Tensor, memory_format: Any = None) -> bool:
    """Whether the elements lie in memory one after the other, as far as the backend says."""
    flags = getattr(self._array, "flags", None)
    return True if flags is None else bool(getattr(flags, "c_contiguous", True))


def stride(self: Tensor, dim: int | None = None) -> Any:
    """How many elements apart neighbours along each dimension lie, as far as the backend says."""
    held: Any = getattr(self._array, "strides", None)
    if held is None:
        shape = self.shape
        held = [
            self.itemsize * math.prod([max(size, 1) for size in shape[i + 1 :]]) for i in range(len(shape))
        ]
    strides = tuple(step // self.itemsize for step in held)
    return strides if dim is None else strides[dim]


def pin_memory(self: Tensor, device: DeviceLike = None) -> Tensor:
    """The values in page-locked memory, from where they reach a device without waiting; itself if they are there.

    Raises
    ------
    RuntimeError
        If the tensor is not on the CPU, or no backend has a device to go to.
    """
    if self.device.type != "cpu":
        raise RuntimeError(f"cannot pin a tensor on {self.device}, only dense CPU tensors can be pinned")
    target = accelerated() if device is None else for_device(Device(device))
    if target is None:
        raise RuntimeError(
            "Cannot access accelerator device when none is available: there is nothing to pin for"
        )
    values = self.numpy()
    if target.is_pinned(values):
        return self
    return wrap(NAMESPACES[self._array.__class__].backend.from_numpy(target.pinned(values), self.device))


def is_pinned(self: Tensor) -> bool:
    """Whether the memory is page-locked."""
    target = accelerated() if self.device.type == "cpu" else None
    return target is not None and target.is_pinned(self.numpy(force=True))


def is_inference(self: Tensor) -> bool:
    """Whether the tensor can never take part in a graph: always False."""
    return False


def nelement(self: Tensor) -> int:
    """The number of elements."""
    return self.numel()


def ndimension(self: Tensor) -> int:
    """The number of dimensions."""
    return self.ndim


def zeros_like(self: Tensor) -> Tensor:
    """Zeros of the tensor's shape, dtype and device."""
    return f.zeros_like(self)


def ones_like(self: Tensor) -> Tensor:
    """Ones of the tensor's shape, dtype and device."""
    return f.ones_like(self)


def new_tensor(
    self: Tensor,
    data: Any,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ``data`` with this tensor's dtype and device."""
    made = f.tensor(data, dtype=dtype or self.dtype, device=device or self.device)
    return made.requires_grad_(requires_grad)


def _new(self: Tensor, sizes: tuple[Any, ...], value: Scalar, options: dict[str, Any]) -> Tensor:
    for name in ("dtype", "device"):
        if options.get(name) is None:
            options[name] = getattr(self, name)
    made = f.full(_sizes(sizes), value, **options)
    lifted = getattr(self._array, "lifted", None)  # within vmap, so that members may be written into it
    return made if lifted is None else wrap(lifted(made._array))


def new_zeros(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """Zeros of a shape with this tensor's dtype and device."""
    return _new(self, size, 0, options)


def new_ones(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """Ones of a shape with this tensor's dtype and device."""
    return _new(self, size, 1, options)


def new_empty(self: Tensor, *size: Any, **options: Any) -> Tensor:
    """A tensor of a shape with this tensor's dtype and device, its values not set."""
    return _new(self, size, 0, options)


def new_full(self: Tensor, size: Any, fill_value: Scalar, **options: Any) -> Tensor:
    """A tensor of a shape filled with one value, with this tensor's dtype and device."""
    return _new(self, (size,), fill_value, options)


def __setitem__(self: Tensor, index: Any, value: Any) -> None:
    """Write ``value``, broadcast and converted, at ``index``, in place."""
    key, positions, _ = parse(self, index)
    if positions:
        in_place("__setitem__", self, setitem, index, value)
        return
    region = slice_index(self, key)
    storage = NAMESPACES[self._array.__class__].backend.storage
    if storage(region._array) is not storage(self._array):  # a backend whose slices are copies
        in_place("__setitem__", self, setitem, index, value)
    elif isinstance(value, Tensor):
        extra = max(value.ndim - region.ndim, 0)
        if extra and all(size == 1 for size in value.shape[:extra]):
            value = f.reshape(value, tuple(value.shape[extra:]))
        copy_(region, value)
    else:
        copy_(region, tensor_beside(value, self, self.dtype))


def copy_(self: Tensor, src: Tensor, non_blocking: bool = False) -> Tensor:
    """Write ``src``, broadcast and converted, into the tensor's memory."""
    if not isinstance(src, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            f"copy_() needs a Tensor. Received: {src.__class__.__name__}; use fill_() for a number"
        )
    recording = is_grad_enabled() and requires_recording(self, (src,), {})
    if recording:
        refuse_leaf("copy_", self)
    value = src
    if value.backend != self.backend or value.device != self.device:
        value = value.to(self.device, backend=self.backend)
    if value.dtype is not self.dtype:
        value = value.to(self.dtype)
    if value.shape != self.shape:
        value = f.broadcast_to(value, tuple(self.shape))
    if recording and value._node is None:
        return in_place("copy_", self, _covered, value)  # stays in the graph, with a gradient of zero
    write(self, value._array, "copy_")
    if recording:
        adopt(self, value._node)
    return self


def fill_(self: Tensor, value: Any) -> Tensor:
    """Write one value everywhere."""
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions"
            )
        return copy_(self, value)
    if is_grad_enabled() and requires_recording(self, (), {}):
        return in_place("fill_", self, _filled, value)  # stays in the graph, with a gradient of zero
    value = as_element(value, self.dtype)
    write(self, NAMESPACES[self._array.__class__].full_like(self._array, value), "fill_")
    return self


def _covered(input: Tensor, value: Tensor) -> Tensor:
    return f.where(f.ones_like(input, dtype="bool"), value, input)


def _filled(input: Tensor, value: Scalar) -> Tensor:
    return f.masked_fill(input, f.ones_like(input, dtype="bool"), value)


def zero_(self: Tensor) -> Tensor:
    """Write zeros everywhere."""
    return fill_(self, 0)


def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """In-place version of :meth:`squeeze`."""
    return become_view("squeeze_", self, f.squeeze, dim)


def unsqueeze_(self: Tensor, dim: int) -> Tensor:
    """In-place version of :meth:`unsqueeze`."""
    return become_view("unsqueeze_", self, f.unsqueeze, dim)


def transpose_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """In-place version of :meth:`transpose`."""
    return become_view("transpose_", self, f.transpose, dim0, dim1)


swapaxes_ = transpose_


def t_(self: Tensor) -> Tensor:
    """In-place version of :meth:`t`."""
    return become_view("t_", self, f.t)


def reversed_dims(self: Tensor) -> Tensor:
    """The dimensions in reversed order."""
    return f.permute(self, tuple(range(self.ndim))[::-1])


def matrix_transposed(self: Tensor) -> Tensor:
    """The last two dimensions exchanged."""
    if self.ndim < 2:
        raise RuntimeError(f"mT needs at least two dimensions. Received: shape {tuple(self.shape)}")
    return f.transpose(self, -2, -1)


def adjoint(self: Tensor) -> Tensor:
    """The conjugate of the matrix transpose."""
    return f.adjoint(self)


def hermitian(self: Tensor) -> Tensor:
    """The conjugate transpose of a matrix.

    Raises
    ------
    RuntimeError
        If the tensor is no matrix (and not 0-d).
    """
    if self.ndim not in (0, 2):
        raise RuntimeError(
            f"tensor.H is only supported on matrices (2-D tensors). Got {self.ndim}-D tensor. For batches of matrices, "
            "consider using tensor.mH"
        )
    return f.adjoint(self)


def real(self: Tensor) -> Tensor:
    """The real part; a real tensor itself."""
    return f.real(self) if self.is_complex() else self


def imag(self: Tensor) -> Tensor:
    """The imaginary part.

    Raises
    ------
    RuntimeError
        If the tensor is real.
    """
    if not self.is_complex():
        raise RuntimeError(
            f"imag is not implemented for tensors with non-complex dtypes. Received: {self.dtype.name}"
        )
    return f.imag(self)


def is_cuda(self: Tensor) -> bool:
    """Whether the tensor lives on a CUDA device."""
    return self.device.type == "cuda"


def is_cpu(self: Tensor) -> bool:
    """Whether the tensor lives in main memory."""
    return self.device.type == "cpu"


def is_exotic(self: Tensor) -> bool:
    """Whether the tensor is of a kind that there is none of here: always False."""
    return False


def layout(self: Tensor) -> Any:
    """How the elements are kept: ``torch.strided``, one beside the other."""
    from ..layout import layout as layouts

    return layouts.STRIDED
