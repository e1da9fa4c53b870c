"""PyTorch's ``torch.backends.cuda``: the switch that lets float32 matrices be multiplied with less precision.

Its switches for implementations of attention are kept and change nothing: each backend has one, for all of them.
"""

from __future__ import annotations

from collections.abc import Callable

from ..precision import get_float32_matmul_precision, set_float32_matmul_precision

__all__ = [
    "cudnn_sdp_enabled", "enable_cudnn_sdp", "enable_flash_sdp", "enable_math_sdp", "enable_mem_efficient_sdp",
    "flash_sdp_enabled", "is_built", "math_sdp_enabled", "matmul", "mem_efficient_sdp_enabled",
]  # fmt: skip


class _Matmul:
    @property
    def allow_tf32(self) -> bool:
        """Whether float32 matrices may be multiplied in TF32; see `set_float32_matmul_precision`."""
        return get_float32_matmul_precision() != "highest"

    @allow_tf32.setter
    def allow_tf32(self, value: bool) -> None:
        set_float32_matmul_precision("high" if value else "highest")


matmul = _Matmul()


def is_built() -> bool:
    """Whether an installed backend serves CUDA devices, whether there is one or not."""
    from ..plugins import registry

    return any("cuda" in entry.metadata.get("device_types", ()) for entry in registry.entries("backends"))


def _switch(kind: str) -> tuple[Callable[[bool], None], Callable[[], bool]]:
    """The two functions of a switch: one sets it, one asks for it."""
    allowed = True

    def enable(enabled: bool) -> None:
        nonlocal allowed
        allowed = bool(enabled)

    def is_enabled() -> bool:
        return allowed

    enable.__doc__ = f"Allow PyTorch's {kind} attention, or not."
    is_enabled.__doc__ = f"Whether PyTorch's {kind} attention is allowed."
    return enable, is_enabled


enable_flash_sdp, flash_sdp_enabled = _switch("flash")
enable_mem_efficient_sdp, mem_efficient_sdp_enabled = _switch("memory-efficient")
enable_math_sdp, math_sdp_enabled = _switch("plain")
enable_cudnn_sdp, cudnn_sdp_enabled = _switch("cuDNN")
