"""How numbers print in PyTorch's form: one format for all numbers of a tensor, found by looking at them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from .options import Options

Text: TypeAlias = "Callable[[Any], str]"


def leaves(nested: Any) -> Iterator[Any]:
    """The numbers in nested lists."""
    if isinstance(nested, list):
        for item in nested:  # pyright: ignore[reportUnknownVariableType]
            yield from leaves(item)
    else:
        yield nested


def padded(text: Text, measured: Iterable[Any], least: int = 1) -> tuple[Text, int]:
    """A format that fills up to the width of the widest of some numbers, and that width."""
    width = max((len(text(value)) for value in measured), default=least)
    return lambda value: text(value).rjust(width), width


def exact_format(values: Iterable[Any], options: Options) -> tuple[Text, int]:
    """The format of integers and booleans, and its width."""
    return padded(str, values)


def real_format(values: Iterable[float], options: Options) -> tuple[Text, int]:
    """The format of floating-point numbers, and its width.

    Whole numbers end with a point. Powers of ten stand where the largest number is over 1e8 or more than 1000 times
    the smallest, or the smallest is under 1e-4; zeros, infinities and NaNs do not count, nor are they measured.
    """
    counted = [value for value in values if value and math.isfinite(value)]
    digits = options.precision
    if not counted:
        return padded(_whole, ())
    largest, smallest = max(map(abs, counted)), min(map(abs, counted))
    powers = options.sci_mode
    if powers is None:
        powers = largest / smallest > 1000.0 or largest > 1e8 or smallest < 1e-4
    if powers:
        return padded(lambda value: f"{value:.{digits}e}", counted)
    if all(value.is_integer() for value in counted):
        return padded(_whole, counted)
    return padded(lambda value: f"{value:.{digits}f}", counted)


def _whole(value: float) -> str:
    return f"{value:.0f}" + "." * math.isfinite(value)


def complex_format(values: Iterable[complex], options: Options) -> tuple[Text, int]:
    """The format of complex numbers, whose parts have a format each, and its width."""
    numbers = list(values)
    real, real_width = real_format((value.real for value in numbers), options)
    imaginary, imaginary_width = real_format((value.imag for value in numbers), options)

    def text(value: complex) -> str:
        second = imaginary(value.imag).lstrip()
        return f"{real(value.real)}{'' if second[0] == '-' else '+'}{second}j"

    return text, real_width + imaginary_width + 1
