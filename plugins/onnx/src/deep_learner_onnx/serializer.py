"""ONNX as a format of `save`, `load` and `open_file`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from deep_learner.serialization import Serializer
from deep_learner_onnx.export import export
from deep_learner_onnx.reading import OnnxFile

__all__ = ["Onnx"]

_FORMAT_VERSIONS = range(3, 33)
_NEXT_FIELDS = frozenset(b"\x12\x1a\x22\x28\x32\x3a\x42\x72")  # producer to opset_import


class Onnx(Serializer):
    """ONNX models: a module is exported, and the initializers of any file are read by name."""

    @staticmethod
    def recognises(head: bytes) -> bool:
        """The number of the format's version, and one of the fields that come after it."""
        return len(head) > 2 and head[0] == 8 and head[1] in _FORMAT_VERSIONS and head[2] in _NEXT_FIELDS

    def write(self, value: Any, file: BinaryIO, *, example_inputs: Any = None, **options: Any) -> None:
        """Export a module; the options are those of :func:`deep_learner.onnx.export`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.onnx"
            self.save_path(value, path, example_inputs=example_inputs, external_data=False, **options)
            file.write(path.read_bytes())

    def save_path(
        self, value: Any, path: str | os.PathLike[str], *, example_inputs: Any = None, **options: Any
    ) -> None:
        """Export a module to a path.

        Raises
        ------
        TypeError
            If the value cannot be called, or there is nothing to call it with.
        """
        if not callable(value):
            raise TypeError(
                f"an ONNX file holds what a model computes: give the model itself. Received: {type(value).__name__}"
            )
        if example_inputs is None:
            raise TypeError(
                "an ONNX file is written by running the model: save(model, path, example_inputs=...)"
            )
        export(value, example_inputs, path, **options)

    def read(self, file: BinaryIO) -> Any:
        """The initializers by name."""
        return dict(OnnxFile(file))

    def open(self, file: BinaryIO) -> OnnxFile:
        """The initializers, each read when it is asked for, and what the file says of the model."""
        return OnnxFile(file)
