"""`Tensor`: an array of some backend, and its place in the graph.

A tensor is three things: the array, the node that says how it was made (None: no gradient is required), and a
note about views. Its arithmetic and most of its methods are operations, attached by :mod:`deep_learner.ops.methods`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from .dtypes import DType, from_native, get_default_dtype
from .namespaces.raw import NAMESPACES, UNSHARED
from .size import ElementCount, Size

if TYPE_CHECKING:
    import weakref

    from .autograd.graph import Node
    from .autograd.hooks import RemovableHandle
    from .autograd.memory import Memory, Step
    from .autograd.views import View
    from .device import Device
    from .ops.methods import TensorMethods
    from .typing import Array, DeviceLike, DTypeLike
else:
    TensorMethods = object  # the operations are attached by deep_learner.ops.methods

__all__ = ["Tensor"]


class _TensorType(type):
    """The type of Tensor and its subclasses: where PyTorch's word holds they print under its modules' names."""

    homes: ClassVar = {"deep_learner.tensor": "torch", "deep_learner.nn.parameter": "torch.nn.parameter"}

    def __repr__(cls) -> str:
        from .semantics import follows_torch

        home = cls.homes.get(cls.__module__)
        return f"<class '{home}.{cls.__qualname__}'>" if home and follows_torch() else super().__repr__()


class Tensor(TensorMethods, metaclass=_TensorType):
    """A multi-dimensional array that records what is done to it.

    Parameters
    ----------
    data
        Nested lists, numbers, a Tensor, or an array of any library; copied.
    dtype
        The elements' type; by default that of ``data``: Python integers are int64, floats the default float dtype.
    device
        Where to put it; by default the configured backend's.
    requires_grad
        Whether to record operations on it. Integers may, too: their gradient is floating.

    Raises
    ------
    ValueError
        If nested lists are ragged.
    TypeError
        If something in ``data`` is no number.

    Examples
    --------
    >>> x = Tensor([1, 2, 3], requires_grad=True)
    >>> (x * x).backward()
    >>> x.grad.tolist()
    [2.0, 4.0, 6.0]
    """

    __slots__ = ("__dict__", "__weakref__", "_array", "_memory", "_node", "_view", "_views")
    __array_ufunc__ = None
    __array_priority__ = 1000

    _array: Any
    _node: Node | None
    _memory: tuple[Memory, tuple[Step, ...]]  # only where arrays do not share memory and tensors do
    _view: View  # only on views
    _views: list[weakref.ref[Tensor]]  # only on tensors that have views

    def __init__(
        self, *data: Any, dtype: DTypeLike = None, device: DeviceLike = None, requires_grad: bool = False
    ) -> None:
        from .ops.creation import array_of
        from .semantics import follows_torch, values_of_tensor

        if follows_torch():
            values, dtype = values_of_tensor(data, dtype)
        elif len(data) == 1:
            values = data[0]
        else:
            raise TypeError(
                f"Tensor() takes one argument, the data. Received: {len(data)}; for zeros: zeros(2, 3)"
            )
        self._array = array_of(values, dtype, device)
        self._node = None
        if requires_grad:
            self.requires_grad = True

    # What it is

    @property
    def shape(self) -> Size:
        """The sizes of the dimensions."""
        return Size(self._array.shape)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._array.shape)

    @property
    def dtype(self) -> DType:
        """The elements' type."""
        return from_native(self._array.dtype)

    @property
    def device(self) -> Device:
        """Where the array lives."""
        array = self._array
        return NAMESPACES[type(array)].backend.device_of(array)

    @property
    def backend(self) -> str:
        """The name of the backend whose array this is."""
        backend = NAMESPACES[type(self._array)].backend
        return (backend.base or backend).name

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.numel() * self.itemsize

    def numel(self) -> int:
        """The number of elements."""
        return self.shape.numel()

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self._array.shape)

    @property
    def size(self) -> ElementCount:
        """The number of elements; called as ``size()`` the shape, as ``size(dim)`` the size of one dimension."""
        shape = self.shape
        count = ElementCount(shape.numel())
        count.shape = shape
        return count

    def element_size(self) -> int:
        """Bytes of one element."""
        return self.itemsize

    def is_floating_point(self) -> bool:
        """Whether the elements are real floating-point numbers."""
        return self.dtype.is_floating_point

    def is_complex(self) -> bool:
        """Whether the elements are complex numbers."""
        return self.dtype.is_complex

    # Its place in the graph

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded; may be set on leaves."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        from .autograd.leaves import set_requires_grad

        set_requires_grad(self, value)

    def requires_grad_(self, requires_grad: bool = True) -> Tensor:
        """Set ``requires_grad`` and return the tensor itself."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it."""
        from .autograd.leaves import is_leaf

        return is_leaf(self)

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made it; None for a leaf."""
        return None if self._node is None or self.is_leaf else self._node.maker

    @property
    def grad(self) -> Tensor | None:
        """The gradient gathered by backward passes: zeros before the first, None where none is required."""
        from .autograd.leaves import get_grad

        return get_grad(self)

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        from .autograd.leaves import set_grad

        set_grad(self, value)

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    @property
    def has_grad(self) -> bool:
        """Whether a gradient has reached it; ``grad`` itself shows zeros until then."""
        from .autograd.leaves import gathered

        return gathered(self) is not None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Compute the gradients of all leaves that this tensor was made from, and add them to their ``grad``.

        Parameters
        ----------
        gradient
            The gradient to start from, of the same shape; ones by default.
        retain_graph
            Keep what is needed for another backward pass; by default as ``create_graph``.
        create_graph
            Record the pass itself, for higher derivatives.
        inputs
            Gather gradients only in these tensors.

        Raises
        ------
        RuntimeError
            If the tensor requires no gradient, the graph was freed, or something it needs was overwritten.
        """
        from .autograd import backward

        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    def detach(self) -> Tensor:
        """The same memory without the graph."""
        return alias(self)

    def detach_(self) -> Tensor:
        """Take the tensor itself out of the graph: it becomes a leaf that requires no gradient."""
        self._node = None
        return self

    def retain_grad(self) -> None:
        """Keep the gradient of a tensor that is no leaf."""
        from .autograd.leaves import retain_grad

        retain_grad(self)

    @property
    def retains_grad(self) -> bool:
        """Whether :meth:`retain_grad` was called on a tensor that is no leaf."""
        hooks = getattr(self._node, "hooks", None)
        return hooks is not None and hooks.retain

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Call ``hook(gradient)`` whenever this tensor's gradient is computed; what it returns replaces it."""
        from .autograd.leaves import register_hook

        return register_hook(self, hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Call ``hook(tensor)`` after a leaf has gathered its gradient."""
        from .autograd.leaves import register_post_accumulate_grad_hook

        return register_post_accumulate_grad_hook(self, hook)

    @property
    def data(self) -> Tensor:
        """The same memory outside the graph; writes to it are not noticed by saved values' checks."""
        return alias(self)

    @data.setter
    def data(self, value: Tensor) -> None:
        from .autograd.leaves import set_data

        set_data(self, value)

    @property
    def _version(self) -> int:
        """How often the memory has been written in place."""
        from .autograd.versions import version

        return version(self)

    @property
    def _base(self) -> Tensor | None:
        """The tensor whose memory this one shows, if it is a view."""
        view = getattr(self, "_view", None)
        while view is not None and getattr(view.base, "_view", None) is not None:
            view = view.base._view
        return None if view is None else view.base

    @property
    def output_nr(self) -> int:
        """Which of the results of the operation that made it this is."""
        return getattr(self._node, "index", 0)

    # Values for Python

    def item(self) -> Any:
        """The only element as a Python number.

        Raises
        ------
        RuntimeError
            If there is not exactly one.
        """
        array = self._array
        shape = array.shape
        if shape and self.numel() != 1:
            raise RuntimeError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar. "
                f"Received: shape {tuple(shape)}; reduce it or index it first"
            )
        namespace = NAMESPACES[type(array)]
        if shape:
            array = namespace.reshape(array, ())
        if namespace.backend.accelerator is not None:  # its way of waiting tells what went wrong meanwhile
            array = namespace.backend.to_numpy(array)
        kind = self.dtype.kind
        if kind == "bool":
            return bool(array)
        if kind == "complex floating":
            return complex(array)
        return float(array) if kind == "real floating" else int(array)

    def tolist(self) -> Any:
        """Nested Python lists of the values; a number for a 0-d tensor."""
        return self.numpy(force=True).tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """The values as a NumPy array that shares memory where the backend can.

        Parameters
        ----------
        force
            Detach and copy to the CPU if that is needed.

        Raises
        ------
        RuntimeError
            If the tensor requires a gradient and ``force`` is not set.
        """
        if self._node is not None and not force:
            raise RuntimeError(
                "can't call numpy() on a Tensor that requires grad: the graph would be lost. "
                "Use tensor.detach().numpy(), or numpy(force=True)"
            )
        return NAMESPACES[type(self._array)].backend.to_numpy(self._array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError(f"cannot make {dtype} of {array.dtype} without a copy")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        """The namespace of the array standard's functions for Tensors."""
        from .namespaces import tensor as namespace

        if api_version not in (None, *namespace.API_VERSIONS):
            raise ValueError(
                f"unsupported version of the array API: {api_version!r}; there are {', '.join(namespace.API_VERSIONS)}"
            )
        return namespace

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
    ) -> Any:
        if self._node is not None:
            raise BufferError("can't export a Tensor that requires gradient; use tensor.detach()")
        options = {"stream": stream, "max_version": max_version, "dl_device": dl_device, "copy": copy}
        given = {name: value for name, value in options.items() if value is not None}
        return self._array.__dlpack__(**given)  # older libraries know the first alone

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {self.numel()} values is ambiguous; use .any() or .all()"
            )
        return bool(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __float__(self) -> float:
        return float(self.item())

    def __complex__(self) -> complex:
        return complex(self.item())

    def __index__(self) -> int:
        kind, shape = self.dtype.kind, self._array.shape
        if kind in ("real floating", "complex floating") or (shape and self.numel() != 1):
            raise TypeError(
                "only integer tensors of a single element can be converted to an index. "
                f"Received: shape {tuple(self.shape)}, dtype {self.dtype.name}"
            )
        return int(self.item())

    def __len__(self) -> int:
        if not self._array.shape:
            raise TypeError("len() of a 0-d tensor")
        return self._array.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self._array.shape:
            raise TypeError("iteration over a 0-d tensor")
        from .ops.registry import OPERATIONS

        return iter(OPERATIONS["unstack"](self))

    def __contains__(self, element: Any) -> bool:
        return bool((self == element).any())

    __hash__ = object.__hash__

    def __repr__(self, *, tensor_contents: str | None = None) -> str:
        from .printing import tensor_text

        return tensor_text(self, tensor_contents=tensor_contents)

    def __format__(self, spec: str) -> str:
        return self.item().__format__(spec) if not self._array.shape else object.__format__(self, spec)

    def __reduce_ex__(self, protocol: Any) -> Any:
        from .pickling import reduce_tensor

        return reduce_tensor(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        from .pickling import deepcopy_tensor

        return deepcopy_tensor(self, memo)


_new = object.__new__


def wrap(array: Array, node: Node | None = None) -> Tensor:
    """A Tensor of an array, without a copy.

    Parameters
    ----------
    array
        An array of a backend's own type.
    node
        How it was made, if a gradient is required.
    """
    tensor = _new(Tensor)
    tensor._array = array
    tensor._node = node
    return tensor


def alias(tensor: Tensor) -> Tensor:
    """A Tensor of the same memory, outside the graph."""
    other = wrap(tensor._array)
    if type(tensor._array) in UNSHARED:
        from .autograd.memory import share

        share(other, tensor)
        if hasattr(tensor._array, "outside_graph"):  # arrays that hold tensors
            other._array = tensor._array.outside_graph()
    return other


def gradient_dtype(dtype: DType) -> DType:
    """The dtype of the gradient of a tensor of ``dtype``: its own, or the default float dtype for integers."""
    return dtype if dtype.is_floating_point or dtype.is_complex else get_default_dtype()
