"""What makes the host wait, or calls libraries that CuPy does not call while a stream is captured."""

from __future__ import annotations

from typing import Any

from tests.simulated_cupy import calls, capture, memory
from tests.simulated_cupy.names import CUBLAS, CUSOLVER, READING, SORTING


def before(name: str, operands: Any) -> None:
    """To be called before the function of this name: waits for the stream, or refuses to while it is captured."""
    if name in READING:
        memory.disallow("D2H transfers")
        memory.synchronize(None)
    elif name in SORTING:
        memory.synchronize(None)
    elif name in CUSOLVER:
        _refuse("cuSOLVER")
        memory.synchronize(None)
    elif name in CUBLAS and any(operand.dtype.kind in "fcV" for operand in calls.arrays_in(operands)):
        _refuse("cuBLAS")


def _refuse(library: str) -> None:
    if capture.capturing():
        raise NotImplementedError(f"calling {library} API during stream capture is currently unsupported")
