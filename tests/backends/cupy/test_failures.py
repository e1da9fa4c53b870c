"""CUDA's errors are told with what they mean and what to do."""

from __future__ import annotations

import pytest

pytest.importorskip("deep_learner_cupy", reason="the CuPy backend is not installed")

from deep_learner_cupy import failures


class CUDARuntimeError(RuntimeError):
    """An error as CuPy raises it: with CUDA's number."""

    def __init__(self, status: int) -> None:
        super().__init__(f"cudaError {status}")
        self.status = status


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (3, "must use the 'spawn' start method"),
        (35, "driver is too old for this CuPy; update it"),
        (700, "illegal memory access was encountered.*CUDA_LAUNCH_BLOCKING=1.*start it anew"),
        (719, "a kernel that failed"),
        (900, "cannot be captured into a graph"),
    ],
)
def test_a_number_is_told_in_words(status, told):
    error = CUDARuntimeError(status)
    explained = failures.explained(error)
    assert isinstance(explained, RuntimeError)
    with pytest.raises(RuntimeError, match=told):
        raise explained
    assert str(error) in str(explained)


def test_running_out_of_memory_is_a_memory_error():
    assert isinstance(failures.explained(CUDARuntimeError(2)), MemoryError)


def test_other_errors_stay_what_they_are():
    class CUBLASError(RuntimeError):
        status = 3  # counts otherwise than CUDA

    for error in (ValueError("x"), CUDARuntimeError(1), CUBLASError("y"), NotImplementedError("z")):
        assert failures.explained(error) is error


def test_a_library_that_cannot_be_captured_is_told_with_the_cure():
    error = NotImplementedError("calling cuSOLVER API during stream capture is currently unsupported")
    assert "cannot be captured into a graph" in str(failures.explained(error))
