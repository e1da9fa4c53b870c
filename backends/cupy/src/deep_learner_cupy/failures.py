"""What CUDA's errors mean, and what to do about them."""

from __future__ import annotations

from deep_learner_cupy import fork

_OUT_OF_MEMORY, _NOT_INITIALIZED, _INSUFFICIENT_DRIVER = 2, 3, 35  # of cudaError_t
_CAPTURE = range(900, 909)
# After these every further call in the process fails.
_STICKY = {
    700: "an illegal memory access",
    710: "an assertion that failed in a kernel",
    714: "a hardware stack error",
    715: "an illegal instruction",
    716: "a misaligned address",
    717: "an invalid address space",
    718: "an invalid program counter",
    719: "a kernel that failed",
}


def explained(error: Exception) -> Exception:
    """The error to raise in place of one that CuPy raised: the same, or one that says what to do."""
    if isinstance(error, NotImplementedError) and "capture" in str(error):
        return RuntimeError(f"this cannot be captured into a graph: {error}. {CAPTURE_CURE}")
    status = getattr(error, "status", None)
    if not isinstance(status, int) or not isinstance(error, RuntimeError):
        return error
    if not type(error).__name__.startswith("CUDA"):  # of cuBLAS and others, who count otherwise
        return error
    if fork.is_forked():
        return RuntimeError(fork.MESSAGE)
    if status == _OUT_OF_MEMORY:
        return MemoryError(str(error))
    if status == _NOT_INITIALIZED:
        return RuntimeError(f"CUDA could not start in this process. {fork.MESSAGE}. CUDA says: {error}")
    if status == _INSUFFICIENT_DRIVER:
        return RuntimeError(f"the NVIDIA driver is too old for this CuPy; update it. CUDA says: {error}")
    if status in _CAPTURE:
        return RuntimeError(f"this cannot be captured into a graph. {CAPTURE_CURE} CUDA says: {error}")
    if status in _STICKY:
        return RuntimeError(
            f"CUDA error: {_STICKY[status]} was encountered. It happened in this operation or, as the GPU works in "
            "the background, in one before it; run with CUDA_LAUNCH_BLOCKING=1 to see which. CUDA cannot be used any "
            f"more in this process: start it anew. CUDA says: {error}"
        )
    return error


CAPTURE_CURE = (
    "Within a capture the GPU is only told what to do later: values can be neither read nor come from the host. Make "
    "tensors, draw random numbers and read values before or after it, and copy new values into the same tensors with "
    "copy_() before each replay."
)
