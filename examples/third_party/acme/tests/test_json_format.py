"""The file format."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner.testing import SerializerContract


class TestJson(SerializerContract):
    serializer = "json"
    suffix = ".json"
    dtypes = ("bool", "uint8", "int32", "int64", "float32", "float64")


def test_the_text_can_be_read_by_people(tmp_path):
    path = tmp_path / "weights.json"
    dl.save([dl.tensor([1.0, 2.0])], path)
    assert path.read_text() == '{"deep_learner": [{"tensor": [1.0, 2.0], "dtype": "float32", "shape": [2]}]}'


def test_complex_tensors_are_refused_by_place(tmp_path):
    with pytest.raises(TypeError, match=r"value\['z'\] is a tensor of"):
        dl.save({"z": dl.tensor([1j])}, tmp_path / "weights.json")
