"""Arrays with a hidden leading dimension, over which everything is done at once: what ``vmap`` computes with.

A batched array holds a Tensor whose dimension 0 is the batch, of its size or of size 1 where all members of the
batch are equal. It shows the shape of one member, so whatever is computed with it is computed as if for one; the
functions of its namespace (:mod:`.batching`) lay the batch under. As a Tensor's array it is like any library's: the
engine records, and differentiates, without knowing.

There is one type of batched array for each depth of nested ``vmap`` and backend of the members; a Tensor in an array
of depth 2 may hold one of depth 1.
"""

from __future__ import annotations

import functools
import math
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from ..autograd.record import as_array
from ..namespaces.operators import give_operators
from ..namespaces.raw import NAMESPACES
from ..tensor import Tensor, wrap

if TYPE_CHECKING:
    from ..backends import Backend
    from ..device import Device
    from ..typing import Shape

DATA_DEPENDENT = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. "
    "That is not supported: one branch would have to be taken for all members of the batch. Use where() instead"
)


class BatchedArray:
    """An array of which each member of a batch has its own.

    Parameters
    ----------
    value
        The members along dimension 0; or one, of size 1, that stands for all.
    """

    __slots__ = ("__weakref__", "value")
    __array_ufunc__ = None  # NumPy's arrays leave operators to this class
    __array_priority__ = 1000

    depth: ClassVar[int] = 0
    base: ClassVar[Backend]  # of the members
    own_backend: ClassVar[Any] = None  # of the batched arrays

    def __init__(self, value: Tensor) -> None:
        self.value = value

    @property
    def shape(self) -> Shape:
        """The shape of one member."""
        return self.value._array.shape[1:]

    @property
    def ndim(self) -> int:
        """The number of dimensions of one member."""
        return len(self.value._array.shape) - 1

    @property
    def size(self) -> int:
        """The number of elements of one member."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> Any:
        """The elements' type, in the words of the members' library."""
        return self.value._array.dtype

    @property
    def device(self) -> Device:
        """Where the members live."""
        return self.value.device

    def outside_graph(self) -> Any:
        """The same members, without the graph in which they were computed."""
        return type(self)(self.value.detach())

    @property
    def mT(self) -> Any:  # noqa: N802
        """The members with their last two dimensions swapped."""
        return type(self)(self.value.mT)

    @property
    def T(self) -> Any:  # noqa: N802
        """The members, matrices, with their two dimensions swapped."""
        return self.mT if self.ndim == 2 else self

    def to_device(self, device: Any, /, *, stream: Any = None) -> Any:
        """The members on another device."""
        return type(self)(self.value.to(device))

    def __getitem__(self, key: Any) -> Any:
        return self._function("getitem")(self, key)

    @classmethod
    def _function(cls, name: str) -> Callable[..., Any]:
        return getattr(cls.own_backend.namespace, name)

    @classmethod
    def lifted(cls, array: Any) -> Any:
        """An array of a library, or of a lesser depth, that is equal for all members of the batch."""
        if isinstance(array, cls):
            return array
        return cls(wrap(as_array(array, NAMESPACES[type(array)].backend.array_types[0]))[None])

    def _refuse(self) -> NoReturn:
        raise RuntimeError(DATA_DEPENDENT)

    __bool__ = _refuse

    def _refuse_item(self) -> NoReturn:
        raise RuntimeError(
            "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a "
            "Tensor: each member of the batch has another value. Rewrite it with operations on tensors"
        )

    __int__ = __float__ = __complex__ = __index__ = _refuse_item

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError(
            "vmap: a Tensor with a hidden batch dimension has no values of its own to hand out, as numpy(), tolist() "
            "or writing it into a tensor that has no such dimension ask for. Return it from the function first"
        )

    def __repr__(self) -> str:
        value = textwrap.indent(repr(self.value), "    ")
        return f"BatchedTensor(lvl={self.depth}, bdim=0, value=\n{value}\n)"


give_operators(BatchedArray)


@functools.cache
def batched_type(depth: int, base: Backend) -> type[BatchedArray]:
    """The type of batched arrays of a depth, whose members live on a backend."""
    from .backend import BatchedBackend

    kind = type(f"BatchedArray{depth}", (BatchedArray,), {"__slots__": (), "depth": depth, "base": base})
    kind.own_backend = BatchedBackend(kind)
    return kind


def values_of(kind: type[BatchedArray], *operands: Any) -> list[Any]:
    """The Tensors under operands that shall be broadcast together; Python numbers and None as they are.

    Members of fewer dimensions get new ones between the batch and their own.
    """
    lifted = [kind.lifted(one) if hasattr(one, "shape") else one for one in operands]
    rank = max([one.ndim for one in lifted if isinstance(one, kind)], default=0)
    return [ranked(one.value, rank + 1) if isinstance(one, kind) else one for one in lifted]


def ranked(value: Tensor, rank: int) -> Tensor:
    """A batch whose members have so many dimensions that it has ``rank`` with its own: new ones come after that."""
    shape = value._array.shape
    missing = rank - len(shape)
    return value.reshape((shape[0], *(1,) * missing, *shape[1:])) if missing > 0 else value


def together(*values: Tensor) -> tuple[int, list[Tensor]]:
    """The size of the batch, and the batches with all their members written out."""
    sizes = [value._array.shape[0] for value in values]
    size = next((one for one in sizes if one != 1), 1)
    return size, [whole(value, size) for value in values]


def whole(value: Tensor, size: int) -> Tensor:
    """A batch of ``size`` members: one that stands for all is repeated, as a view."""
    shape = value._array.shape
    return value if shape[0] == size else value.broadcast_to((size, *shape[1:]))
