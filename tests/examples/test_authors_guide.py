"""The commands of the guide for authors do what it says."""

from __future__ import annotations

import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests import installing
from tests.documentation import ROOT, examples

BLOCKS = [example.code.splitlines() for example in examples(ROOT / "docs" / "authors.md", "sh")]
BEGINNING, PUBLISHING = BLOCKS[:-1], BLOCKS[-1]
COMMAND = ["-c", "from deep_learner_trainer.cli import main; main()"]


@pytest.fixture(autouse=True)
def _installed() -> None:
    pytest.importorskip("deep_learner_trainer", reason="core alone is being tested")


@pytest.mark.parametrize("block", BEGINNING, ids=lambda block: block[0].split()[-1])
def test_a_new_package_is_installed_and_tested_with_these_lines(block: list[str], tmp_path: Path) -> None:
    paths: list[str] = []
    for line in block:
        match shlex.split(line):
            case ["deep-learner", *arguments]:
                done = installing.run([*COMMAND, *arguments], paths, tmp_path)
            case ["pip", "install", "-e", requirement]:
                package = tmp_path / requirement.removesuffix("[test]")
                paths += installing.search_path(package, tmp_path / "installed")
                continue
            case ["pytest", folder]:
                done = installing.run(["-m", "pytest", "-p", "no:cacheprovider", folder], paths, tmp_path)
            case _:
                pytest.fail(f"nobody knows how to run {line!r} here")
        assert done.returncode == 0, done.stdout + done.stderr
    assert paths


def test_the_wheel_that_is_published_bears_the_name_in_the_guide(tmp_path: Path) -> None:
    if find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the package, is not installed")
    folder = PUBLISHING[0].split()[-1]
    [name] = [word for line in PUBLISHING for word in line.split() if word.endswith(".whl")]
    made = installing.run([*COMMAND, "new", "plugin", folder], [], tmp_path)
    assert made.returncode == 0, made.stderr
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(tmp_path), f"./{folder}"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert [path.name for path in tmp_path.glob("*.whl")] == [Path(name).name]
