"""The table of operation cases: what each is called with, and what it must give."""

from __future__ import annotations

import importlib
import pkgutil
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Spec:
    """An array to be made: its shape and how its elements are drawn."""

    shape: tuple[int, ...]
    kind: str
    low: float = -2
    high: float = 2
    dtype: str = "float64"
    away: tuple[float, ...] = ()
    distinct: bool = False

    def make(self, generator: np.random.Generator) -> np.ndarray:
        """Draw the elements."""
        if self.kind == "bools":
            return np.asarray(generator.random(self.shape) < 0.5)
        if self.kind == "ints":
            return np.asarray(generator.integers(int(self.low), int(self.high), self.shape, dtype=np.int64))
        if self.distinct:
            count = int(np.prod(self.shape))
            steps = (generator.permutation(count) + 0.5) / max(count, 1)
            values = self.low + (self.high - self.low) * steps.reshape(self.shape)
        else:
            values = generator.uniform(self.low, self.high, self.shape)
        for point in self.away:
            near = np.abs(values - point) < 0.1
            values = np.where(near, point + np.where(values < point, -0.1, 0.1) + (values - point), values)
        if self.dtype.startswith("complex"):
            values = values + 1j * generator.uniform(self.low, self.high, self.shape)
        return np.asarray(values, dtype=self.dtype)


def arr(*shape: int, **options: Any) -> Spec:
    """Random floats in [low, high), at least 0.1 away from the points ``away``; well apart if ``distinct``."""
    return Spec(shape, "floats", **options)


def ints(*shape: int, low: int = 0, high: int = 5) -> Spec:
    """Random integers in [low, high), int64."""
    return Spec(shape, "ints", low, high)


def bools(*shape: int) -> Spec:
    """Random booleans."""
    return Spec(shape, "bools")


class S:
    """One call: positional and named arguments, with specs in place of arrays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        self.kwargs = kwargs

    def make(self, generator: np.random.Generator) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call with NumPy arrays."""
        args = tuple(_made(value, generator) for value in self.args)
        return args, {name: _made(value, generator) for name, value in self.kwargs.items()}


def _made(value: Any, generator: np.random.Generator) -> Any:
    if isinstance(value, Spec):
        return value.make(generator)
    if isinstance(value, list) and any(isinstance(item, Spec) for item in value):
        return [_made(item, generator) for item in value]
    return value


@dataclass(frozen=True)
class Case:
    """One operation.

    ``reference`` takes the same arguments as NumPy arrays; ``gradgrad`` False leaves out second derivatives. A
    case that is ``kernel_only`` runs where the backend has a kernel for it.
    """

    op: str
    samples: Sequence[S]
    reference: Callable[..., Any] | None
    differentiable: bool = True
    gradgrad: bool = True
    kernel_only: bool = False
    dtypes: tuple[str, ...] = ("float64", "float32")

    def calls(self) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        """All samples with arrays, always the same ones."""
        generator = np.random.default_rng(zlib.crc32(self.op.encode()))
        return [sample.make(generator) for sample in self.samples]


@cache
def all_cases() -> tuple[Case, ...]:
    """The cases of all topics; those of a plugin's operations only where it is installed."""
    from tests.ops import cases

    found: list[Case] = []
    for module in pkgutil.iter_modules(cases.__path__):
        try:
            found += importlib.import_module(f"tests.ops.cases.{module.name}").CASES
        except ModuleNotFoundError as error:
            if not (error.name or "").startswith("deep_learner_"):
                raise
    return tuple(found)
