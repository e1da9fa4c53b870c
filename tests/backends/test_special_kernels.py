"""SciPy's special functions in the NumPy backend: only where SciPy is, and only once one is called."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from deep_learner.namespaces.raw import NAMESPACES
from deep_learner.ops.registry import OPERATIONS
from deep_learner_numpy.kernels import special

USE = """
import sys
import deep_learner as dl
x = dl.tensor([0.5])
(x * x).tolist()
assert "scipy" not in sys.modules, "scipy was imported before anything needed it"
dl.erf(x)
assert "scipy.special" in sys.modules
"""


@pytest.fixture
def without_scipy(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    yield importlib.reload(special)
    monkeypatch.undo()
    importlib.reload(special)


def test_scipy_is_imported_when_its_first_function_is_called():
    pytest.importorskip("scipy", reason="the kernels are SciPy's")
    done = subprocess.run([sys.executable, "-c", USE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_scipy_nothing_is_overridden(without_scipy):
    assert without_scipy.KERNELS == {}


@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv", "lgamma", "digamma"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_kernels_agree_with_the_generic_forwards_and_keep_the_dtype(name, dtype):
    pytest.importorskip("scipy", reason="the kernels are SciPy's")
    x = np.linspace(-0.95, 0.95, 40).astype(dtype)
    kernel, generic = special.KERNELS[name](x), OPERATIONS[name].operation.forward(NAMESPACES[np.ndarray], x)
    assert kernel.dtype == dtype
    np.testing.assert_allclose(kernel, generic, rtol=3e-5 if dtype == "float32" else 1e-12)
