"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...ops.joining import concat
from ...tensor import Tensor

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def _at_one_place(parameters: Iterable[Tensor]) -> list[Tensor]:
    given = list(parameters)
    places = {(each.backend, each.device) for each in given}
    if len(places) > 1:
        raise TypeError(
            "Found two parameters on different devices, this is currently not supported: "
            f"{', '.join(sorted(f'{device!r} of {backend}' for backend, device in places))}"
        )
    return given


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all parameters one after another, (n,), joined to the graph.

    Raises
    ------
    TypeError
        If they are on several devices or of several backends.
    """
    return concat([each.reshape(-1) for each in _at_one_place(parameters)])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters be views of a vector, (n,), which has their elements one after another.

    Raises
    ------
    TypeError
        If `vec` is no Tensor, or the parameters are on several devices or of several backends.
    """
    given: Any = vec
    if not isinstance(given, Tensor):
        raise TypeError(f"expected deep_learner.Tensor, but got: {type(given).__name__}")
    start = 0
    for each in _at_one_place(parameters):
        end = start + each.numel()
        each.data = vec[start:end].reshape(each.shape).data
        start = end
