"""Values for the contracts: drawn with Python's own generator, so that nobody's random stream moves."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ..nn import Module
    from ..typing import DTypeLike

__all__ = ["normal", "substituted"]


def normal(
    shape: Sequence[int], *, seed: int = 0, dtype: DTypeLike = None, requires_grad: bool = False
) -> Tensor:
    """A tensor of normally distributed values, the same for the same seed."""
    source = random.Random(f"{seed} {tuple(shape)}")

    def fill(sizes: Sequence[int]) -> Any:
        return [fill(sizes[1:]) for _ in range(sizes[0])] if sizes else source.gauss(0.0, 1.0)

    values = fill(shape)
    return Tensor(values, dtype="float32" if dtype is None else dtype, requires_grad=requires_grad).reshape(
        *shape
    )


@contextmanager
def substituted(module: Module, parameters: Mapping[str, Tensor]) -> Generator[None, None, None]:
    """Within the block, the module computes with these tensors in place of its parameters."""
    tables: list[tuple[dict[str, Any], str, Any]] = []
    for name, tensor in parameters.items():
        owner, _, own_name = name.rpartition(".")
        table: dict[str, Any] = vars(module.get_submodule(owner))["_parameters"]
        tables.append((table, own_name, table[own_name]))
        table[own_name] = tensor
    try:
        yield
    finally:
        for table, own_name, before in tables:
            table[own_name] = before
