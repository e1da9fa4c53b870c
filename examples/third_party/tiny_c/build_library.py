"""Compiles the C library when the wheel is built, and what binds it to Python (cffi's API mode)."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

HEADER = Path(__file__).with_name("library") / "tiny.h"

ffi = FFI()
ffi.cdef(
    "\n".join(line for line in HEADER.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
)
ffi.set_source("acme_tiny_c._tiny", '#include "tiny.h"', sources=["library/tiny.c"], include_dirs=["library"])
