"""Reading which names of torch a program uses, and whether they are there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deep_learner import config
from deep_learner.torch.coverage import lacking, report, uses

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers", "deep_learner_optimizers")

PROGRAM = """\
import torch, os
import torch.nn as nn
from torch import optim as o
from torch.nn.functional import relu as r, no_such_function

def train(x):
    import torch.fft
    y = torch.fft.rfft(x).real + r(x) + nn.Linear(2, 3).weight.sum()
    return o.Adam([y], lr=torch.pi), torch.nothing.at.all, os.path.join("torch", "nn")

class Net(nn.Module):
    torch = None
"""


@pytest.fixture(autouse=True)
def _native():
    with config.replaced(config.defaults()):
        yield


def test_names_are_found_under_whatever_they_are_called() -> None:
    assert [(use.name, use.line) for use in uses(PROGRAM)] == [
        ("torch", 1), ("torch.nn", 2), ("torch.optim", 3), ("torch.nn.functional.no_such_function", 4),
        ("torch.nn.functional.relu", 4), ("torch.fft", 7), ("torch.fft.rfft", 8), ("torch.nn.Linear", 8),
        ("torch.nothing.at.all", 9), ("torch.optim.Adam", 9), ("torch.pi", 9), ("torch.nn.Module", 11),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("torch", None),
        ("torch.nn.Linear.from_pretrained", None),  # what a class has is not looked at
        ("torch.nn.utils.rnn.pad_sequence", None),
        ("torch.arrange", "torch has no 'arrange'; did you mean 'arange'?"),
        ("torch.nn.Linaer", "torch.nn has no 'Linaer'; did you mean 'Linear'?"),
        ("torch.nothing.at.all", "torch has no 'nothing'"),
    ],
)
def test_what_lacks_is_said(name: str, reason: str | None) -> None:
    found = lacking(name)
    assert found == reason if reason is None else (found or "").startswith(reason)


def test_the_report_names_places_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "program.py").write_text(PROGRAM)
    assert report([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "10 of 12 names of torch are there"
    assert sum(line.startswith("missing") for line in lines) == 2
    assert any(line.startswith("missing  torch.nothing.at.all") and "program.py:9" in line for line in lines)


def test_what_cannot_be_read_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.py").write_text("x = (")
    assert report([str(tmp_path / "broken.py")]) == 2
    assert report([str(tmp_path / "absent.py")]) == 2
    assert "broken.py" in capsys.readouterr().err


def test_the_command_runs_nothing_of_the_program(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text("import torch\nprint('it ran')\ntorch.zeros(2)\n")
    done = subprocess.run(
        [sys.executable, "-m", "deep_learner.torch", "--coverage", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert "it ran" not in done.stdout and "2 of 2 names" in done.stdout
