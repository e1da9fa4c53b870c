"""``torch.types``: names for annotations."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO, TypeAlias

from ..device import Device as _TorchDevice
from ..dtypes import DType as _DType
from ..size import Size as _Size_type
from ..tensor import Tensor

__all__ = ["Device", "FileLike", "Number", "Storage"]


Number: TypeAlias = int | float | bool
Device: TypeAlias = _TorchDevice | str | int | None
FileLike: TypeAlias = "str | os.PathLike[str] | IO[bytes]"
_dtype: TypeAlias = _DType
_size: TypeAlias = _Size_type | list[int] | tuple[int, ...]
_TensorOrTensors: TypeAlias = Tensor | Sequence[Tensor]
Storage: TypeAlias = object
