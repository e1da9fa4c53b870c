"""Switches of PyTorch's that programs set and ask for, and what they do here."""

from __future__ import annotations

import warnings
from typing import Any, Final

from .. import amp
from ..autograd import set_detect_anomaly
from ..cuda import is_available
from ..dtypes import DType
from ..storage import TypedStorage, UntypedStorage
from ..typing import DTypeLike

_MODES: Final = ("default", "warn", "error")
_mode = 0
_warn_always = False
_interop_threads = 1


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for the same results in every run.

    What a backend computes in main memory is the same in every run anyway. On a GPU, additions into one place by
    several threads at once are not; no other way of doing them is chosen, so that they are warned of here.

    Parameters
    ----------
    mode
        Whether to ask for it.
    warn_only
        PyTorch's: to warn where it raises an error.
    """
    global _mode
    _mode = 0 if not mode else 1 if warn_only else 2
    if mode and is_available():
        warnings.warn(
            "use_deterministic_algorithms: additions of many values into one place on a GPU (index_add, scatter_add, "
            "the gradients of embeddings) may differ in their last digits from run to run",
            stacklevel=2,
        )


def are_deterministic_algorithms_enabled() -> bool:
    """Whether the same results in every run were asked for."""
    return _mode > 0


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """Whether it was asked for with `warn_only`."""
    return _mode == 1


def get_deterministic_debug_mode() -> int:
    """0 where nothing was asked for, 1 with `warn_only`, else 2."""
    return _mode


def set_deterministic_debug_mode(debug_mode: int | str) -> None:
    """As :func:`use_deterministic_algorithms`, by a number from 0 to 2, ``"default"``, ``"warn"`` or ``"error"``.

    Raises
    ------
    TypeError
        If it is neither a number nor text.
    RuntimeError
        If it is none of these.
    """
    if not isinstance(debug_mode, int | str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    number = _MODES.index(debug_mode) if debug_mode in _MODES else debug_mode
    if number not in (0, 1, 2):
        raise RuntimeError(
            f"invalid value of debug_mode, expected 0, 1, 2 or one of {_MODES}, but got {debug_mode}"
        )
    use_deterministic_algorithms(number > 0, warn_only=number == 1)


def set_flush_denormal(mode: bool) -> bool:
    """Whether numbers smaller than the smallest normal one could be made 0 from now on: never here."""
    return False


def set_warn_always(b: bool) -> None:
    """Keep a setting of PyTorch's. Here warnings are Python's, and its filters say how often they are shown."""
    global _warn_always
    _warn_always = b


def is_warn_always_enabled() -> bool:
    """What was last given to :func:`set_warn_always`."""
    return _warn_always


def get_num_interop_threads() -> int:
    """How many operations may run at once: 1, unless told otherwise by :func:`set_num_interop_threads`."""
    return _interop_threads


def set_num_interop_threads(num: int) -> None:
    """Keep a setting of PyTorch's. Here a thread runs one operation after the other.

    Raises
    ------
    RuntimeError
        If it is less than 1.
    """
    global _interop_threads
    if num < 1:
        raise RuntimeError(f"Expected positive number of threads, but got {num}")
    _interop_threads = num


def is_storage(obj: Any) -> bool:
    """Whether ``obj`` is a storage, of bytes or of a dtype."""
    return isinstance(obj, TypedStorage | UntypedStorage)


def is_anomaly_check_nan_enabled() -> bool:
    """Whether anomaly mode looks for NaN where it is on."""
    return set_detect_anomaly.check_nan


def set_anomaly_enabled(mode: bool, check_nan: bool = True) -> None:
    """Switch anomaly mode on or off."""
    set_detect_anomaly(mode, check_nan)


def is_autocast_cpu_enabled() -> bool:
    """As ``is_autocast_enabled("cpu")``."""
    return amp.is_autocast_enabled("cpu")


def set_autocast_cpu_enabled(enabled: bool) -> None:
    """As ``set_autocast_enabled("cpu", enabled)``."""
    amp.set_autocast_enabled("cpu", enabled)


def get_autocast_cpu_dtype() -> DType:
    """As ``get_autocast_dtype("cpu")``."""
    return amp.get_autocast_dtype("cpu")


def get_autocast_gpu_dtype() -> DType:
    """As ``get_autocast_dtype("cuda")``."""
    return amp.get_autocast_dtype("cuda")


def set_autocast_cpu_dtype(dtype: DTypeLike) -> None:
    """As ``set_autocast_dtype("cpu", dtype)``."""
    amp.set_autocast_dtype("cpu", dtype)


def set_autocast_gpu_dtype(dtype: DTypeLike) -> None:
    """As ``set_autocast_dtype("cuda", dtype)``."""
    amp.set_autocast_dtype("cuda", dtype)
