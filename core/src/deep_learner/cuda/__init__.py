"""PyTorch's ``torch.cuda``: the devices of type ``cuda``, of whatever installed backend serves them.

Everything here is said by that backend's :class:`deep_learner.backends.Accelerator`; nothing is looked for at import.
"""

from __future__ import annotations

from ..errors import OutOfMemoryError
from ..type_names import KINDS, TensorType, tensor_type
from . import amp
from .devices import (
    current_device,
    device,
    device_count,
    get_device_capability,
    get_device_name,
    get_device_properties,
    init,
    is_available,
    is_bf16_supported,
    is_initialized,
    set_device,
    synchronize,
)
from .graphs import (
    CUDAGraph,
    graph,
    graph_pool_handle,
    is_current_stream_capturing,
    make_graphed_callables,
)
from .memory import (
    empty_cache,
    max_memory_allocated,
    mem_get_info,
    memory_allocated,
    memory_reserved,
    memory_summary,
    reset_peak_memory_stats,
)
from .seeds import initial_seed, manual_seed, manual_seed_all, seed, seed_all
from .streams import Event, ExternalStream, Stream, current_stream, default_stream, set_stream, stream

__all__ = [
    "CUDAGraph",
    "Event",
    "ExternalStream",
    "OutOfMemoryError",
    "Stream",
    "amp",
    "current_device",
    "current_stream",
    "default_stream",
    "device",
    "device_count",
    "empty_cache",
    "get_device_capability",
    "get_device_name",
    "get_device_properties",
    "graph",
    "graph_pool_handle",
    "init",
    "initial_seed",
    "is_available",
    "is_bf16_supported",
    "is_current_stream_capturing",
    "is_initialized",
    "make_graphed_callables",
    "manual_seed",
    "manual_seed_all",
    "max_memory_allocated",
    "mem_get_info",
    "memory_allocated",
    "memory_reserved",
    "memory_summary",
    "reset_peak_memory_stats",
    "seed",
    "seed_all",
    "set_device",
    "set_stream",
    "stream",
    "synchronize",
]


def __getattr__(name: str) -> TensorType:
    """PyTorch's types of tensors by their dtype, such as ``FloatTensor``."""
    kind = name.removesuffix("Tensor")
    if kind != name and kind in KINDS:
        return tensor_type(kind, "cuda")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
