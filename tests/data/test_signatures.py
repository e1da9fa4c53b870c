"""What bears a name of PyTorch's takes PyTorch's arguments, and is found in PyTorch's modules."""

from __future__ import annotations

import importlib
import inspect

import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

NAMES = sorted(
    name
    for name in torch.utils.data.__all__
    if not name.startswith("_") and "Pipe" not in name and name != "DataChunk"
)
DECORATORS = {
    "argument_validation", "functional_datapipe", "guaranteed_datapipes_determinism", "non_deterministic",
    "runtime_validation", "runtime_validation_disabled",
}  # fmt: skip


def parameters(thing):
    """Names, kinds and defaults."""
    found = inspect.signature(thing).parameters.values()
    return [
        (
            one.name,
            one.kind,
            one.default if isinstance(one.default, int | str | None) else type(one.default).__name__,
        )
        for one in found
    ]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in DECORATORS])
def test_arguments_are_those_of_pytorch(name):
    theirs, ours = getattr(torch.utils.data, name), getattr(dl.utils.data, name)
    assert parameters(ours) == parameters(theirs)


@pytest.mark.parametrize("module", ["dataloader", "dataset", "distributed", "sampler"])
def test_names_are_found_in_the_modules_of_pytorch(module):
    theirs = importlib.import_module(f"torch.utils.data.{module}")
    ours = importlib.import_module(f"deep_learner.utils.data.{module}")
    assert getattr(dl.utils.data, module) is ours
    for name in theirs.__all__:
        assert getattr(ours, name) is getattr(dl.utils.data, name)
