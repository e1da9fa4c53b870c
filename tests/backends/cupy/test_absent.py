"""Where CuPy or a GPU is missing, everything else works and the error says what to do. Nothing here is simulated."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

pytest.importorskip("deep_learner_cupy", reason="the CuPy backend is not installed")

needs_cupy = pytest.mark.skipif(
    getattr(find_spec("cupy"), "origin", None) is None, reason="needs CuPy; a GPU is not needed"
)

# In the place of CuPy: nothing, or an import that fails.
HIDE = """
import sys, importlib.abc
class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("cupy", "cupyx"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hidden())
import importlib.util
found = importlib.util.find_spec
def find(name, package=None):
    return None if name == "cupy" else found(name, package)
importlib.util.find_spec = find
"""
DRIVER = """
from deep_learner_cupy import library
library.driver_is_missing = lambda: False
"""
BREAK = """
import sys
from importlib.machinery import ModuleSpec
class Broken:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, origin="broken") if name == "cupy" else None
    def create_module(self, spec): return None
    def exec_module(self, module): BODY
sys.meta_path.insert(0, Broken())
"""
ASK = """
from deep_learner import backends
from deep_learner.errors import BackendUnavailableError
try:
    backends.get("cupy")
except BackendUnavailableError as error:
    print(error)
"""


def run(program: str, **environment: str) -> str:
    """What a program in a fresh process prints; the simulation is not there."""
    there = {
        key: value
        for key, value in os.environ.items()
        if key not in ("SIMULATED_CUPY", "CUDA_VISIBLE_DEVICES")
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True, text=True, check=False, env={**there, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_cupy_the_error_names_the_extras():
    said = run(HIDE + ASK)
    assert "the backend 'cupy' of deep-learner-cupy 0.1.0 cannot work here: CuPy is not installed" in said
    assert "pip install 'deep-learner-cupy[cuda12]'" in said
    assert "deep-learner-cupy[cuda13]" in said


def test_without_cupy_everything_else_works():
    program = (
        "import deep_learner as dl\n"
        "x = dl.tensor([1.0, 2.0], requires_grad=True)\n"
        "(x * x).sum().backward()\n"
        "print(x.backend, x.grad.tolist())\n"
        "try: x.to('cuda')\n"
        "except RuntimeError as error: print(error)\n"
    )
    said = run(HIDE + program)
    assert said.startswith("numpy [2.0, 4.0]")
    assert "Device.CUDA cannot be used" in said
    assert "CuPy is not installed" in said


def test_a_folder_of_that_name_is_not_cupy(tmp_path):
    (tmp_path / "cupy").mkdir()
    program = (
        f"import sys; sys.path[:] = [{str(tmp_path)!r}] + [p for p in sys.path if 'site-packages' not in p]\n"
        "from importlib.machinery import PathFinder\n"
        "assert PathFinder.find_spec('cupy') is not None\n"
    )
    library = (
        "import importlib.util\n"
        f"spec = importlib.util.spec_from_file_location('library', {_library()!r})\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "print(module.unavailable())"
    )
    assert run(program + library).startswith("CuPy is not installed")


def _library() -> str:
    return str(find_spec("deep_learner_cupy.library").origin)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "raise ImportError('libnvrtc.so.12: cannot open shared object file')",
            "ImportError: libnvrtc.so.12",
        ),
        ("raise OSError('half installed')", "OSError: half installed"),
    ],
)
def test_a_broken_installation_is_told_with_its_error_and_the_cure(body, told):
    said = run(BREAK.replace("BODY", body) + DRIVER + ASK)
    assert f"importing it fails with {told}" in said
    assert "pip uninstall" in said
    assert "pip install 'deep-learner-cupy[cuda12]'" in said


def test_an_old_version_is_refused_by_its_number():
    said = run(BREAK.replace("BODY", "module.__version__ = '12.3.0'") + DRIVER + ASK)
    assert "CuPy 12.3.0 is too old: version 13 or newer is needed; pip install" in said


CUDA = """
class Error(RuntimeError):
    status = {status}
class runtime:
    def getDeviceCount(): raise Error("cudaError{status}")
    def driverGetVersion(): return {driver}
    def runtimeGetVersion(): return 12090
"""
# What CUDA answers, and what a user is told; the numbers are those of cudaError_t and of CUDA's versions.
ANSWERS = [
    (35, 0, "no NVIDIA driver is installed here"),
    (35, 11080, "the NVIDIA driver supports CUDA 11.8 at most, and this CuPy was built with CUDA 12.9"),
    (100, 12090, "this machine has no NVIDIA GPU"),
    (999, 12090, "CUDA does not start: cudaError999"),
]


@pytest.mark.parametrize(("status", "driver", "told"), ANSWERS)
def test_what_keeps_cuda_from_starting_is_told(status, driver, told):
    program = CUDA.format(status=status, driver=driver) + (
        "from deep_learner_cupy import library\nprint(library._no_device(runtime))"
    )
    assert run(program).startswith(told)


def test_hidden_gpus_are_told_with_the_variable_that_hides_them():
    program = CUDA.format(status=100, driver=12090) + (
        "from deep_learner_cupy import library\nprint(library._no_device(runtime))"
    )
    assert run(program, CUDA_VISIBLE_DEVICES="") == (
        "no GPU is visible: the environment sets CUDA_VISIBLE_DEVICES=''\n"
    )


@needs_cupy
def test_installed_without_a_device_it_says_so():
    said = run(ASK, CUDA_VISIBLE_DEVICES="")
    assert "cannot work here: no " in said
    assert "no NVIDIA driver is installed here" in said or "no GPU is visible" in said


def test_without_a_driver_cupy_is_not_imported():
    broken = BREAK.replace("BODY", "raise AssertionError('imported')")
    program = "from deep_learner_cupy import library\nlibrary.driver_is_missing = lambda: True\n"
    assert "no NVIDIA driver is installed here" in run(broken + program + ASK)


@needs_cupy
def test_numpy_stays_the_default():
    assert run("from deep_learner import backends; print(backends.current().name)") == "numpy\n"


def test_finding_it_imports_no_array_library():
    program = (
        "import sys; from deep_learner import plugins; plugins.registry.names('backends');"
        "import deep_learner_cupy.hooks;"
        "print({'numpy', 'cupy', 'cupyx', 'array_api_compat'} & set(sys.modules) or 'none')"
    )
    assert run(program) == "none\n"
