"""Dask as a backend: an operation notes what is to be computed, and reading a value computes it, chunk by chunk."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dask
import dask.array
import numpy as np

import deep_learner as dl
from acme_dask_arrays import namespace
from deep_learner.backends import Backend
from deep_learner.optim.optimizer import register_optimizer_step_post_hook

if TYPE_CHECKING:
    from deep_learner.device import Device
    from deep_learner.optim import Optimizer
    from deep_learner.typing import Array, Namespace

__all__ = ["DaskBackend", "persist"]

# Infinities and NaN are values, as in PyTorch: NumPy's warnings about them in Dask's tasks are not passed on.
warnings.filterwarnings("ignore", category=RuntimeWarning, module="dask")

# The standard's attributes that Dask's arrays do not have.
if not hasattr(dask.array.Array, "device"):
    dask.array.Array.device = "cpu"
if not hasattr(dask.array.Array, "mT"):
    dask.array.Array.mT = property(namespace.matrix_transpose)

# By identity: what was written, buffers among it, which no optimizer knows.
_written: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


class DaskBackend(Backend):
    """Dask's arrays: lazy, in chunks, computed by NumPy on all cores, or by the scheduler that Dask is told."""

    name = "dask"
    namespace = namespace
    array_types = (dask.array.Array,)
    shares_memory = False

    def __init__(self) -> None:
        register_optimizer_step_post_hook(_persist_step)

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        if device is not None:
            self.native_device(device)
        if isinstance(data, dask.array.Array):
            return namespace.asarray(data, dtype=dtype, copy=copy)
        if copy is False:
            raise ValueError(f"cannot share the memory of a {type(data).__name__}: leave out copy=False")
        return namespace.of_numpy(np.array(data, dtype=dtype))

    def to_numpy(self, array: Array) -> Any:
        return np.asarray(array.compute())

    def write(self, array: Array, index: Any, value: Any) -> Array:
        if index is ...:
            result = dask.array.broadcast_to(value, array.shape).astype(array.dtype)
        else:
            result = array.copy()
            result[index] = value
        _written[id(result)] = result
        return result

    def details(self) -> dict[str, str]:
        return {
            "library": f"Dask {dask.__version__}",
            "scheduler": str(dask.config.get("scheduler", "threads")),
        }


@dl.op(differentiable=False)
def persist(xp: Namespace, tensors: Sequence[Array]) -> tuple[Array, ...]:
    """Compute tensors now, together, and keep the values: what depends on them starts from there."""
    arrays = [*tensors, *list(_written.values())]
    for array, known in zip(arrays, dask.persist(*arrays), strict=True):
        array.dask, array._name = known.dask, known.name
    return tuple(tensors)


def _persist_step(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
    """Compute what a step has made; else the next would note all of it again, and the notes would only grow."""
    made = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    made += [value for state in optimizer.state.values() for value in state.values()]
    tensors = [one for one in made if isinstance(one, dl.Tensor) and one.backend == "dask"]
    if tensors:
        persist(tensors)
