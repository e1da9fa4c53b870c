"""``install``, for programs that are running already."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs("deep_learner_numpy")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_a_notebook_calls_it_first() -> None:
    done = run(
        "import deep_learner.torch\n"
        "deep_learner.torch.install(); deep_learner.torch.install()\n"
        "import torch, torch.nn, deep_learner\n"
        "print(torch is deep_learner.torch, torch.nn is deep_learner.nn, torch.nn.__spec__.name)\n"
    )
    assert (done.stdout, done.stderr) == ("True True deep_learner.nn\n", "")


def test_after_torch_it_is_too_late() -> None:
    done = run(
        "import sys, types\n"
        "sys.modules['torch'] = types.ModuleType('torch')\n"
        "import deep_learner.torch\n"
        "deep_learner.torch.install()\n"
    )
    assert "RuntimeError: PyTorch has been imported already" in done.stderr


def test_without_it_torch_is_nobody_elses() -> None:
    done = run(
        "import sys, deep_learner.torch as torch, deep_learner.torch.nn.functional as F\n"
        "from deep_learner.torch.nn import Module\n"
        "print('torch' in sys.modules, torch.nn.functional is F, Module is torch.nn.Module)\n"
    )
    assert (done.stdout, done.stderr) == ("False True True\n", "")
