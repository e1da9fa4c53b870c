"""The raw namespace of a backend: the standard's functions at full speed, and our operations beside them.

What the array standard names comes from the backend's own namespace; every other name is one of our operations,
as the backend's kernel or in its generic form. So a forward or a rule may call ``xp.scatter_add(...)`` on any
array library.
"""

from __future__ import annotations

import functools
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from ..backends.kernels import find_kernel, with_registered
from ..dtypes import ALL
from ..errors import MissingFunctionError
from ..ops import registry
from ..sequences import as_tuple
from .standard import EXTENSIONS, STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..backends import Backend

_MISSING = object()  # None is a value: `newaxis`


class RawNamespace:
    """A backend's arrays, with the standard's functions and our operations.

    Parameters
    ----------
    backend
        Whose namespace and kernels are used.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def __getattr__(self, name: str) -> Any:
        if name in EXTENSIONS:
            self.__dict__[name] = found = Extension(self.backend, name)
            return found
        if name in STANDARD or name in ALL:  # a dtype beyond the standard's is the backend's own, too
            found = getattr(self.backend.namespace, name, _MISSING)
            if found is _MISSING:
                raise MissingFunctionError(name, self.backend.name, self.backend.cure(name))
            if callable(found) and name not in ALL:
                found = with_registered(self.backend, name, found)
        else:
            function = registry.find(name)
            if function is None:
                raise AttributeError(f"neither the array standard nor Deep Learner has a function {name!r}")
            found = find_kernel(self.backend, name, _bind(function.operation.forward, self))
        if self.backend.placed is not None and callable(found) and name not in ALL:
            found = placed_function(found, self.backend)
        self.__dict__[name] = found
        return found

    def __repr__(self) -> str:
        return f"<namespace of backend {self.backend.name!r}>"


class Extension:
    """One of the standard's extensions, such as ``xp.linalg``, of a backend's namespace.

    Parameters
    ----------
    backend
        Whose namespace it is.
    name
        ``"linalg"`` or ``"fft"``.
    """

    def __init__(self, backend: Backend, name: str) -> None:
        self._backend = backend
        self._name = name

    def __getattr__(self, name: str) -> Any:
        backend = self._backend
        found = getattr(getattr(backend.namespace, self._name, None), name, None)
        if found is None:
            function = f"{self._name}.{name}"
            raise MissingFunctionError(function, backend.name, backend.cure(function))
        if backend.placed is not None:
            found = placed_function(found, backend)
        self.__dict__[name] = found
        return found

    def __repr__(self) -> str:
        return f"<{self._name} of backend {self._backend.name!r}>"


def namespace_of(backend: Backend) -> RawNamespace:
    """The raw namespace of a backend, made once."""
    if backend.extended is None:
        backend.extended = RawNamespace(backend)
    return backend.extended


def placed_function(function: Callable[..., Any], backend: Backend) -> Callable[..., Any]:
    """A function that computes where its arrays are, for libraries that compute on their current device.

    Arrays on several devices are refused with a RuntimeError.
    """
    kinds = backend.array_types

    @functools.wraps(function, updated=())
    def placed(*args: Any, **kwargs: Any) -> Any:
        given = (item for value in (*args, *kwargs.values()) for item in as_tuple(value))
        arrays = [item for item in given if isinstance(item, kinds)]
        if not arrays:
            return function(*args, **kwargs)
        if len({backend.device_of(array) for array in arrays}) > 1:
            raise RuntimeError("the arrays are on several devices")
        with computing_at(backend, arrays[0]):
            return function(*args, **kwargs)

    return placed


def computing_at(backend: Backend, array: Any) -> AbstractContextManager[Any]:
    """A context in which the backend computes on an array's device."""
    return nullcontext() if backend.placed is None else backend.placed(array)


def _bind(forward: Any, namespace: RawNamespace) -> Any:
    def bound(*args: Any, **kwargs: Any) -> Any:
        return forward(namespace, *args, **kwargs)

    return bound


class _Namespaces(dict[type, RawNamespace]):
    """The namespace of each array type, found once."""

    def __missing__(self, kind: type) -> RawNamespace:
        from .. import backends

        self[kind] = namespace = namespace_of(backends.for_type(kind))
        if not namespace.backend.shares_memory:
            UNSHARED.add(kind)
        return namespace


class _Types(dict[type, frozenset[Any]]):
    """For each array type some dtypes of the library, as its arrays carry them."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def __missing__(self, kind: type) -> frozenset[Any]:
        backend = NAMESPACES[kind].backend
        namespace = backend.namespace
        dtypes = [getattr(namespace, name) for name in self.names if hasattr(namespace, name)]
        # Where it can be had, an array whose values come from nowhere: a copy from the host cannot be captured.
        if hasattr(namespace, "empty"):
            found = [namespace.empty((0,), dtype=dtype).dtype for dtype in dtypes]
        else:
            found = [backend.asarray([0], dtype=dtype).dtype for dtype in dtypes]
        self[kind] = types = frozenset(found)
        return types


UNSHARED: set[type] = set()  # array types whose views are copies
NAMESPACES = _Namespaces()
REAL_TYPES = _Types("float32", "float64")
INTEGER_TYPES = _Types("int64")


def forget() -> None:
    """Find backends anew for every type of array, and their kernels for every operation."""
    NAMESPACES.clear()
    REAL_TYPES.clear()
    INTEGER_TYPES.clear()
    UNSHARED.clear()
    for function in registry.OPERATIONS.values():
        function.operation.implementations.clear()
        function.operation.direct.clear()
