"""The page of PyTorch's names is what the code has."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.documentation import ROOT

pytestmark = pytest.mark.needs(
    "torch", "deep_learner_numpy", "deep_learner_layers", "deep_learner_optimizers", "deep_learner_data",
    "deep_learner_serializers", "tensorboardX",
)  # fmt: skip


CODE = """
import sys
sys.path.insert(0, "tools")
import torch_reference
print(torch_reference.page(), end="")
"""


def test_the_page_is_up_to_date() -> None:
    # In a process of its own: what others have imported shows among a module's names.
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (ROOT / "docs/torch_reference.md").read_text(encoding="utf-8")
