"""What a file holds, told without a model."""

from __future__ import annotations

from pathlib import Path

import pytest

import deep_learner as dl
from deep_learner_trainer import describe


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_tensors_and_values_are_found_by_dotted_names(tmp_path: Path, suffix: str) -> None:
    value = {
        "model": {"weight": dl.ones(2, 3), "steps": dl.tensor(4)},
        "groups": [{"lr": 0.5, "params": [0, 1]}, {"lr": 0.25, "params": []}],
        "pair": (dl.zeros(0), None),
        "empty": {},
    }
    path = tmp_path / f"file.{suffix}"
    dl.save(value, path)
    found = describe(path)
    assert [(one.name, one.shape, one.dtype, one.size) for one in found.tensors] == [
        ("model.weight", (2, 3), "float32", 6),
        ("model.steps", (), "int64", 1),
        ("pair.0", (0,), "float32", 0),
    ]
    assert found.metadata == {
        "groups.0.lr": 0.5,
        "groups.0.params": [0, 1],
        "groups.1.lr": 0.25,
        "groups.1.params": [],
        "pair.1": None,
        "empty": {},
    }
