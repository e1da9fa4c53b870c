"""The README keeps its word."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from tests.documentation import ROOT, examples, run

README = ROOT / "README.md"


def test_python_examples_print_what_their_comments_say() -> None:
    names: dict[str, Any] = {}
    pairs = [pair for example in examples(README, "python") for pair in run(example, names)]
    assert len(pairs) >= 4
    for promised, printed in pairs:
        assert printed == promised


def test_toml_examples_are_toml() -> None:
    blocks = list(examples(README, "toml"))
    assert blocks
    for example in blocks:
        assert tomllib.loads(example.code)


def test_each_of_the_two_commands_is_one_line() -> None:
    commands = [example.code.splitlines() for example in examples(README, "sh")][:2]
    assert [len(lines) for lines in commands] == [1, 1]
    for [command] in commands:
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    test_command = list(examples(README, "sh"))[1].code.strip()
    assert test_command in (ROOT / ".ci/run").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))))
)
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize(
    "file", sorted(set(re.findall(r"examples/[\w./]+\w", README.read_text(encoding="utf-8"))))
)
def test_examples_named_exist(file: str) -> None:
    assert (ROOT / file).exists()
