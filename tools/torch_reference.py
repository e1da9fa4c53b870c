"""Write down, module by module, what of PyTorch's names ``deep_learner.torch`` has: ``docs/torch_reference.md``.

::

    python tools/torch_reference.py

PyTorch's own lists say what there is; it must be installed. A test fails when the page is out of date.
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import deep_learner.torch
from deep_learner.torch.names import MODULES

PAGE = Path(__file__).parents[1] / "docs/torch_reference.md"
HEAD = """\
# PyTorch's names, module by module

Written by `python tools/torch_reference.py` from the code, beside PyTorch {version}: for each of its public modules the
names that `deep_learner.torch` has, and those that it has not. What is compiled, distributed, quantized, or
an inner part of PyTorch's own compiler is not there; [pytorch.md](pytorch.md) says how the results are compared.
`python -m deep_learner.torch --coverage train.py` looks up the names that one program uses.

| module | there | of |
|---|---|---|
"""
# PyTorch lists these, and they are for its own sources.
INTERNAL = ("torch.types", "torch.version")
WIDTH = 120


def names_of(module: ModuleType) -> list[str]:
    """The names that a module of PyTorch shows to its users."""
    listed = getattr(module, "__all__", None)
    if listed is None:
        listed = [name for name, value in vars(module).items() if _is_own(value)]
    return sorted(
        {name for name in listed if not name.startswith("_") and not _is_compiled(vars(module).get(name))}
    )


def _is_own(value: Any) -> bool:
    """Whether something in a module without a list is PyTorch's, and not what it imported from elsewhere."""
    if getattr(value, "__name__", "").startswith("_"):  # in the place of a library that is not installed
        return False
    home = getattr(value, "__module__", None) or ""
    return not isinstance(value, ModuleType) and callable(value) and home.partition(".")[0] == "torch"


def _is_compiled(value: Any) -> bool:
    """Whether something is a class of the compiled core, which programs do not name."""
    return isinstance(value, type) and value.__module__.startswith("torch._C")


def members_of(kind: type) -> list[str]:
    """The public methods and attributes of a class."""
    return sorted(name for name, _ in inspect.getmembers(kind) if not name.startswith("_"))


def compared(ours: Any, names: list[str]) -> tuple[list[str], list[str]]:
    """The names that are there and those that are not."""
    there = [name for name in names if hasattr(ours, name)]
    return there, [name for name in names if name not in there]


def rows() -> list[tuple[str, list[str], list[str]]]:
    """For each module, and the class of tensors: its name, what is there, and what is not."""
    import torch

    found = [("torch", *compared(deep_learner.torch, names_of(torch)))]
    found.append(("torch.Tensor", *compared(deep_learner.torch.Tensor, members_of(torch.Tensor))))
    for name, home in sorted(MODULES.items()):
        part = home.rpartition(".")[2] != name.rpartition(".")[2]  # its names stand with the whole
        if part or f"torch.{name}" in INTERNAL or "._" in f".{name}":
            continue
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            try:
                theirs = names_of(importlib.import_module(f"torch.{name}"))
            except ImportError:  # what needs a package that is not installed
                continue
            above = names_of(importlib.import_module(f"torch.{name}".rpartition(".")[0]))
        if not {*theirs} <= {*above}:
            found.append(
                (f"torch.{name}", *compared(importlib.import_module(f"deep_learner.torch.{name}"), theirs))
            )
    return [row for row in found if row[1] or row[2]]


def page() -> str:
    """The text of the page."""
    import torch

    lines, sections = [HEAD.format(version=torch.__version__.partition("+")[0])], []
    for name, there, absent in rows():
        lines.append(f"| `{name}` | {len(there)} | {len(there) + len(absent)} |\n")
        sections.append(f"\n## {name}\n")
        for what, names in (("There", there), ("Not there", absent)):
            if names:
                listed = ", ".join(f"`{one}`" for one in names)
                sections.append(
                    "\n" + textwrap.fill(f"{what}: {listed}.", WIDTH, break_on_hyphens=False) + "\n"
                )
    return "".join(lines + sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
