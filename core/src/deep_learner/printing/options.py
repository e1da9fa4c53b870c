"""What a user may choose about PyTorch's printed form of tensors: digits, the length of lines, what is left out."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import Any

__all__ = ["get_printoptions", "printoptions", "set_printoptions"]


@dataclass(frozen=True)
class Options:
    """What holds now; see :func:`set_printoptions`."""

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {"default": Options(), "short": Options(precision=2, edgeitems=2), "full": Options(threshold=inf)}
_current = Options()


def current() -> Options:
    """The options that hold now."""
    return _current


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Choose how tensors print in PyTorch's form; what is not given stays, except for ``sci_mode``.

    Parameters
    ----------
    precision
        Digits after the decimal point; 4 at first.
    threshold
        Tensors of more elements are shown in part; 1000 at first.
    edgeitems
        How many elements at the beginning and at the end of a dimension are shown then; 3 at first.
    linewidth
        How many characters a line may have; 80 at first.
    profile
        ``"default"``, ``"short"`` or ``"full"``: what to begin with in place of what holds now.
    sci_mode
        Whether to print powers of ten; by default where the numbers are of very different or of extreme sizes.
    """
    global _current
    given = {
        "precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth,
    }  # fmt: skip
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    base = _PROFILES.get(profile, _current) if profile else _current
    _current = replace(base, sci_mode=sci_mode, **changes)


def get_printoptions() -> dict[str, Any]:
    """The options that hold now, as :func:`set_printoptions` takes them."""
    return asdict(_current)


@contextmanager
def printoptions(**options: Any) -> Generator[None]:
    """A context with other options; arguments as of :func:`set_printoptions`."""
    global _current
    before = _current
    set_printoptions(**options)
    try:
        yield
    finally:
        _current = before
