"""How many threads NumPy computes in: those of the BLAS library behind its matrix products; all else takes one."""

from __future__ import annotations

from typing import Any


def _blas() -> list[Any]:
    """What sets the number of threads of each BLAS library in the process."""
    from threadpoolctl import ThreadpoolController

    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


def get_num_threads() -> int:
    """How many threads BLAS uses at most."""
    return max((library.num_threads for library in _blas()), default=1)


def set_num_threads(count: int) -> None:
    """Give BLAS so many threads."""
    for library in _blas():
        library.set_num_threads(count)
