"""NumPy as the reference: its main namespace, with the few keywords of the standard that it lacks."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ...backends import Backend
from ...namespaces.raw import RawNamespace

__all__ = ["Reference"]


class Reference(Backend):
    """NumPy without kernels of its own: every operation in its generic form.

    Parameters
    ----------
    numpy : module
    """

    name = "reference"

    def __init__(self, numpy: Any) -> None:
        self.numpy = numpy
        self.namespace = _Standard(numpy)
        self.array_types = (numpy.ndarray,)

    @cached_property
    def operations(self) -> RawNamespace:
        """The namespace with Deep Learner's operations beside the standard's functions."""
        return RawNamespace(self)


class _Standard:
    """NumPy's functions with the standard's signatures."""

    def __init__(self, numpy: Any) -> None:
        self._numpy = numpy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._numpy, name)

    def argsort(self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
        """Places in stable order; a descending order is the ascending one of the mirrored array, mirrored."""
        if not descending:
            return self._numpy.argsort(x, axis=axis, stable=True)
        mirrored = self._numpy.argsort(self._numpy.flip(x, axis=axis), axis=axis, stable=True)
        return x.shape[axis] - 1 - self._numpy.flip(mirrored, axis=axis)

    def sort(self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Any:
        """Values in order."""
        return self._numpy.take_along_axis(x, self.argsort(x, axis=axis, descending=descending), axis=axis)

    def take(self, x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
        """Rows along an axis."""
        return self._numpy.take(x, indices, axis=0 if axis is None else axis)

    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
        """An element of each lane for each index."""
        return self._numpy.take_along_axis(x, indices, axis)
