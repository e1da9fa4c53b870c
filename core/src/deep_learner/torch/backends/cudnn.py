"""``torch.backends.cudnn``: a library that no backend here computes with; its switches are kept and change nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

__all__ = ["allow_tf32", "benchmark", "benchmark_limit", "deterministic", "enabled", "flags", "is_acceptable",
           "is_available", "version"]  # fmt: skip

enabled = True
benchmark = False
benchmark_limit: int | None = 10
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Whether the library is there: never."""
    return False


def version() -> int | None:
    """The library's version: there is none."""
    return None


def is_acceptable(tensor: object) -> bool:
    """Whether the library would take a tensor: never."""
    return False


@contextmanager
def flags(
    enabled: bool = False, benchmark: bool = False, benchmark_limit: int | None = 10, deterministic: bool = False,
    allow_tf32: bool = True, fp32_precision: str = "none",
) -> Generator[None, None, None]:  # fmt: skip
    """Other settings within a `with` block."""
    del fp32_precision
    names = globals()
    given = {
        "enabled": enabled, "benchmark": benchmark, "benchmark_limit": benchmark_limit, "deterministic": deterministic,
        "allow_tf32": allow_tf32,
    }  # fmt: skip
    before = {name: names[name] for name in given}
    names.update(given)
    try:
        yield
    finally:
        names.update(before)
