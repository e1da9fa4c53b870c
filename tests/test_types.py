"""Type checkers see what Deep Learner puts together from tables: Tensor's methods, the operations, the façades."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from tools import stubs

from deep_learner.plugins import registry

HEADER = """\
import deep_learner as dl
import deep_learner.nn.functional as F
import deep_learner.optim.lr_scheduler as S
import deep_learner.utils.data as D

x = dl.ones(2, 3, requires_grad=True)
"""
TYPES = {
    "x + 1": "Tensor",
    "2 - x": "Tensor",
    "x @ x.T": "Tensor",
    "-x": "Tensor",
    "x == 1": "Tensor",
    "x[0, 1:]": "Tensor",
    "x.shape": "Size",
    "x.real": "Tensor",
    "x.sum(dim=0)": "Tensor",
    "x.reshape(2, 3)": "Tensor",
    "x.add_(1)": "Tensor",
    "x.double()": "Tensor",
    "x.to(dl.float64)": "Tensor",
    "x.uniform_(0, 1)": "Tensor",
    "x.topk(2)": "ValuesIndices",
    "x.unbind()": "tuple[Tensor, ...]",
    "x.detach().item()": "Any",
    "dl.relu(x)": "Tensor",
    "dl.cat([x, x], dim=1)": "Tensor",
    "dl.tensor([1, 2])": "Tensor",
    "dl.zeros(2, 3)": "Tensor",
    "dl.randn(2, 3)": "Tensor",
    "dl.float32": "DType",
    "F.relu(x)": "Tensor",
    "F.gelu(x)": "Tensor",
    "dl.nn.Linear(2, 3)": "Linear",
    "dl.nn.Linear(2, 3).weight": "Parameter",
    "dl.optim.SGD([x], lr=0.1)": "SGD",
}
MISTAKES = (
    "x.summ()",
    "x.sum(dimension=0)",
    "x.reshape(2, 3).uniform()",
    "dl.cat()",
    "F.relu()",
    "dl.optim.SGD()",
)


@pytest.mark.parametrize("path", stubs.FILES, ids=lambda path: path.name)
def test_written_types_are_those_of_the_operations(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == stubs.FILES[path](), "out of date: run python tools/stubs.py"


def checked(folder: Path, lines: list[str]) -> dict[str, tuple[str, str]]:
    """What pyright says about each of these lines of a program: severity and message."""
    if find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    sample = folder / "sample.py"
    sample.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    (folder / "pyrightconfig.json").write_text("{}", encoding="utf-8")  # the defaults, whatever lies above
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.stdout.startswith("{"), made.stdout + made.stderr
    said: dict[str, tuple[str, str]] = {}
    for one in json.loads(made.stdout)["generalDiagnostics"]:
        line = one["range"]["start"]["line"] - HEADER.count("\n")
        said[lines[line] if line >= 0 else HEADER] = (one["severity"], one["message"])
    return said


def test_type_checkers_know_the_types_of_results_and_refuse_mistakes(tmp_path: Path) -> None:
    said = checked(tmp_path, [*(f"reveal_type({line})" for line in TYPES), *MISTAKES])
    expected = {
        f"reveal_type({line})": ("information", f'Type of "{line}" is "{kind}"')
        for line, kind in TYPES.items()
    }
    assert {line: what for line, what in said.items() if line not in MISTAKES} == expected
    assert [line for line in MISTAKES if said.get(line, ("",))[0] != "error"] == []


def test_type_checkers_know_whatever_the_first_party_plugins_register(tmp_path: Path) -> None:
    facades = {
        "layers": "dl.nn",
        "functions": "F",
        "optimizers": "dl.optim",
        "schedulers": "S",
        "datasets": "D",
    }
    names = [
        f"reveal_type({facade}.{name})"
        for category, facade in facades.items()
        for name in first_party(category)
    ]
    assert len(names) > 50
    said = checked(tmp_path, names)
    assert [
        line
        for line in names
        if said[line][0] != "information" or said[line][1].endswith(('"Unknown"', '"Any"'))
    ] == []


def first_party(category: str) -> list[str]:
    """The names that the project's own plugins register."""
    return [one.name for one in registry.entries(category) if one.distribution.startswith("deep-learner")]
