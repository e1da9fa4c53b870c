"""The examples of the documentation run, and print what their comments say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from deep_learner import config
from deep_learner.plugins.host import Host, activate
from tests.documentation import ROOT, examples, run

PAGES = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")])
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


@each_page
def test_python_examples_print_what_their_comments_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # for what the examples write
    names: dict[str, Any] = {}
    before = activate(Host())  # for what the examples register
    # Another test may have imported deep_learner.torch, which says so only once.
    semantics = "torch" if page.name == "programs.md" else "native"
    try:
        with config.using(semantics=semantics):
            pairs = [pair for example in examples(page, "python") for pair in run(example, names)]
    finally:
        activate(before)
    for promised, printed in pairs:
        assert printed == promised


@each_page
def test_toml_examples_are_toml(page: Path) -> None:
    for example in examples(page, "toml"):
        assert tomllib.loads(example.code)


@each_page
def test_every_block_says_its_language(page: Path) -> None:
    fences = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("```")]
    assert all(line != "```" for line in fences[::2])
    assert all(line == "```" for line in fences[1::2])
