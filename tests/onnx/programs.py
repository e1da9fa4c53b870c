"""The models of the example programs, which are written for PyTorch."""

from __future__ import annotations

import importlib
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

EXAMPLES = Path(__file__).parents[2] / "examples"
MODULES = ("", ".nn", ".nn.functional", ".nn.utils", ".nn.utils.rnn", ".utils", ".utils.data", ".optim")


def program(path: str) -> SimpleNamespace:
    """What a program defines, run where ``torch`` is Deep Learner; its main function is not called."""
    ours = {f"torch{name}": importlib.import_module(f"deep_learner.torch{name}") for name in MODULES}
    with mock.patch.dict(sys.modules, ours):
        return SimpleNamespace(**runpy.run_path(str(EXAMPLES / path)))
