"""Doing the same on every backend that works here, as a line of configuration would have it done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .. import backends
from ..errors import MissingFunctionError
from ..tensor import Tensor

__all__ = ["here", "on_every_backend"]


def on_every_backend(run: Callable[[], list[Tensor]]) -> Iterator[tuple[str, list[Tensor]]]:
    """What a function gives with each installed backend as the current one, by the backend's name.

    A backend whose namespace lacks a function that is needed is left out: it runs what it can.
    """
    for one in backends.available():
        with backends.backend(one.name):
            try:
                results = run()
            except MissingFunctionError:
                continue
        for result in results:
            assert result.backend == one.name, f"configured for {one.name}, the result is of {result.backend}"
        yield one.name, results


def here(value: Any) -> Any:
    """A tensor made anew with the current backend; another value as it is."""
    if not isinstance(value, Tensor):
        return value
    made = Tensor(value.detach().tolist(), dtype=value.dtype).reshape(*value.shape)
    return made.requires_grad_() if value.requires_grad else made
