"""Which names of ``torch`` a program uses and whether they are there, by reading it: nothing of it is run."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_PACKAGE = __name__.rpartition(".")[0]
_PREFIX = _PACKAGE.removesuffix("torch")


class Use(NamedTuple):
    """A name and where it is used."""

    name: str
    file: str
    line: int


class _Reader(ast.NodeVisitor):
    """Collects the dotted names that begin with ``torch``, whatever they are called in the program."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.aliases: dict[str, str] = {}
        self.uses: list[Use] = []

    def _use(self, name: str, node: ast.AST) -> None:
        self.uses.append(Use(name, self.file, getattr(node, "lineno", 0)))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name.partition(".")[0] == "torch":
                self.aliases[alias.asname or "torch"] = alias.name if alias.asname else "torch"
                self._use(alias.name, node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level or module.partition(".")[0] != "torch":
            return
        for alias in node.names:
            if alias.name == "*":
                self._use(module, node)
            else:
                self.aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
                self._use(f"{module}.{alias.name}", node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        name = self._dotted(node)
        if name is None:
            self.generic_visit(node)
        else:
            self._use(name, node)

    def _dotted(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute):
            inner = self._dotted(node.value)
            return None if inner is None else f"{inner}.{node.attr}"
        return None


def uses(source: str, file: str = "<string>") -> list[Use]:
    """The names of torch that a program's text uses, in the order of the lines.

    Raises
    ------
    SyntaxError
        If it is no Python.
    """
    tree = ast.parse(source, file)
    reader = _Reader(file)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    for node in imports:  # first, as functions use what is imported below them
        reader.visit(node)
    found, reader.uses = reader.uses, []
    reader.visit_Import = reader.visit_ImportFrom = lambda node: None  # type: ignore[method-assign]
    reader.visit(tree)
    return sorted({*found, *reader.uses}, key=lambda use: (use.line, use.name))


def lacking(name: str) -> str | None:
    """Why a dotted name that begins with ``torch`` is not there; None if it is.

    What follows a class or a function is not looked at: only running the program would tell.
    """
    place: object = importlib.import_module(_PACKAGE)
    reached = _PACKAGE
    for part in name.split(".")[1:]:
        try:
            inner: object = getattr(place, part)
        except (AttributeError, ImportError):
            try:
                inner = importlib.import_module(f"{reached}.{part}")
            except ImportError:
                return f"{reached.removeprefix(_PREFIX)} has no {part!r}{did_you_mean(part, dir(place))}"
        if not hasattr(inner, "__spec__"):
            return None
        reached = f"{reached}.{part}"
        place = inner
    return None


def _files(paths: Iterable[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def report(paths: list[str]) -> int:
    """Print each name that the programs use, whether it is there, and where it is used; 1 if some are not."""
    found: dict[str, list[Use]] = {}
    for path in _files(paths):
        try:
            for use in uses(path.read_text(encoding="utf-8"), str(path)):
                found.setdefault(use.name, []).append(use)
        except (OSError, SyntaxError, UnicodeDecodeError) as error:
            print(f"cannot read {path}: {error}", file=sys.stderr)
            return 2
    reasons = {name: lacking(name) for name in sorted(found)}
    for name, reason in reasons.items():
        places = ", ".join(dict.fromkeys(f"{use.file}:{use.line}" for use in found[name]))
        print(f"{'missing' if reason else 'there  '}  {name}  {places}" + (f"  ({reason})" if reason else ""))
    there = sum(reason is None for reason in reasons.values())
    print(f"{there} of {len(reasons)} names of torch are there")
    return 0 if there == len(reasons) else 1
