"""The support library: it is built once, loaded once, and told about Python's objects and NumPy's BLAS."""

from __future__ import annotations

import ctypes
import functools
import os
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from deep_learner_c.compiler import CannotBuildError, build

__all__ = ["Blas", "blas", "load", "support"]

_FILES = ("pool.c", "objects.c", "products.c")
# What distributions call BLAS's functions: before and after the name.
_NAMES = (("scipy_", "64_"), ("", "64_"), ("scipy_", ""), ("", ""))


class Blas(NamedTuple):
    """The addresses of a library's functions; 0 where it has none."""

    single: int
    twofold: int
    wide: bool
    get_threads: int
    set_threads: int


@functools.cache
def support() -> ctypes.CDLL:
    """The library, ready for use.

    Raises
    ------
    CannotBuildError
        If it cannot be built, or Python's objects are not as it expects.
    """
    folder = files("deep_learner_c") / "support"
    path = build("support", {name: (folder / name).read_text(encoding="utf-8") for name in _FILES})
    library = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    head = object.__basicsize__
    library.dl_objects(
        ctypes.c_long(head),
        ctypes.c_long(tuple.__basicsize__),
        ctypes.c_void_p(id(np.ndarray)),
        ctypes.c_void_p(id(float)),
    )
    _check(library)
    found = blas()
    if found is not None:
        pointers = [ctypes.c_void_p(address) for address in (found.get_threads, found.set_threads)]
        library.dl_blas(
            ctypes.c_void_p(found.single), ctypes.c_void_p(found.twofold), int(found.wide), *pointers
        )
    library.dl_threads(
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    return library


def load(source: str) -> ctypes.CDLL:
    """The library of a step's source.

    Raises
    ------
    CannotBuildError
        If it cannot be built.
    """
    support()
    try:
        return ctypes.CDLL(str(build("step", {"step.c": source}, undefined=True)))
    except OSError:  # somebody has cleared the cache
        return ctypes.CDLL(str(build("step", {"step.c": source}, undefined=True)))


class _Argument(ctypes.Structure):
    _fields_ = (
        ("item", ctypes.c_int),
        ("place", ctypes.c_int),
        ("rank", ctypes.c_int),
        ("written", ctypes.c_int),
        ("strides", ctypes.c_void_p),
    )


def _check(library: ctypes.CDLL) -> None:
    """Compare what the library reads from objects with what they say of themselves."""
    array = np.zeros((4, 6), np.float32)[::2, 1:]
    frozen = array.copy()
    frozen.flags.writeable = False
    things: Any = (1.5, array, frozen)
    strides = (ctypes.c_long * 2)(*array.strides)
    address = ctypes.addressof(strides)
    places = (ctypes.c_void_p * 3)()

    def read(*arguments: tuple[int, int, int, int, int | None]) -> int:
        given = (_Argument * len(arguments))(*(_Argument(*one) for one in arguments))
        return library.dl_arguments(ctypes.py_object(things), given, len(arguments), places)

    agrees = read((0, 0, -1, 0, None), (1, 1, 2, 1, address)) == 0 and (
        ctypes.c_double.from_address(places[0] or 0).value == 1.5 and places[1] == array.ctypes.data
    )
    refused = [(0, 0, 2, 0, address), (1, 0, 1, 0, address), (1, 0, -1, 0, None), (2, 0, 2, 0, address)]
    strides_of_frozen = (ctypes.c_long * 2)(*frozen.strides)
    refused.append((2, 0, 2, 1, ctypes.addressof(strides_of_frozen)))
    if not agrees or any(read(one) == 0 for one in refused):
        raise CannotBuildError(
            "this Python or NumPy keeps its objects in another form than the executor 'c' knows"
        )


@functools.cache
def blas() -> Blas | None:
    """The functions of the BLAS library that NumPy has loaded; None if none is found."""
    for path in _paths():
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for before, after in _NAMES:
            names = [f"{before}cblas_{kind}gemm{after}" for kind in "sd"]
            if all(hasattr(library, name) for name in names):
                wide = bool(after) or _has_wide_integers(library, before)
                threads = [f"{before}openblas_{verb}_num_threads{after}" for verb in ("get", "set")]
                single, twofold, get, set_ = (_address(library, one) for one in (*names, *threads))
                return Blas(single, twofold, wide, get, set_)
    return None


def _paths() -> list[str | None]:
    """Libraries that may be NumPy's BLAS: those it says it has loaded, and then the process as a whole."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return [*_beside_numpy(), None]
    loaded = ThreadpoolController().select(user_api="blas").lib_controllers
    ours = sorted(loaded, key=lambda one: "numpy" not in one.filepath)
    return [*(one.filepath for one in ours), *_beside_numpy(), None]


def _beside_numpy() -> list[str]:
    """The libraries that come with NumPy's wheel."""
    from pathlib import Path

    folder = Path(np.__file__).parent
    found = [*folder.with_name("numpy.libs").glob("*openblas*"), *folder.glob(".dylibs/*openblas*")]
    return [str(path) for path in found]


def _has_wide_integers(library: ctypes.CDLL, before: str) -> bool:
    """Whether OpenBLAS was built with integers of 64 bits, though its names do not say so."""
    try:
        configuration: Any = getattr(library, f"{before}openblas_get_config")
    except AttributeError:
        return False
    configuration.restype = ctypes.c_char_p
    return b"USE64BITINT" in configuration()


def _address(library: ctypes.CDLL, name: str) -> int:
    function = getattr(library, name, None)
    return 0 if function is None else ctypes.cast(function, ctypes.c_void_p).value or 0
