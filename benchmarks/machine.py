"""What the benchmarks ran on."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """The processor, how many there are, the memory, the system and Python."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def processor() -> str:
    """The processor's name."""
    path = Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def sentence(found: dict[str, Any], facts: dict[str, Any], threads: int) -> str:
    """The machine and the libraries in words."""
    versions = ", ".join(f"{name} {one['version']}" for name, one in facts.items() if "version" in one)
    kernels = {
        pool["architecture"]
        for one in facts.values()
        for pool in one.get("pools", [])
        if pool["internal_api"] == "openblas" and pool["architecture"]
    }
    chosen = f" OpenBLAS chooses its kernels freely: {', '.join(sorted(kernels))}." if kernels else ""
    return (
        f"{found['processor']}, {found['cores']} cores, {threads} threads for each, {found['system']}, "
        f"Python {found['python']}; {versions}.{chosen}"
    )
