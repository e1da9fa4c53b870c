"""What a tensor is, asked by functions."""

from __future__ import annotations

from ..tensor import Tensor


def numel(input: Tensor) -> int:
    """The number of elements."""
    return input.numel()


def is_complex(input: Tensor) -> bool:
    """Whether the elements are complex numbers."""
    return input.is_complex()


def is_floating_point(input: Tensor) -> bool:
    """Whether the elements are real floating-point numbers."""
    return input.is_floating_point()


def is_signed(input: Tensor) -> bool:
    """Whether the dtype holds negative numbers."""
    return input.dtype.is_signed


def is_nonzero(input: Tensor) -> bool:
    """Whether the only element is not 0.

    Raises
    ------
    RuntimeError
        If there is not exactly one.
    """
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether two tensors have the same shape."""
    return input.shape == other.shape


def is_inference(input: Tensor) -> bool:
    """Whether the tensor can never take part in a graph: always False."""
    return input.is_inference()


def get_device(input: Tensor) -> int:
    """The number of the tensor's device; -1 for the CPU."""
    return -1 if input.device.type == "cpu" else input.device.index or 0


def detach(input: Tensor) -> Tensor:
    """The same memory outside the graph."""
    return input.detach()
