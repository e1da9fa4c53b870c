"""Methods of Tensor that call back into Python or differ from a function in their form alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import functions as f
from .. import random as sampling
from ..autograd.inplace import become_view, in_place
from ..autograd.memory import share
from ..dtypes import int8, uint8
from ..size import Size
from ..tensor import Tensor
from ..typing import DeviceLike, Scalar
from .method_forms import polygamma

METHODS = (
    "__idiv__", "__long__", "__nonzero__", "__rdiv__", "__reversed__", "apply_", "as_subclass", "bernoulli", "byte",
    "char", "fill_diagonal_", "map2_", "map_",
    "multinomial", "mvlgamma_", "new", "polygamma_", "sum_to_size", "swapdims_",
)  # fmt: skip


def __rdiv__(self: Tensor, other: Any) -> Tensor:
    """`other / self`, under its name of old."""
    return f.divide(other, self)


def __idiv__(self: Tensor, other: Any) -> Tensor:
    """`self /= other`, under its name of old."""
    return self.div_(other)


def __long__(self: Tensor) -> int:
    """The only element as an integer, under its name of old."""
    return int(self)


def __nonzero__(self: Tensor) -> bool:
    """Whether the only element is not 0, under its name of old."""
    return bool(self)


def new(self: Tensor, *data: Any, device: DeviceLike = None) -> Tensor:
    """A tensor with this one's dtype and device: of data, of sizes (its values not set), or without elements."""
    sizes = not data or isinstance(data[0], int | Size)
    if sizes:
        return self.new_empty(*data or (0,), device=device)
    return self.new_tensor(data[0], device=device)


def as_subclass(self: Tensor, cls: type[Tensor]) -> Tensor:
    """The same memory and place in the graph as an instance of a subclass of Tensor."""
    if not issubclass(cls, Tensor):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"as_subclass() takes a subclass of Tensor. Received: {cls!r}")
    made = object.__new__(cls)
    made._array, made._node = self._array, self._node
    share(made, self)
    return made


def __reversed__(self: Tensor) -> Tensor:
    """The elements in reversed order along all dimensions."""
    return f.flip(self, tuple(range(self.ndim))) if self.ndim else self


def byte(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor as uint8; ``memory_format`` is accepted."""
    return self.to(uint8)


def char(self: Tensor, memory_format: Any = None) -> Tensor:
    """The tensor as int8; ``memory_format`` is accepted."""
    return self.to(int8)


def bernoulli(self: Tensor, p: float | None = None, *, generator: Any = None) -> Tensor:
    """As :func:`deep_learner.bernoulli`: ones and zeros."""
    return sampling.bernoulli(self, p, generator=generator)


def multinomial(
    self: Tensor, num_samples: int, replacement: bool = False, *, generator: Any = None
) -> Tensor:
    """As :func:`deep_learner.multinomial`: indices drawn by their weights."""
    return sampling.multinomial(self, num_samples, replacement, generator=generator)


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """The sum over the dimensions along which a tensor of that size would be broadcast to this one's shape.

    Raises
    ------
    RuntimeError
        If the size does not broadcast to the shape.
    """
    sizes = size[0] if len(size) == 1 and not hasattr(size[0], "__index__") else size
    target, shape = tuple(sizes), tuple(self.shape)
    extra = len(shape) - len(target)
    if extra < 0 or any(
        want not in (1, have) for want, have in zip(target, shape[max(extra, 0) :], strict=True)
    ):
        raise RuntimeError(f"size {list(target)} is not expandable to size {list(shape)}")
    if not target:
        return f.sum(self)
    summed = [dim for dim in range(len(shape)) if dim < extra or target[dim - extra] != shape[dim]]
    return f.reshape(f.sum(self, tuple(summed), keepdim=True), target) if summed else self


def apply_(self: Tensor, callable: Callable[[Any], Any]) -> Tensor:
    """Replace each element by `callable(element)`, one after the other: slow, and only outside the graph."""
    return _replaced("apply_", self, [callable(x) for x in _flat(self)])


def map_(self: Tensor, tensor: Tensor, callable: Callable[[Any, Any], Any]) -> Tensor:
    """Replace each element by `callable(element, that of tensor)`; `tensor` broadcasts."""
    others = _flat(f.broadcast_to(tensor, tuple(self.shape)))
    return _replaced("map_", self, list(map(callable, _flat(self), others)))


def map2_(self: Tensor, x: Tensor, y: Tensor, callable: Callable[[Any, Any, Any], Any]) -> Tensor:
    """Replace each element by `callable(element, that of x, that of y)`; both broadcast."""
    others = [_flat(f.broadcast_to(value, tuple(self.shape))) for value in (x, y)]
    return _replaced("map2_", self, list(map(callable, _flat(self), *others)))


def _flat(tensor: Tensor) -> list[Any]:
    return f.reshape(tensor, (-1,)).tolist()


def _replaced(name: str, tensor: Tensor, values: list[Any]) -> Tensor:
    if tensor.requires_grad:
        raise RuntimeError(
            f"Can't call {name}() on Variable that requires grad. Use var.detach().{name}() instead"
        )
    made = f.tensor(values, dtype=tensor.dtype, device=tensor.device)
    return tensor.copy_(f.reshape(made, tuple(tensor.shape)))


def fill_diagonal_(self: Tensor, fill_value: Scalar, wrap: bool = False) -> Tensor:
    """Write one value where all indices are equal; with `wrap`, a tall matrix's diagonal begins again below.

    Raises
    ------
    RuntimeError
        If there are fewer than two dimensions, or more of different sizes.
    """
    if self.ndim < 2:
        raise RuntimeError("dimensions must larger than 1")
    if self.ndim > 2 and len(set(self.shape)) > 1:
        raise RuntimeError(f"all dimensions of input must be of equal length. Received: {tuple(self.shape)}")
    return in_place("fill_diagonal_", self, _with_diagonal, fill_value, wrap)


def _with_diagonal(input: Tensor, value: Scalar, wrap: bool) -> Tensor:
    places = f.arange(input.numel(), device=input.device).reshape(tuple(input.shape))
    step = sum(_row_major_steps(tuple(input.shape)))
    rows, columns = input.shape[:2]
    count = min(input.shape) if input.numel() else 0
    if wrap and input.ndim == 2 and rows > columns + 1:
        count = -(-input.numel() // step)
    return f.masked_fill(input, (places % step == 0) & (places < count * step), value)


def _row_major_steps(shape: tuple[int, ...]) -> list[int]:
    steps = [1]
    for size in shape[:0:-1]:
        steps.append(steps[-1] * size)
    return steps


def swapdims_(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """In-place version of :meth:`swapdims`."""
    return become_view("swapdims_", self, f.transpose, dim0, dim1)


def polygamma_(self: Tensor, n: int) -> Tensor:
    """In-place version of :meth:`polygamma`."""
    return in_place("polygamma_", self, polygamma, n)


def mvlgamma_(self: Tensor, p: int) -> Tensor:
    """In-place version of :meth:`mvlgamma`."""
    return in_place("mvlgamma_", self, f.mvlgamma, p)
