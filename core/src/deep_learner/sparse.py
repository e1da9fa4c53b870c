"""Sparse tensors in coordinate form: what the gradients of large embedding tables are.

They hold the positions and the values of the elements that may not be zero. They can be added, scaled, made dense and
given to the optimizers that take them; for everything else, make them dense.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from .functions import as_tensor, unique, zeros
from .semantics import follows_torch
from .size import Size
from .tensor import Tensor

if TYPE_CHECKING:
    from .device import Device
    from .dtypes import DType
    from .layout import layout as Layout
    from .typing import DeviceLike, DTypeLike, Scalar

__all__ = ["SparseTensor", "sparse_coo_tensor"]


class SparseTensor:
    """A tensor given by the positions and the values of some elements; made by :func:`sparse_coo_tensor`.

    Attributes
    ----------
    shape : Size
    is_sparse, requires_grad : bool
        True, and False: sparse tensors are not differentiated through.
    """

    is_sparse = True
    requires_grad = False
    is_leaf = True
    _node = "sparse"  # never None: the engine adds to it instead of writing into it

    def __init__(self, indices: Tensor, values: Tensor, size: Sequence[int], coalesced: bool = False) -> None:
        self._positions = indices
        self._elements = values
        self.shape = Size(size)
        self._coalesced = coalesced

    @property
    def _array(self) -> NoReturn:
        raise RuntimeError(
            f"a sparse tensor (shape {tuple(self.shape)}, {self._nnz()} elements) was given where a dense one is "
            "needed; write .to_dense()"
        )

    @property
    def layout(self) -> Layout:
        """How the elements are kept: by their positions."""
        from .layout import layout

        return layout.SPARSE_COO

    @property
    def dtype(self) -> DType:
        """The values' dtype."""
        return self._elements.dtype

    @property
    def device(self) -> Device:
        """Where the values are."""
        return self._elements.device

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def dim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the size of one dimension."""
        return self.shape if dim is None else self.shape[dim]

    def sparse_dim(self) -> int:
        """How many dimensions the positions speak of."""
        return self._positions.shape[0]

    def dense_dim(self) -> int:
        """How many dimensions each value has."""
        return self._elements.ndim - 1

    def _nnz(self) -> int:
        return self._positions.shape[1]

    def _indices(self) -> Tensor:
        """The positions, of shape (sparse_dim, number of elements), also if some occur twice."""
        return self._positions

    def _values(self) -> Tensor:
        """The values, of shape (number of elements, *dense dimensions)."""
        return self._elements

    def indices(self) -> Tensor:
        """The positions of a coalesced tensor. Raises RuntimeError for others."""
        self._require_coalesced("indices")
        return self._positions

    def values(self) -> Tensor:
        """The values of a coalesced tensor. Raises RuntimeError for others."""
        self._require_coalesced("values")
        return self._elements

    def _require_coalesced(self, name: str) -> None:
        if not self._coalesced:
            raise RuntimeError(f"Cannot get {name} on an uncoalesced tensor, please call .coalesce() first")

    def is_coalesced(self) -> bool:
        """Whether every position occurs once, in order."""
        return self._coalesced

    def coalesce(self) -> SparseTensor:
        """The same tensor with every position once, in ascending order, and its values added."""
        if self._coalesced:
            return self
        sizes = self.shape[: self.sparse_dim()]
        flat = self._positions[0] * 0
        for position, size in zip(self._positions, sizes, strict=True):
            flat = flat * size + position
        places, inverse = unique(flat, return_inverse=True)
        shape = (places.shape[0], *self._elements.shape[1:])
        empty = zeros(shape, dtype=self.dtype, device=self.device)
        values = empty.index_add(0, inverse, self._elements)
        rows: list[Tensor] = []
        for size in reversed(sizes):
            rows.insert(0, places % size)
            places = places // size
        return SparseTensor(_stacked(rows), values, self.shape, coalesced=True)

    def to_dense(self) -> Tensor:
        """The whole tensor, zeros included."""
        made = zeros(tuple(self.shape), dtype=self.dtype, device=self.device)
        return made.index_put(tuple(self._positions), self._elements, accumulate=True)

    def clone(self) -> SparseTensor:
        """A copy."""
        return SparseTensor(self._positions.clone(), self._elements.clone(), self.shape, self._coalesced)

    def detach(self) -> SparseTensor:
        """The tensor itself, which is in no graph."""
        return self

    def zero_(self) -> SparseTensor:
        """Forget all elements."""
        self._positions, self._elements, self._coalesced = self._positions[:, :0], self._elements[:0], True
        return self

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Tensor):
            return other + self.to_dense()
        if not isinstance(other, SparseTensor):
            return NotImplemented
        if other.shape != self.shape:
            raise RuntimeError(f"add: expected sizes to match: {tuple(self.shape)} and {tuple(other.shape)}")
        from .functions import cat

        positions = cat([self._positions, other._positions], 1)
        return SparseTensor(positions, cat([self._elements, other._elements]), self.shape)

    __radd__ = __add__

    def __mul__(self, factor: Scalar) -> SparseTensor:
        return SparseTensor(self._positions, self._elements * factor, self.shape, self._coalesced)

    __rmul__ = __mul__

    def __neg__(self) -> SparseTensor:
        return self * -1

    def __repr__(self) -> str:
        if follows_torch():
            from .printing.pytorch import sparse_text

            return sparse_text(self)
        return (
            f"SparseTensor(shape={tuple(self.shape)}, indices={self._positions!r}, values={self._elements!r})"
        )

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and hasattr(Tensor, name):
            raise NotImplementedError(f"sparse tensors have no {name!r}; write .to_dense().{name}")
        raise AttributeError(f"'SparseTensor' object has no attribute {name!r}")


def sparse_coo_tensor(
    indices: Any,
    values: Any,
    size: Sequence[int] | None = None,
    *,
    dtype: DTypeLike = None,
    device: DeviceLike = None,
    requires_grad: bool = False,
    check_invariants: bool | None = None,
    is_coalesced: bool | None = None,
) -> SparseTensor:
    """A sparse tensor of positions and values.

    Parameters
    ----------
    indices
        (sparse dimensions, n), integers: the positions.
    values
        (n, *dense dimensions): what stands there. Values of one position add up.
    size
        The whole shape; as small as holds all positions unless given.
    dtype, device
        Of the values.
    requires_grad
        Must be False: sparse tensors are not differentiated through.
    check_invariants
        PyTorch's; positions are always checked.
    is_coalesced
        Whether every position occurs once, in order.

    Raises
    ------
    RuntimeError
        If shapes do not fit, or a position lies outside `size`.
    NotImplementedError
        If `requires_grad` is set.
    """
    if requires_grad:
        raise NotImplementedError("sparse tensors are not differentiated through: make them dense first")
    positions, elements = as_tensor(indices, device=device), as_tensor(values, dtype=dtype, device=device)
    if positions.ndim != 2 or positions.shape[1] != (elements.shape[0] if elements.ndim else -1):
        raise RuntimeError(
            "indices must have shape (sparse_dim, n) and values (n, ...). Received: "
            f"{tuple(positions.shape)} and {tuple(elements.shape)}"
        )
    positions = positions.long()
    count, dense = positions.shape[0], tuple(elements.shape[1:])
    if size is None:
        if not positions.shape[1]:
            raise RuntimeError("a sparse tensor without elements needs its size")
        size = (*(int(row.max()) + 1 for row in positions), *dense)
    if len(size) != count + len(dense) or tuple(size[count:]) != dense:
        raise RuntimeError(
            f"number of dimensions must be sparse_dim ({count}) + dense_dim ({len(dense)}), and values of shape "
            f"{tuple(elements.shape)} must fit. Received: size {tuple(size)}"
        )
    for dim, (row, bound) in enumerate(zip(positions, size, strict=False)):
        if row.numel() and not (int(row.min()) >= 0 and int(row.max()) < bound):
            raise RuntimeError(
                f"found an index outside dimension {dim} of size {bound}: from {int(row.min())} to {int(row.max())}"
            )
    return SparseTensor(positions, elements, size, bool(is_coalesced))


def _stacked(rows: Sequence[Tensor]) -> Tensor:
    from .functions import stack

    return stack(list(rows))
