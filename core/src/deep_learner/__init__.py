"""Deep Learner: PyTorch's API on any array library.

``import deep_learner as dl`` gives tensors, operations and differentiation; arrays come from a backend such as NumPy,
layers, optimizers and file formats from plugins. Nothing is chosen at import.
"""

from __future__ import annotations

import importlib
from builtins import bool as _bool
from math import e as _e
from math import inf as _inf
from math import nan as _nan
from math import pi as _pi
from typing import TYPE_CHECKING, Any

from . import functions as _functions
from .autograd import (
    enable_grad, inference_mode, is_grad_enabled, is_inference_mode_enabled, no_grad, set_grad_enabled,
)  # fmt: skip
from .backends import backend, set_default_device
from .backends import default_device as get_default_device
from .device import Device
from .dtypes import (
    DType, bfloat16, can_cast, complex32, complex64, complex128, float16, float32, float64, get_default_dtype, int8,
    int16, int32, int64, promote_types, set_default_dtype, uint8, uint16, uint32, uint64,
)  # fmt: skip
from .dtypes import bool_ as bool
from .functions import *  # noqa: F403
from .namespaces.tensor import finfo, iinfo, result_type
from .ops import topics as _topics  # noqa: F401 # pyright: ignore[reportUnusedImport]
from .ops.methods import attach
from .errors import OutOfMemoryError
from .ops.operation import op
from .plugins.markers import hookimpl
from .precision import get_float32_matmul_precision, set_float32_matmul_precision
from .random import (
    Generator, bernoulli, binomial, default_generator, fork_rng, get_rng_state, initial_seed, manual_seed, multinomial,
    normal, poisson, rand, rand_like, randint, randint_like, randn, randn_like, randperm, seed, set_rng_state,
)  # fmt: skip
from .size import Size
from .tensor import Tensor
from .threads import get_num_threads, set_num_threads

if TYPE_CHECKING:
    from . import (
        amp, autograd, config, cuda, distributions, fft, func, linalg, masked, nn, onnx, optim, profiler,
        random, serialization, signal, sparse, special, testing, utils,
    )  # fmt: skip
    from .amp import (
        autocast, autocast_decrement_nesting, autocast_increment_nesting, clear_autocast_cache, get_autocast_dtype,
        is_autocast_cache_enabled, is_autocast_enabled, set_autocast_cache_enabled, set_autocast_dtype,
        set_autocast_enabled,
    )  # fmt: skip
    from .compiler import compile
    from .printing import get_printoptions, set_printoptions
    from .serialization import load, save
    from .sparse import sparse_coo_tensor

half, float, double = float16, float32, float64
short, int, long = int16, int32, int64
chalf, cfloat, cdouble = complex32, complex64, complex128
device = Device
dtype = DType
inf = _inf
nan = _nan
pi = _pi
e = _e
newaxis = None
tensor = _functions.tensor  # the function, not the module

attach()

_LAZY_MODULES = frozenset({
    "amp", "autograd", "backends", "compiler", "config", "cuda", "distributions", "fft", "func", "linalg", "masked",
    "nn", "onnx", "optim", "plugins", "profiler", "random", "serialization", "signal", "sparse", "special", "testing",
    "utils",
})  # fmt: skip
_LAZY = {
    "compile": "compiler", "get_printoptions": "printing", "load": "serialization", "save": "serialization",
    "set_printoptions": "printing", "sparse_coo_tensor": "sparse",
} | dict.fromkeys((
    "autocast", "autocast_decrement_nesting", "autocast_increment_nesting", "clear_autocast_cache",
    "get_autocast_dtype", "is_autocast_cache_enabled", "is_autocast_enabled", "set_autocast_cache_enabled",
    "set_autocast_dtype", "set_autocast_enabled",
), "amp")  # fmt: skip

__all__ = [
    "DType", "Device", "Generator", "OutOfMemoryError", "Size", "Tensor", "amp", "autocast",
    "autocast_decrement_nesting", "autocast_increment_nesting", "autograd", "backend", "bernoulli", "bfloat16",
    "binomial", "bool", "can_cast", "cdouble", "cfloat", "chalf", "clear_autocast_cache", "compile", "complex128",
    "complex32", "complex64", "config", "cuda", "default_generator", "device", "distributions", "double", "dtype",
    "e", "enable_grad", "fft", "finfo", "float", "float16", "float32", "float64", "fork_rng", "func",
    "get_autocast_dtype", "get_default_device", "get_default_dtype", "get_float32_matmul_precision",
    "get_num_threads", "get_printoptions", "get_rng_state", "half", "hookimpl", "iinfo", "inf", "inference_mode",
    "initial_seed", "int", "int16", "int32", "int64", "int8", "is_autocast_cache_enabled", "is_autocast_enabled",
    "is_grad_enabled", "is_inference_mode_enabled", "is_tensor", "linalg", "load", "long", "manual_seed", "masked",
    "multinomial", "nan", "newaxis", "nn", "no_grad", "normal", "onnx", "op", "optim", "pi", "poisson", "profiler",
    "promote_types", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like", "random", "randperm",
    "result_type", "save", "seed", "serialization", "set_autocast_cache_enabled", "set_autocast_dtype",
    "set_autocast_enabled", "set_default_device", "set_default_dtype", "set_float32_matmul_precision",
    "set_grad_enabled", "set_num_threads", "set_printoptions", "set_rng_state", "short", "signal", "sparse",
    "sparse_coo_tensor", "special", "testing", "uint16", "uint32", "uint64", "uint8", "utils",
]  # fmt: skip
__all__ += _functions.__all__


def is_tensor(obj: object) -> _bool:
    """Whether ``obj`` is a Tensor."""
    return isinstance(obj, Tensor)


def __getattr__(name: str) -> Any:
    """The parts that not every program needs, imported when first used."""
    if name in _LAZY_MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name in _LAZY:
        return getattr(importlib.import_module(f".{_LAZY[name]}", __name__), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("deep-learner-core")
    if not name.startswith("_"):
        from .plugins import registry

        if name in registry.names("operations"):  # asked for only now: finding plugins takes time
            return registry.get("operations", name)
    raise AttributeError(f"module 'deep_learner' has no attribute {name!r}")


def __dir__() -> list[str]:
    from .plugins import registry

    return sorted({*__all__, *registry.names("operations")})
