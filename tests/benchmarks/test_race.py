"""The benchmarks' own logic: what is compared, timed, told and written."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks import pages, plots, report
from benchmarks.__main__ import merged
from benchmarks.peers import OURS_AND_PYTORCH, PEERS
from benchmarks.process import NoAnswerError, Worker
from benchmarks.race import compare, difference
from benchmarks.scaling import parameters, slope
from benchmarks.works import WORKS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A tiny run of the command, on what is installed with this project."""
    path = tmp_path_factory.mktemp("benchmark") / "results.json"
    done = subprocess.run(
        [
            sys.executable, "-m", "benchmarks", "chain", "small_mlp", "long_chain", "start_up", "scaling", "--tiny",
            "--seconds", "0", "--rounds", "2", "--threads", "1", "--peers", "deep_learner,numpy", "--json", str(path),
        ],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "| to reach |" in done.stdout
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("work", ["chain", "small_mlp", "long_chain"])
def test_a_run_measures_time_memory_and_page_faults(results: dict[str, Any], work: str) -> None:
    for name in ("deep_learner", "numpy"):
        found = results["works"][work]["peers"][name]
        assert found["seconds"] > 0
        assert found["rounds"] == 2
        assert found["peak"] > 0
        assert found["allocated"] > 0
        assert found["page_faults"] >= 0
        assert found["difference"] <= 1e-4


def test_a_run_says_how_it_was_obtained(results: dict[str, Any]) -> None:
    assert results["machine"]["cores"] > 0
    assert set(results["facts"]) == {"deep-learner", "numpy"}
    assert set(results["start_up"]["peers"]) == {"deep_learner", "numpy"}


def test_results_become_pages_and_plots(results: dict[str, Any], tmp_path: Path) -> None:
    for text in (pages.summary(results), pages.page(results)):
        assert "100 operations in a chain" in text
    page = tmp_path / "page.md"
    begin, end = "<!-- benchmark: begin -->", "<!-- benchmark: end -->"
    page.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")
    pages.replace(page, "new")
    assert page.read_text(encoding="utf-8").splitlines() == ["before", begin, "new", end, "after"]
    pytest.importorskip("matplotlib", reason="it makes the plots")
    plots.speed(results["works"], tmp_path / "speed.svg")
    plots.growth(results["scaling"], tmp_path / "growth.svg")
    assert "<svg" in (tmp_path / "speed.svg").read_text(encoding="utf-8")
    assert "<svg" in (tmp_path / "growth.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/benchmarks.md"])
def test_pages_have_a_place_for_results(page: str) -> None:
    assert pages.BLOCK.search((ROOT / page).read_text(encoding="utf-8"))


def test_numbers_that_disagree_are_a_reason_and_no_time() -> None:
    found: dict[str, dict[str, Any]] = {
        "deep_learner": {"numbers": [1.0, 2.0]},
        "torch": {"numbers": [1.0, 2.00001]},
        "jax": {"numbers": [1.0, 2.1]},
        "numpy": {"numbers": [1.0, math.nan]},
    }
    compare(found, 1e-4)
    assert found["deep_learner"]["difference"] == pytest.approx(5e-6, rel=1e-3)
    assert found["jax"] == {"reason": "its numbers differ by 0.05"}
    assert found["numpy"] == {"reason": "its numbers differ by nan"}


def test_differences_are_relative() -> None:
    assert difference([1e-9, 100.0], [1.1e-9, 100.0]) == pytest.approx(1 / 11)
    assert difference([0.0], [0.0]) == 0


def test_ratios_are_ours_over_pytorchs_with_the_bars_beside() -> None:
    peers = {
        "deep_learner": {"seconds": 0.001},
        "torch": {"seconds": 0.004},
        "jax": {"reason": "not installed"},
    }
    works = {"chain": {"title": "A chain", "bars": WORKS["chain"].bars, "peers": peers}}
    assert "| A chain | 4 ms | 1 ms · **0.25** | 0.38 |" in report.ours(works)
    assert "| chain | 0.25 | 1.00 |" in report.matrix(works, report.of_ratio, PEERS)
    assert report.reasons(works, PEERS) == "- `jax.jit`: not installed"


def test_a_single_work_joins_the_results_that_are_there() -> None:
    before = {"works": {"small_mlp": 1, "chain": 2}, "facts": {"jax": 3}, "start_up": 4}
    found = merged(before, {"works": {"chain": 5}, "facts": {"torch": 6}})
    assert found == {"works": {"chain": 5, "small_mlp": 1}, "facts": {"jax": 3, "torch": 6}, "start_up": 4}
    assert list(found["works"]) == ["chain", "small_mlp"]


def test_a_slope_is_the_exponent_of_a_power_law() -> None:
    values = [1, 2, 4, 8, 16, 32]
    assert slope(values, [0.5 * value**1.5 for value in values]) == pytest.approx(1.5)
    assert slope(values, [None] * 6) is None
    assert parameters([3, 5, 2]) == 3 * 5 + 5 + 5 * 2 + 2


@pytest.mark.parametrize(
    ("program", "limit", "reason"),
    [
        ("import sys; sys.stdin.readline(); sys.exit('no memory')", 10, "ended with status 1: no memory"),
        ("import time; time.sleep(60)", 0.2, "took longer than 0 s"),
    ],
)
def test_a_peer_that_gives_no_answer_is_told_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, limit: float, reason: str
) -> None:
    (tmp_path / "silent.py").write_text(program, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    worker = Worker("silent", quiet=True)
    with pytest.raises(NoAnswerError, match=reason):
        worker.ask("start", limit=limit)
    worker.close()


def test_each_bar_has_a_work_that_is_timed() -> None:
    assert set(OURS_AND_PYTORCH) <= set(PEERS)
    assert all(work.bars.eager for work in WORKS.values())
