"""What is raised when a model cannot be exported."""

from __future__ import annotations

__all__ = ["ExportError"]


class ExportError(RuntimeError):
    """A model does something that an ONNX graph cannot say; the message names the layer, and what to do."""
