"""PyTorch's ``torch.backends.cuda``: the switch that lets float32 matrices be multiplied with less precision."""

from __future__ import annotations

from ..precision import get_float32_matmul_precision, set_float32_matmul_precision

__all__ = ["is_built", "matmul"]


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
