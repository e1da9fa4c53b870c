"""The GPU benchmark's own logic, on the CPU with tiny sizes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.gpu.programs import PROGRAMS
from benchmarks.gpu.race import difference
from benchmarks.gpu.report import reached, table

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The benchmark as a user runs it; threads would only get in each other's way."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu", *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("benchmark") / "gpu.json"
    done = run("--device", "cpu", "--smoke", "--json", str(path))
    assert done.returncode == 0, done.stderr
    assert "| to reach |" in done.stdout
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_eager_steps_are_timed(results: dict[str, Any], name: str) -> None:
    row = results[name]
    assert row["deep_learner eager"]["seconds"] > 0.0
    assert row["largest_difference_of_losses"] <= PROGRAMS[name].tolerance


@pytest.mark.parametrize("name", PROGRAMS)
def test_pytorch_is_timed_where_it_is_installed(results: dict[str, Any], name: str) -> None:
    pytest.importorskip("torch", reason="PyTorch is the other side")
    assert results[name]["torch eager"]["seconds"] > 0.0
    assert results[name]["torch compiled"]["seconds"] > 0.0


def test_what_cannot_be_run_is_told_and_not_timed(results: dict[str, Any]) -> None:
    """Without a GPU there is nothing to capture with."""
    assert "error" in results["small_mlp"]["deep_learner captured"]
    assert "small_mlp" not in results["reached"]


def test_the_results_say_how_they_were_obtained(results: dict[str, Any]) -> None:
    assert "--device cpu --smoke" in results["command"]
    assert results["facts"]["deep_learner"]["backend"]


def test_a_device_that_is_not_there_skips_with_the_reason(tmp_path: Path) -> None:
    done = run("--device", "nonexistent", "--json", str(tmp_path / "gpu.json"))
    assert done.returncode == 0
    assert "skipped:" in done.stdout + done.stderr
    assert not (tmp_path / "gpu.json").exists()


def test_losses_that_disagree_end_the_comparison() -> None:
    assert difference("a", {"ours": [1.0, 2.0], "theirs": [1.0, 2.02]}, 0.02) == pytest.approx(0.01)
    for wrong in (2.5, float("nan")):
        with pytest.raises(SystemExit, match="the losses differ"):
            difference("a", {"ours": [1.0, 2.0], "theirs": [1.0, wrong]}, 0.02)


def test_ratios_are_ours_over_theirs() -> None:
    row = {"deep_learner captured": {"seconds": 0.001}, "torch eager": {"seconds": 0.004}}
    assert reached({"small_mlp": row}) == {"small_mlp": True}
    assert "1 ms | 4 ms (0.25)" in table({"small_mlp": row})
    row["torch eager"] = {"seconds": 0.0015}
    assert reached({"small_mlp": row}) == {"small_mlp": False}
