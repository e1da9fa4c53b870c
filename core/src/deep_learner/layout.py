"""How tensors are kept: names that PyTorch's programs pass and compare. Here all but sparse tensors are strided."""

from __future__ import annotations

from enum import Enum

__all__ = ["layout", "memory_format"]


class _Name(Enum):
    def __repr__(self) -> str:
        return f"torch.{self.value}"

    __str__ = __repr__


class layout(_Name):
    """What stands in memory: every element (`strided`), or those that are not zero and where they stand."""

    STRIDED = "strided"
    SPARSE_COO = "sparse_coo"
    SPARSE_CSR = "sparse_csr"
    SPARSE_CSC = "sparse_csc"
    SPARSE_BSR = "sparse_bsr"
    SPARSE_BSC = "sparse_bsc"


class memory_format(_Name):
    """In which order elements stand in memory: accepted everywhere; the backend decides."""

    CONTIGUOUS = "contiguous_format"
    PRESERVE = "preserve_format"
    CHANNELS_LAST = "channels_last"
    CHANNELS_LAST_3D = "channels_last_3d"


globals().update({member.value: member for kind in (layout, memory_format) for member in kind})
