"""What a file holds, without a model: names, shapes, dtypes, sizes and the values between them."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

from deep_learner.serialization import TensorInfo, open_file
from deep_learner_trainer.tensor_files import found

__all__ = ["FileInfo", "describe"]


@dataclasses.dataclass(frozen=True)
class FileInfo:
    """The tensors of a file, and its other values by dotted path.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        The serializer that reads it.
    tensors : list of TensorInfo
        Name, shape, dtype and size in bytes, in the file's order.
    metadata : dict
        The other values.
    """

    path: Path
    format: str
    tensors: list[TensorInfo]
    metadata: dict[str, Any]

    @property
    def elements(self) -> int:
        """The number of elements of all tensors."""
        return sum(math.prod(tensor.shape) for tensor in self.tensors)

    @property
    def nbytes(self) -> int:
        """The bytes of all tensors."""
        return sum(tensor.nbytes for tensor in self.tensors)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "file": str(self.path),
            "format": self.format,
            "tensors": [tensor._asdict() for tensor in self.tensors],
            "totals": {"tensors": len(self.tensors), "elements": self.elements, "nbytes": self.nbytes},
            "metadata": self.metadata,
        }


def describe(path: str | Path, format: str | None = None) -> FileInfo:
    """Looks into any file that `deep_learner.serialization.open_file` opens; its tensors are not read.

    Parameters
    ----------
    path : str or Path
        The file, or a folder with one.
    format : str, optional
        The serializer to read it; by default the one that the content tells.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SerializationError
        If it is damaged or in no known format.
    """
    path = found(Path(path))
    with open_file(path, "cpu", format=format) as file:
        return FileInfo(path, str(file.format).rpartition(":")[2], list(file.tensors.values()), file.metadata)
