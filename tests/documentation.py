"""Runs the examples in Markdown files. A comment below a `print` is what it has to print."""

from __future__ import annotations

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]


class Example(NamedTuple):
    """A fenced block of a Markdown file."""

    path: Path
    line: int
    language: str
    code: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}"


def examples(path: Path, language: str) -> Iterator[Example]:
    """The blocks of one language, in their order."""
    text = path.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if match[1] == language:
            yield Example(path, text[: match.start()].count("\n") + 1, language, match[2])


def run(example: Example, names: dict[str, Any]) -> list[tuple[str, str]]:
    """Runs a block with the names of those before it; pairs of what a print promises and what it printed."""
    lines = example.code.splitlines()
    pairs: list[tuple[str, str]] = []
    for statement in ast.parse(example.code).body:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            where = f"{example.path.name}, block at line {example.line}"
            exec(compile(ast.Module([statement], type_ignores=[]), where, "exec"), names)
        promised = _comment_below(lines, statement.end_lineno or 0)
        if promised or printed.getvalue():
            pairs.append((promised, printed.getvalue()))
    return pairs


def _comment_below(lines: list[str], position: int) -> str:
    promised = ""
    for line in lines[position:]:
        if not line.startswith("#"):
            break
        promised += line[2:] + "\n"
    return promised
