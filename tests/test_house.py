"""The house rules that a test can see: every public thing is documented, nothing is left to do."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import deep_learner as dl
from deep_learner.ops.registry import OPERATIONS
from deep_learner.plugins import registry

ROOT = Path(__file__).parents[1]
SOURCES = sorted(
    path for room in ("core", "backends", "plugins") for path in (ROOT / room).rglob("src/**/*.py")
)
MODULES = (
    "deep_learner", "deep_learner.amp", "deep_learner.autograd", "deep_learner.autograd.functional",
    "deep_learner.backends", "deep_learner.config", "deep_learner.cuda", "deep_learner.cuda.amp",
    "deep_learner.distributions", "deep_learner.fft", "deep_learner.func", "deep_learner.linalg",
    "deep_learner.masked", "deep_learner.nn", "deep_learner.nn.functional", "deep_learner.nn.init", "deep_learner.onnx",
    "deep_learner.optim", "deep_learner.optim.lr_scheduler", "deep_learner.plugins", "deep_learner.profiler",
    "deep_learner.random", "deep_learner.serialization", "deep_learner.signal.windows", "deep_learner.sparse",
    "deep_learner.special", "deep_learner.testing", "deep_learner.torch.accelerator", "deep_learner.torch.compiler",
    "deep_learner.torch.hub", "deep_learner.torch.jit", "deep_learner.torch.multiprocessing",
    "deep_learner.torch.onnx",
    "deep_learner.torch.serialization", "deep_learner.torch.testing", "deep_learner.utils.data",
)  # fmt: skip
CATEGORIES = ("layers", "functions", "optimizers", "schedulers", "serializers", "datasets", "listeners")


def is_sentence(text: str | None) -> bool:
    """Whether a docstring begins with a sentence."""
    return bool(re.match(r"\S.{4,}?[.:]($|\s)", inspect.cleandoc(text or ""), re.DOTALL))


def members(name: str, thing: Any) -> list[tuple[str, Any]]:
    """A function; or a class and its own public methods and properties. Tests say in their names what they find."""
    if not inspect.isclass(thing):
        return [(name, thing)]
    own = [
        (
            f"{name}.{key}",
            value if isinstance(value, property) else getattr(thing, key),
        )  # both inherit what they say
        for key, value in vars(thing).items()
        if not key.startswith(("_", "test_"))
    ]
    return [
        (name, thing),
        *((key, value) for key, value in own if isinstance(value, property) or inspect.isroutine(value)),
    ]


def ours(thing: Any) -> bool:
    """Whether it is a function or class that this project defines."""
    return callable(thing) and str(getattr(thing, "__module__", "")).startswith("deep_learner")


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_classes_and_methods_are_documented(module: str) -> None:
    home = importlib.import_module(module)
    names = [name for name in {*dir(home), *getattr(home, "__all__", ())} if not name.startswith("_")]
    things = [(name, getattr(home, name)) for name in names]
    found = [one for name, thing in things if ours(thing) for one in members(name, thing)]
    assert found
    assert [name for name, thing in found if not is_sentence(inspect.getdoc(thing))] == []


def test_operations_are_documented() -> None:
    assert [name for name, function in OPERATIONS.items() if not is_sentence(function.__doc__)] == []


def test_methods_of_tensors_are_documented() -> None:
    found = {
        name: inspect.getattr_static(dl.Tensor, name) for name in dir(dl.Tensor) if not name.startswith("_")
    }
    functions = {name: value.fget if isinstance(value, property) else value for name, value in found.items()}
    assert len(functions) > 300
    assert [name for name, function in functions.items() if not is_sentence(function.__doc__)] == []


@pytest.mark.parametrize("category", CATEGORIES)
def test_whatever_is_registered_is_documented(category: str) -> None:
    found = {name: registry.get(category, name) for name in registry.names(category)}
    assert found
    assert [name for name, thing in found.items() if not is_sentence(inspect.getdoc(thing))] == []


def test_modules_are_documented() -> None:
    assert [
        str(path)
        for path in SOURCES
        if not is_sentence(ast.get_docstring(ast.parse(path.read_text("utf-8"))))
    ] == []


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(
        r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError(\(\))?$|^\s*pass\s+#", re.MULTILINE
    )
    assert [str(path) for path in SOURCES if marks.search(path.read_text("utf-8"))] == []


def test_core_imports_itself_relatively() -> None:
    for path in (path for path in SOURCES if path.is_relative_to(ROOT / "core")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert (node.module or "").split(".")[0] != "deep_learner", f"{path}:{node.lineno}"
