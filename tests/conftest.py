"""The strict backend is there for every test, registered as a third party's would be."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec

if "PYTEST_XDIST_WORKER" in os.environ:  # as many workers as cores: their pools of threads would fight
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")

if os.environ.get("SIMULATED_CUPY") == "1":  # before anything imports CuPy
    from tests import simulated_cupy

    simulated_cupy.install()

import deep_learner_strict.hooks
import pytest

from deep_learner import config, dtypes
from deep_learner.errors import PluginWarning
from deep_learner.plugins import host

with warnings.catch_warnings():
    warnings.simplefilter("ignore", PluginWarning)  # tests/plugins/test_installed.py tells of broken plugins
    host().add(deep_learner_strict.hooks, distribution="deep-learner-strict", name="strict")


def _forget() -> None:
    """What a file or test imported or chose is not to change the next: PyTorch's word holds where a test says so."""
    dtypes._default = None
    if config.defaults().values["semantics"] != "native":
        config.assume("the tests", semantics="native")


def pytest_collectstart() -> None:
    """Some files make tensors when they are imported."""
    _forget()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test marked `needs(package, ...)` where a package is missing: core is also tested alone."""
    _forget()
    for mark in item.iter_markers("needs"):
        for package in mark.args:
            if find_spec(package) is None:
                pytest.skip(f"needs {package}")
