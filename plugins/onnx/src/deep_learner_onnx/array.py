"""Symbolic arrays: values of a graph that is being built, or NumPy arrays that do not depend on its inputs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np
import numpy.typing as npt

from deep_learner.device import Device
from deep_learner.namespaces.operators import give_operators
from deep_learner_onnx.errors import ExportError
from deep_learner_onnx.graph import Graph
from deep_learner_onnx.sizes import DynamicSize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deep_learner.typing import Shape

__all__ = ["SymbolicArray", "depends", "graph_of", "known"]

CPU = Device("cpu")


class SymbolicArray:
    """An array of a graph.

    Parameters
    ----------
    graph
        Where it is computed; None where it does not depend on the inputs.
    value
        Its name there; for a known array the name that it shall have, or nothing.
    shape
        Sizes, of which some may be dynamic.
    dtype
        NumPy's.
    array
        The values, where they do not depend on the inputs.
    """

    __slots__ = ("__weakref__", "array", "dtype", "graph", "shape", "value")
    __array_ufunc__ = None
    __array_priority__ = 1000

    own_backend: ClassVar[Any] = None  # set by the module of the backend

    def __init__(
        self,
        graph: Graph | None,
        value: str,
        shape: Shape,
        dtype: npt.DTypeLike,
        array: npt.NDArray[Any] | None = None,
    ) -> None:
        self.graph = graph
        self.value = value
        self.shape = tuple(shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.array = array

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    @property
    def device(self) -> Device:
        """The CPU: a graph is computed wherever it is run."""
        return CPU

    @property
    def T(self) -> Any:  # noqa: N802
        """The array with its dimensions reversed."""
        return self._function("permute_dims")(self, tuple(reversed(range(self.ndim))))

    @property
    def mT(self) -> Any:  # noqa: N802
        """The array with its last two dimensions exchanged."""
        return self._function("matrix_transpose")(self)

    def to_device(self, device: Any, /, *, stream: Any = None) -> SymbolicArray:
        """The array itself."""
        return self

    def _function(self, name: str) -> Callable[..., Any]:
        return getattr(self.own_backend.namespace, name)

    def __getitem__(self, key: Any) -> Any:
        return self._function("getitem")(self, key)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._function("unstack")(self))

    def values(self, asked: str = "") -> npt.NDArray[Any]:
        """The values.

        Raises
        ------
        ExportError
            If they depend on the inputs.
        """
        if self.array is None:
            _refuse(asked)
        return self.array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.values("numpy() or tolist()"), dtype=dtype, copy=copy)

    def __bool__(self) -> bool:
        return bool(self.values("bool()"))

    def __int__(self) -> int:
        return int(self.values("int() or item()"))

    def __float__(self) -> float:
        return float(self.values("float() or item()"))

    def __complex__(self) -> complex:
        return complex(self.values("complex()"))

    def __index__(self) -> int:
        return int(self.values("use as a position or size"))

    def __repr__(self) -> str:
        sizes = ", ".join(f"{size}?" if isinstance(size, DynamicSize) else str(size) for size in self.shape)
        return f"SymbolicArray({self.value or 'known'}: {self.dtype}[{sizes}])"


def _refuse(asked: str) -> NoReturn:
    raise ExportError(
        f"{asked} asks for the values of a tensor that depends on the model's inputs, but an ONNX graph does not "
        "branch on them; write it with operations on tensors, such as where()"
    )


def known(array: Any, label: str = "") -> SymbolicArray:
    """A symbolic array of values that do not depend on the inputs."""
    array = np.asarray(array)
    return SymbolicArray(None, label, array.shape, array.dtype, array)


def depends(*things: Any) -> bool:
    """Whether something among arguments depends on the inputs: an array, or a size."""
    return graph_of(*things) is not None


def graph_of(*things: Any) -> Graph | None:
    """The graph that something among arguments belongs to."""
    for thing in things:
        if isinstance(thing, SymbolicArray | DynamicSize):
            found = thing.graph
        elif isinstance(thing, tuple | list):
            found = graph_of(*thing)
        elif isinstance(thing, slice):
            found = graph_of(thing.start, thing.stop, thing.step)
        else:
            continue
        if found is not None:
            return found
    return None


give_operators(SymbolicArray)
